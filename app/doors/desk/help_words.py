"""The sentences of the page that says how to read satisfaction; merged into the desk's dictionary."""

HELP_WORDS: dict[str, tuple[str, str]] = {
    # help
    "help_title": ("怎么看满意度", "How to read satisfaction"),
    "help_bar": ("一根横线", "One bar"),
    "help_bar_1": (
        "每一格都是同一条0到100的轴。点是抽到的户里满意的比例;粗线是全县真实满意率可能在的范围,每侧误差5%;"
        "竖虚线是90%目标。",
        "Every cell has the same axis from 0 to 100. The mark is the share satisfied among those visited; the "
        "thick line is where "
        "the county's true rate may lie (5 % each side); the dotted line is the 90 % target.",
    ),
    "help_ex_undecided": ("10户里9户满意,全县600户", "9 of 10 satisfied, county of 600"),
    "help_ex_not_met": ("10户里6户满意,全县600户", "6 of 10 satisfied, county of 600"),
    "help_ex_met": ("29户全部满意,全县600户", "29 of 29 satisfied, county of 600"),
    "help_ex_few": ("只访到7户", "Only 7 visited"),
    "help_ex_few_says": (
        "不足8户:官方不作判断,颜色变浅。",
        "Fewer than 8: no official judgement, and the bar is pale.",
    ),
    "help_two": ("为什么有两句话", "Why two verdicts"),
    "help_two_1": (
        "“达标/未达标”是考核口径,只数抽到的户:满意数×10≥户数×9。",
        "“Met / missed” is the official rule and counts visited households only: 10 × satisfied ≥ 9 × n.",
    ),
    "help_two_2": (
        "“尚不能判断/足以说明”是统计口径:这几户能不能说明全县。访8—10户,全部满意也不足以证明全县达到90%;"
        "6户以下满意才足以说明低于90%。",
        "“Not yet decidable / evidence” is statistics: what these households can say about the county. With "
        "8–10 visits even all "
        "satisfied cannot prove 90 %; only 6 of 10 or fewer shows it is below.",
    ),
    "help_two_3": ("两句话并排放,谁也不代替谁。", "They stand side by side; neither replaces the other."),
    "help_rate": ("怎么算", "How it is counted"),
    "help_rate_1": (
        "满意=非常满意、比较满意。分母是所有完成的贫困户问卷,“说不清”留在分母里。三项分别算,从不平均。",
        "Satisfied = very or fairly satisfied. The denominator is every completed poor-household interview, "
        "“cannot say” included. "
        "The three items are judged apart and never averaged.",
    ),
    "help_rate_2": (
        "没见到、拒访的不在分母,另外统计,按次序由备选户替补;结果只代表访得到的户。",
        "Households not met or refusing are not in the denominator; they are counted apart and replaced in order. "
        "Results speak for reachable households only.",
    ),
    "help_rate_3": (
        "“现有帮扶方式”只问已脱贫户,不设目标。全市合计是各县相加,按二项分布给区间。",
        "“Way of helping” is asked of exited households only and has no target. The city adds the counties up, "
        "with binomial ranges.",
    ),
    "help_draw": ("抽样为什么可信", "Why the draw can be trusted"),
    "help_draw_1": (
        "先冻结名单、公布承诺码,再当众掷骰子。名单或骰子任何一个改动,结果都对不上。",
        "Frame and commitment first, dice in public afterwards. Change either, and the result no longer fits.",
    ),
    "help_draw_2": (
        "拿到抽样记录和名单,任何人都能在自己的电脑上重算一遍。",
        "With the record and the frame anyone can compute it again.",
    ),
    "help_held": ("待核是什么", "What held means"),
    "help_held_1": (
        "手机交上来的记录不会被拒收。读不通或与抽样对不上的先待核,由市督查办核实后放行或作废;放行前不计入比率。",
        "No record from a phone is refused. One that cannot be read or does not fit the draw is held until the "
        "city office "
        "releases or voids it; until then it enters no rate.",
    ),
}
