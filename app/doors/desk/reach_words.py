"""The sentences of progress and coverage, the visit list and the notice card; merged into the desk's dictionary."""

REACH_WORDS: dict[str, tuple[str, str]] = {
    "reach_title": ("进度与覆盖", "Progress and coverage"),
    "reach_lead": (
        "抽中的户到得怎么样、还差什么。访不到的户和访得到的户不一样:换户多了,结果只代表访得到的户。",
        "How far the drawn households were reached. Those not met are not like those met: with many substitutes the "
        "results speak for reachable households only.",
    ),
    "reach_city": ("各县(市、区)合计", "All counties together"),
    "reach_counties": ("各县(市、区)", "By county"),
    "reach_counties_hint": (
        "县数或户数很多,先看总表;点县名看各村、疑点和超额记录。",
        "Too many households for one page: here is the table; a county's name leads to its villages, doubts and "
        "surplus.",
    ),
    "reach_all": ("返回全部县(市、区)", "Back to all counties"),
    "reach_ended": ("没访成的结果", "Ended without an interview"),
    "reach_over": ("超过30%", "above 30 %"),
    "reach_drawn": ("抽中", "Drawn"),
    "reach_opened": ("已启用", "Opened"),
    "reach_completed": ("完成", "Completed"),
    "reach_open": ("待访", "To visit"),
    "reach_codes": ("结果", "Outcomes"),
    "reach_substitution": ("换户率", "Substitution rate"),
    "reach_quota": ("规定户数", "Quota"),
    "reach_surplus": ("超额", "Surplus"),
    "reach_panel": ("跟踪户完成 {n} 户(单列,不计入)", "{n} of the panel completed (apart, not counted)"),
    "reach_cannot_fill": ("备选户已用完,还差 {n} 户", "Reserves are used up; {n} households short"),
    "reach_bounds_head": ("没访到的户也算上,满意率的范围", "The rate with those not met counted in"),
    "reach_bounds": (
        "应访 {t} 户,访到 {m} 户:不论其余的户怎么答,全部应访户的满意率在 {low}% 到 {high}% 之间",
        "{m} of {t} eligible households met: whatever the others say, the rate of all is between {low} % and {high} %",
    ),
    "reach_modes_head": ("在别处访到和电话访问的,单列", "Met elsewhere and by telephone, apart"),
    "reach_mode": ("方式", "Way"),
    "reach_count": ("户数", "Households"),
    "reach_villages": ("各村进度", "Villages"),
    "reach_villages_hint": (
        "每格一个村,按村代码排列,不用地图:完成/没访到/待访",
        "One tile a village in the order of codes, no map needed: completed / not met / to visit",
    ),
    "reach_village_counts": (
        "完成 {done},没访到 {missed},待访 {open}",
        "{done} done, {missed} not met, {open} to visit",
    ),
    "reach_doubts": ("抽样纪律疑点(F13)", "Doubts about the rule of the sample (F13)"),
    "reach_no_doubts": ("没有疑点:备选户都按次序启用。", "None: every reserve was opened in its turn."),
    "reach_doubts_hint": (
        "记录照样保留。按次序规则,哪些户计入由全部上门记录决定,与到达先后无关。",
        "The records are kept. Which households count follows from all doorsteps by the rule of order, whenever they "
        "came.",
    ),
    "reach_holding": (";挡在前面的是第 {ranks} 号", "; before it stood no. {ranks}"),
    "reach_surplus_head": ("超额记录:保留,不计入", "Surplus records: kept, not counted"),
    "reach_surplus_hint": (
        "两部手机没有网络时可能同时启用备选户,或前面的户后来访成了。计入的总是次序最前的几户访成的户,"
        "同一户访了两次的计后收到的一份;明访和暗访都抽中、都访成的户只计明访的一份。",
        "Two phones without a network may open reserves at once, or a household before succeeds later. Counted are "
        "always the first reachable ranks; of two interviews of one household the later received one; a household "
        "that both an open and a covert draw picked and met counts once, by the open one.",
    ),
    "reach_surplus_one": (
        "按次序规则轮不到,或同一户另有一份计入",
        "Not reached by the order, or its other record counts",
    ),
    "reach_to_list": ("打印访问清单", "Printable visit list"),
    "reach_to_card": ("打印入户告知卡", "Printable notice card"),
    "step_reach": ("进度与覆盖", "Progress"),
    "paper_list_title": ("入户访问清单", "Visit list"),
    "paper_list_lead": (
        "路线先后可以自便,户不能换。只有前面的户有了结果(不在家至少在不同时段上门两次),备选户才按号启用。",
        "The order on the road is free, the set is not. A reserve opens by its number only once those before it have "
        "an outcome (absence: two attempts at different times of day).",
    ),
    "paper_secret": (
        "本清单在本轮结束前不得给县、乡、村任何人看。",
        "Not to be shown to anybody of county or village.",
    ),
    "paper_made": ("{at} 打印", "Printed {at}"),
    "paper_times": ("上门时间(1 / 2)", "Attempts (1 / 2)"),
    "paper_outcome": ("结果", "Outcome"),
    "paper_confirmed": ("证实人", "Confirmed by"),
    "paper_note": ("备注", "Note"),
    "paper_phone": ("帮扶责任人", "Helper"),
    "paper_before": ("{day} {round} 访过", "Visited {day} ({round})"),
    "paper_none_left": ("这份名单上没有待访的户了。", "Nobody of this list is left to visit."),
    "paper_codes": (
        "C1 原址访成 C2 别处访成 C3 电话访成 N1 两次未见 N2 拒访 N3 无人能答 N4 路断等 "
        "X1 已销户 X2 编码有误 X3 不属本层 R1 回避",
        "C1 at home, C2 elsewhere, C3 by telephone, N1 two attempts, N2 refused, N3 nobody able, N4 road or safety, "
        "X1 dissolved, X2 wrong code, X3 other stratum, R1 step aside",
    ),
    "card_title": ("入户告知", "Notice of a visit"),
    "card_who": (
        "我们是督查组,受市扶贫开发领导小组委派,来听您对帮扶工作的真实想法。",
        "We come for the city's leading group, to hear what you really think of the help you receive.",
    ),
    "card_drawn": (
        "您家是当众掷骰子抽中的,不是谁指定的。抽签办法公开,可以核对。",
        "Your household was drawn by dice in public; nobody chose it. The method is open to checking.",
    ),
    "card_free": (
        "您可以不答,可以随时停;答什么都不影响您享受的政策。",
        "You may decline or stop at any time; no answer changes what you are entitled to.",
    ),
    "card_private": (
        "回答只用于督查,不告诉村里、乡里和帮扶人;照片不拍证件和银行卡。",
        "Answers serve the inspection alone; village, township and helper are not told. No photos of papers or cards.",
    ),
    "card_alone": ("请村干部和帮扶人暂时回避。", "Cadres and helpers are asked to step outside."),
    "card_free_of_charge": ("督查组不收礼、不吃请,费用由派出单位承担。", "We accept no gifts or meals."),
    "card_missed": (
        "我们 ____ 月 ____ 日 ____ 时来过,没有遇到您。我们会在另外的时段再来一次。",
        "We were here on ____ at ____ and did not meet you. We shall come once more at another time of day.",
    ),
    "card_contact": (
        "有话要说或要反映问题,请打:________________",
        "To speak to us or report a problem: ________________",
    ),
    "card_cut": ("沿虚线裁开,一页四张", "Cut along the lines, four a page"),
}
