"""Every sentence of the desk, Chinese first, English beside it; coded values take their words from kernel.terms.

A template or page module holds no sentence of its own (a test reads the templates). `{name}` marks a place that the
page fills; both languages have the same places.
"""

from typing import NamedTuple

from app.doors.desk.ceremony_words import CEREMONY_WORDS
from app.doors.desk.figures_words import FIGURES_WORDS
from app.doors.desk.imports_words import IMPORTS_WORDS
from app.doors.desk.questionnaires_words import QUESTIONNAIRES_WORDS
from app.doors.desk.reach_words import REACH_WORDS
from app.doors.desk.register_words import REGISTER_WORDS
from app.doors.desk.reviews_words import REVIEWS_WORDS
from app.doors.desk.safekeeping_words import SAFEKEEPING_WORDS
from app.doors.desk.teams_words import TEAMS_WORDS
from app.doors.desk.visits_words import VISITS_WORDS


class Said(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str


WORDS: dict[str, Said] = {
    # the frame of every page
    "brand": Said("入户", "Ruhu"),
    "skip": Said("跳到正文", "Skip to content"),
    "nav_label": Said("主导航", "Main"),
    "menu": Said("菜单", "Menu"),
    "nav_board": Said("看板", "Board"),
    "nav_rounds": Said("轮次", "Rounds"),
    "nav_register": Said("登记册", "Register"),
    "nav_held": Said("待核", "Held"),
    "nav_accounts": Said("账号", "Accounts"),
    "nav_phone": Said("手机端", "Phone app"),
    "nav_help": Said("怎么看", "How to read"),
    "crumbs_label": Said("当前位置", "You are here"),
    "other_language": Said("English", "中文"),
    "sign_out": Said("退出", "Sign out"),
    "foot": Said(
        "督查抽样用于发现问题,不代替第三方评估。",
        "The inspection's sample is there to find problems; it does not replace a third-party assessment.",
    ),
    "and": Said("、", ", "),
    "cancel": Said("不做了,返回", "Leave it, go back"),
    "state": Said("状态", "State"),
    "next_step": Said("下一步", "Next"),
    "county": Said("县区", "County"),
    "decide": Said("处理", "Decide"),
    "unknown_time": Said("时间不详", "time unknown"),
    "nothing_changed": Said("什么也没有改动,改好后再提交。", "Nothing was changed; mend it and send again."),
    # sign in
    "sign_in_title": Said("登录", "Sign in"),
    "sign_in_lead": Said("督查工作台。用分配给您的账号登录。", "The inspection desk. Use the account you were given."),
    "sign_in": Said("登录", "Sign in"),
    "account": Said("账号", "Account"),
    "password": Said("密码", "Password"),
    "browser": Said("浏览器", "Browser"),
    "sign_in_phone": Said("要下乡入户?请在手机上打开", "Going to the village? On your phone, open the"),
    "open_phone_app": Said("入户手机端", "phone app"),
    # problems
    "problem_safe_read": Said("数据都还在,没有任何改动。", "All data are as they were; nothing was changed."),
    "problem_safe_write": Said(
        "刚才的操作没有生效,原有数据都还在。", "What you just did had no effect; the data are as they were."
    ),
    "problem_do_401": Said("登录已过期,请重新登录后再做一次。", "Your session ended; sign in and do it again."),
    "problem_do_404": Said(
        "可能地址有误,也可能不在您的负责范围。请从首页重新进入。",
        "The address may be wrong, or it may lie outside your scope. Start again from the first page.",
    ),
    "problem_do_403": Said("如果工作需要,请联系市督查办。", "If your work needs it, ask the city inspection office."),
    "problem_do_409": Said("请返回上一页看看现在的状态。", "Go back and look at the present state."),
    "problem_do_422": Said("请返回上一页,改正后再提交。", "Go back, mend it and send it again."),
    "problem_do_later": Said("请过一会儿再试。", "Please try again a little later."),
    "problem_do_broken": Said(
        "请过一会儿再试;如果还是这样,把页面下方的编号告诉管理员。",
        "Try again later; if it stays so, tell the administrator the number at the foot of this page.",
    ),
    "retry_never": Said(
        "再试一次也不会成功:请按提示改正,或与市督查办联系。手机上的记录都还在。",
        "Trying again will not help: mend what the message says, or ask the city office. "
        "Records on the phone are safe.",
    ),
    "retry_later": Said(
        "过一会儿再试就行;手机会自己重试,记录都还在手机上。",
        "Try again a little later; the phone does so by itself, and its records are safe.",
    ),
    "retry_after_sign_in": Said(
        "请重新登录后再试;手机上的记录都还在。", "Sign in again and retry; records on the phone are safe."
    ),
    "problem_back": Said("返回上一页", "Go back"),
    "problem_home": Said("回首页", "First page"),
    "problem_number": Said("编号 {status} · {slug}", "Number {status} · {slug}"),
    # rounds
    "round": Said("轮次", "Round"),
    "rounds_title": Said("督查轮次", "Inspection rounds"),
    "rounds_count": Said("共 {n} 轮", "{n} in all"),
    "rounds_empty": Said("还没有可看的督查轮次。", "There is no round to see yet."),
    "rounds_empty_do": Said(
        "先把登记册导入,再新建轮次、冻结名单、抽样。",
        "First import the register, then open a round, freeze the frame and draw.",
    ),
    "rounds_empty_wait": Said(
        "轮到您查看的督查会显示在这里;县区在督查结束后看到本县区的结果。",
        "Rounds that you may read appear here; a county reads its result once the round is closed.",
    ),
    "to_register": Said("去登记册", "To the register"),
    "round_new": Said("新建轮次", "Open a round"),
    "round_new_lead": Said(
        "轮次定好县区、时间和每县访几户。建好后冻结名单、公布承诺码,再掷骰子抽样。",
        "A round fixes the counties, the days and how many households are visited. Then freeze, publish, throw "
        "dice, draw.",
    ),
    "round_name": Said("名称", "Name"),
    "round_name_hint": Said("如:2026年第四轮督查", "For example: fourth round of 2026"),
    "round_code": Said("轮次代码", "Round code"),
    "round_code_hint": Said(
        "大写字母、数字、点、横线,如 2026-4;会写进承诺码,以后不能改",
        "Capital letters, digits, . _ - such as 2026-4; it enters the commitment and cannot change",
    ),
    "round_kind": Said("类型", "Kind"),
    "round_days": Said("起止日期", "Days"),
    "starts_on": Said("开始日期", "First day"),
    "ends_on": Said("结束日期", "Last day"),
    "round_counties": Said("县区", "Counties"),
    "quota": Said("每县区访几户", "Households per county"),
    "quota_hint": Said(
        "方案规定贫困户8—10户、非贫困户3—5户",
        "The plan says 8–10 poor and 3–5 non-poor households",
    ),
    "quota_low": Said("最少", "At least"),
    "quota_high": Said("最多", "At most"),
    "round_open": Said("建立轮次", "Open the round"),
    "step_board": Said("看板", "Board"),
    "step_freeze": Said("冻结名单", "Freeze the frame"),
    "step_draw": Said("录入种子、抽样", "Enter the seed, draw"),
    "step_record": Said("抽样记录", "Draw record"),
    "fault_required": Said("这一项要填", "Please fill this in"),
    "fault_number": Said("请填阿拉伯数字", "Please enter a number"),
    "fault_day": Said("请填日期,如 2026-12-01", "Please enter a day, such as 2026-12-01"),
    "fault_counties": Said("至少选一个县区", "Choose at least one county"),
    # board
    "board_caption": Said("各县区三项满意度与90%目标", "Satisfaction by county and item against the 90 % target"),
    "board_lead": Said(
        "圆点是样本满意率,横线是由它能推知的全县范围(每侧误差5%),虚线是90%目标。",
        "The mark is the sample rate, the line the range it implies for the county (5 % each side), the dotted "
        "line 90 %.",
    ),
    "board_lead_undecided": Said(
        "横线跨过虚线,就是户数太少、尚不能判断",
        "A line across the dotted one means: too few households to decide",
    ),
    "board_lead_met": Said(";“达标”只说抽到的这几户。", "; “met” speaks of the visited households only."),
    "board_how": Said("怎么看这张图", "How to read it"),
    "board_not_drawn": Said("本轮还没有抽样,所以还没有结果。", "This round is not drawn yet, so there is no result."),
    "to_draw": Said("去冻结名单和抽样", "Freeze and draw"),
    "board_empty": Said("还没有可看的结果。", "There is no result to see yet."),
    "board_empty_do": Said(
        "抽样并收到第一份入户问卷后,这里开始有数。", "Figures begin with the first interview after the draw."
    ),
    "board_summary": Said(
        "{counties}个县区 · 已访贫困户 {poor} 户、非贫困户 {non_poor} 户",
        "Counties: {counties} · households visited: {poor} poor, {non_poor} non-poor",
    ),
    "three_items": Said("三项", "Items met"),
    "no_target": Said("不设目标", "no target"),
    "no_result": Said("还没有结果", "no result yet"),
    "whole_city": Said("全市合计", "Whole city"),
    "range_words": Said("全县区间", "range"),
    "visited_poor": Said("访贫困户 {n} 户", "{n} poor households visited"),
    "visited_poor_short": Said("访贫困户 {n} 户 · 缺 {missing} 户", "{n} poor households · {missing} short"),
    "visited_city": Said("{n} 户", "{n} households"),
    "key_label": Said("图例", "Key"),
    "key_undecided": Said("空心圆:尚不能判断", "Open circle: not yet decidable"),
    "key_met": Said("实心圆:足以说明达到90%", "Full circle: shown to reach 90 %"),
    "key_not_met": Said("实心方块:足以说明低于90%", "Full square: shown to be below 90 %"),
    "key_few": Said("浅色:样本不足8户", "Pale: fewer than 8 households"),
    "scheme": Said(
        "满意=非常满意+比较满意,除以全部完成的贫困户问卷(含“说不清”)。官方:满意数×10≥户数×9为达标,"
        "不足8户不作判断。方案 {scheme}。",
        "Satisfied = very or fairly satisfied, over all completed poor-household interviews (“cannot say” included). "
        "Official: met when 10 × satisfied ≥ 9 × n; below 8 households no judgement. Scheme {scheme}.",
    ),
    "aside_label": Said("进度和待办", "Progress and what waits"),
    "today_title": Said("今天要办", "Needs a person today"),
    "today_nothing": Said("没有要办的事。", "Nothing waits."),
    "today_held_before": Said("待核记录", "Held records:"),
    "today_held_after": Said("条", ""),
    "today_held_small": Said("放行前不计入满意率", "They enter no rate until released"),
    "today_unassigned_before": Said("还没分派的样本户", "Open households without an inspector:"),
    "today_unassigned_after": Said("户", ""),
    "progress_title": Said("样本进度", "Progress of the sample"),
    "part_poor": Said("贫困户已完成", "Poor households completed"),
    "part_non_poor": Said("非贫困户已完成", "Non-poor households completed"),
    "progress_drawn": Said("抽中 {n} 户,另有备选 {r} 户", "{n} drawn, {r} in reserve"),
    "progress_missed": Said("未访到 {n} 户,不属本名单 {x} 户", "{n} not reached, {x} not eligible"),
    "progress_replaced": Said("替补率 {rate}", "Substitution rate {rate}"),
    "progress_limited": Said("超过30%:结果只代表访得到的户", "Above 30 %: results speak for reachable households only"),
    "to_draw_record": Said("抽样记录和名单", "Draw record and lists"),
    "to_close": Said("结束本轮", "Close the round"),
    # county
    "county_items": Said("各项满意度", "Items"),
    "county_summary": Said("名单内贫困户 {poor} 户、非贫困户 {non_poor} 户", "Frame: {poor} poor, {non_poor} non-poor"),
    "sentence_rate": Said(
        "抽查{n}户,{s}户满意,样本满意率{rate}%;全县约在{low}%—{high}%之间(每侧误差5%)。",
        "{s} of {n} visited were satisfied (sample rate {rate} %); the county lies at about {low}–{high} % (5 % "
        "each side).",
    ),
    "sentence_met": Said(
        "样本足以说明:真实满意率不低于90%(误判风险不超过5%)。",
        "The sample is enough to say: the true rate is at least 90 % (risk of error at most 5 %).",
    ),
    "sentence_not_met": Said(
        "样本足以说明:真实满意率低于90%(误判风险不超过5%)。",
        "The sample is enough to say: the true rate is below 90 % (risk at most 5 %).",
    ),
    "sentence_undecided": Said(
        "户数太少,尚不能判断是否达到90%;不等于达标,也不等于不达标。",
        "Too few households to decide; this means neither met nor missed.",
    ),
    "sentence_none": Said("还没有完成的贫困户问卷。", "No poor-household interview is completed yet."),
    "sensitivity": Said(
        "说不清 {dk} 户留在分母里;不计说不清为 {without},把“一般”也算满意为 {neutral}。只供参考,不改变判断。",
        "{dk} could not say and stay in the denominator; {without} without them, {neutral} if “so-so” counted. "
        "For reference only; no verdict changes.",
    ),
    "item_show": Said("看每户怎么答", "See each household's answer"),
    "item_shown": Said("每户的回答见下表", "Each household's answer is in the table below"),
    "rank": Said("次序", "Rank"),
    "rank_n": Said("第 {n} 位", "No. {n}"),
    "reserve_rank": Said("备选", "reserve"),
    "rank_main": Said("第 {n} 位(正选)", "No. {n} (main list)"),
    "rank_reserve": Said("第 {n} 位(备选)", "No. {n} (reserve list)"),
    "household": Said("农户", "Household"),
    "village": Said("村", "Village"),
    "status": Said("属性", "Status"),
    "outcome": Said("结果", "Outcome"),
    "assigned_to": Said("督查员", "Inspector"),
    "records": Said("记录", "Records"),
    "record_n": Said("记录{n}", "Record {n}"),
    "stratum_summary": Said(
        "完成 {done} 户(要求 {low}—{high}) · 待访 {open} · 未访到 {missed}",
        "{done} completed (quota {low}–{high}) · {open} open · {missed} not reached",
    ),
    "stratum_ended": Said("{summary}({codes})", "{summary} ({codes})"),
    "stratum_empty": Said("本县区这一层没有样本。", "No sample in this stratum."),
    # household of the sample
    "known_title": Said("已知情况", "What is known"),
    "stratum": Said("名单", "List"),
    "opened_at": Said("启用时间", "Opened"),
    "office_no": Said("户编号", "Office number"),
    "unit": Said("系统编号", "Unit"),
    "exit_year": Said("脱贫年度", "Year of exit"),
    "size": Said("家庭人口", "Members"),
    "helper_name": Said("帮扶责任人", "Helper"),
    "task_force": Said("驻村工作队", "Village task force"),
    "to_register_household": Said("在登记册里看这一户", "This household in the register"),
    "doorsteps_title": Said("上门和记录", "Visits and records"),
    "doorsteps_empty": Said(
        "还没有收到这一户的记录。手机上的记录要联网后才会到这里。",
        "No record yet. Records come here once the phone is online.",
    ),
    "started_at": Said("上门时间", "Visited"),
    "received_at": Said("收到时间", "Received"),
    "kind": Said("种类", "Kind"),
    "inspector": Said("督查员", "Inspector"),
    "record_state": Said("记录状态", "Record"),
    "photos": Said("照片", "Photos"),
    # record
    "draw_record": Said("抽样记录", "Draw record"),
    "record_title": Said("入户记录", "Record of a visit"),
    "held_why": Said("这条记录待核,原因:", "This record is held, because:"),
    "held_was": Said("这条记录曾经待核,原因:", "This record was held, because:"),
    "held_effect": Said(
        "放行前它占着样本位次,但不计入任何比率。", "Until released it holds its rank and enters no rate."
    ),
    "resolve_title": Said("放行还是作废", "Release or void"),
    "resolve_reason": Said("理由", "Reason"),
    "resolve_hint": Said(
        "写明核实了什么,至少4个字;会留在审计记录里",
        "Say what was checked (4 characters or more); it stays in the audit trail",
    ),
    "release": Said("核实无误,放行", "Checked, release"),
    "void": Said("作废", "Void"),
    "replaced": Said("这条记录已被更正。", "This record was corrected."),
    "to_newer": Said("看更正后的记录", "See the newer one"),
    "corrects": Said("这是一条更正记录,原记录保留:", "This corrects an earlier record, which is kept:"),
    "to_older": Said("看原记录", "See the earlier one"),
    "differences_title": Said("重算后不同的项", "Recalculated differently"),
    "differences_lead": Said(
        "以服务器重算的为准,手机上的值留作疑点。", "The server's value counts; the phone's is kept as a flag."
    ),
    "question": Said("题目", "Question"),
    "phone_value": Said("手机上的值", "On the phone"),
    "server_value": Said("服务器的值", "On the server"),
    "no_answers": Said("这条记录没有问卷答案。", "This record carries no answers."),
    "photos_title": Said("照片({n} 张)", "Photos ({n})"),
    "warning": Said("提示", "Warning"),
    "photo_waiting": Said("照片还没传到", "Not here yet"),
    "photo_refused": Said("不是可显示的照片,原件已保存", "No picture that can be shown; the bytes are kept"),
    "photo_plain": Said("照片", "Photo"),
    "raw_title": Said("收到的原文", "What was received"),
    "raw_lead": Said("按问卷读不出来,原样保留如下。", "It cannot be read as the form says; kept as it came."),
    "facts_title": Said("来龙去脉", "Where it comes from"),
    "fact_op": Said("记录编号", "Record id"),
    "fact_form": Said("问卷版本", "Form version"),
    "fact_finished": Said("签收时间", "Sealed"),
    "fact_minutes": Said("用时", "Duration"),
    "minutes": Said("{n} 分钟", "{n} min"),
    "fact_seq": Said("县内收件序号", "Sequence in the county"),
    "fact_app": Said("手机端版本", "App version"),
    "fact_offset": Said("手机时钟偏差", "Phone clock off by"),
    "seconds": Said("{n} 秒", "{n} s"),
    "fact_position": Said("定位", "Position"),
    "digest": Said("SHA-256 {digest}", "SHA-256 {digest}"),
    # held
    "held_title": Said("待核记录", "Held records"),
    "held_count": Said("{n} 条", "{n}"),
    "held_lead": Said(
        "读不通或对不上的记录一条不丢,先放在这里。核实后放行,它才计入比率;作废的也留底。",
        "What cannot be read or does not fit is never lost: it waits here. Released, it counts; voided, it is kept.",
    ),
    "held_empty": Said("没有待核的记录。", "No record is held."),
    "held_empty_why": Said("收到的记录都读得通、对得上。", "Everything received could be read and fits."),
    "reason_at": Said("{question}:{reason}", "{question}: {reason}"),
    "reason_given": Said("{question}:{reason}(收到的是“{value}”)", "{question}: {reason} (received “{value}”)"),
    "reasons": Said("原因", "Reasons"),
    "look_and_decide": Said("查看并处理", "Look and decide"),
    "conflicts_title": Said("同一编号、内容不同", "Same id, different content"),
    "conflicts_lead": Said(
        "先到的算数,后到的原样保留,不计入比率。",
        "The first one counts; the other is kept as it came and enters no rate.",
    ),
    # draw
    "draw_title": Said("冻结名单和抽样", "Frame and draw"),
    "draw_step_freeze": Said("冻结名单", "Freeze the frame"),
    "draw_step_dice": Said("当众掷骰子、抽样", "Throw dice in public, draw"),
    "draw_step_assign": Said("分派样本户", "Assign households"),
    "step_past": Said("已完成", "done"),
    "frame_title": Said("现在登记册里的名单", "The frame as the register stands"),
    "frame_lead": Said(
        "贫困户=未脱贫+已脱贫;最近一次导入里已不在的户不进名单。请与各村公示名单核对户数。",
        "Poor = not yet exited + exited; households missing from the last import stay out. Compare the counts "
        "with the village lists.",
    ),
    "frame_poor": Said("贫困户", "Poor"),
    "frame_non_poor": Said("非贫困户", "Non-poor"),
    "seed_source": Said("种子来源", "Source of the seed"),
    "seed_source_hint": Said(
        "先定来源、公布承诺码,后掷骰子;次序反了抽样就不可信",
        "Source and commitment first, dice afterwards; the other way round nobody can trust the draw",
    ),
    "source_DICE10X20": Said("20颗十面骰子", "20 ten-sided dice"),
    "source_DICE6X26": Said("26颗六面骰子", "26 six-sided dice"),
    "n_poor": Said("每县区贫困户", "Poor households per county"),
    "n_non_poor": Said("每县区非贫困户", "Non-poor households per county"),
    "n_hint": Said("{low}—{high} 户", "{low}–{high}"),
    "exclusions": Said(
        "排除的户(系统编号,一行一个;后面写原因)", "Households left out (one unit a line, then the reason)"
    ),
    "exclusions_hint": Said(
        "没有就留空。例:640104001201-0007 全户已迁出",
        "Leave empty if none. Example: 640104001201-0007 moved away",
    ),
    "freeze_warning": Said("冻结后名单、户数和来源不能再改。", "Once frozen, frame, numbers and source cannot change."),
    "freeze": Said("冻结名单,计算承诺码", "Freeze and compute the commitment"),
    "draw_city_only": Said("由市督查办办理。", "The city inspection office does this."),
    "commitment": Said("承诺码", "Commitment"),
    "commitment_lead": Said(
        "掷骰子之前,请至少三方抄下或拍下这64位并签时间。之后谁改一户名单,这串码就对不上。",
        "Before the dice, at least three parties note these 64 digits and sign the time. Change one household, "
        "and they no longer fit.",
    ),
    "commitment_qr": Said("承诺码二维码", "Commitment as a QR code"),
    "committed_at": Said("{at} 冻结", "Frozen {at}"),
    "draw_id": Said("抽样编号", "Draw"),
    "strata_title": Said("各层名单的户数和摘要", "Strata: numbers and digests"),
    "frame_n": Said("名单户数", "Frame"),
    "main_n": Said("正选", "Main"),
    "reserve_n": Said("备选", "Reserve"),
    "frame_digest": Said("名单摘要", "Frame digest"),
    "seed_title": Said("录入种子", "Enter the seed"),
    "seed_lead_DICE10X20": Said(
        "20颗十面骰子一盘掷出,第一次就算;从左到右读,连写20个数字。每位见证人各自写下再核对。",
        "All 20 ten-sided dice in one tray, first throw counts; read left to right, 20 digits. Every witness "
        "writes them too.",
    ),
    "seed_lead_DICE6X26": Said(
        "26颗六面骰子一盘掷出,第一次就算;从左到右读,连写26个1—6的数字。",
        "All 26 six-sided dice in one tray, first throw counts; read left to right, 26 digits from 1 to 6.",
    ),
    "seed_lead": Said("按冻结时公布的来源和次序录入。", "Enter the parts in the announced order."),
    "seed_part": Said("骰子点数", "Dice"),
    "seed_part_hint_DICE10X20": Said("20位数字,可带空格", "20 digits, spaces allowed"),
    "seed_part_hint_DICE6X26": Said("26位,只用1—6,可带空格", "26 digits from 1 to 6, spaces allowed"),
    "seed_part_hint": Said("一行一份", "One part a line"),
    "witnesses": Said("见证人", "Witnesses"),
    "witnesses_hint": Said("一行一位,写单位或身份;至少一位", "One a line, with office or standing; at least one"),
    "draw_warning": Said("抽样只做一次,结果当场公布。", "The draw is done once; the lists are shown at once."),
    "draw_now": Said("抽样", "Draw"),
    "drawn_at": Said("抽样时间", "Drawn"),
    "parts": Said("种子各部分", "Seed parts"),
    "seed": Said("种子", "Seed"),
    "download_record": Said("下载抽样记录", "Download the draw record"),
    "download_frame": Said("下载名单(编号)", "Download the frame (codes)"),
    "verify_lead": Said("任何人都能核对:", "Anyone can check it:"),
    "list_label": Said("{county} · {stratum}", "{county} · {stratum}"),
    "list_summary": Said("名单 {total} 户,正选 {n} 户,备选 {r} 户", "{total} in the frame, {n} main, {r} reserve"),
    "nobody": Said("未分派", "Nobody"),
    "assign": Said("分派", "Assign"),
    "assign_ticked": Said("把勾选的户分派给", "Assign the ticked households to"),
    "tick": Said("勾选", "Tick"),
    "tick_who": Said("勾选第 {n} 位 {who}", "Tick no. {n}, {who}"),
    "team_empty": Said(
        "这个县区还没有督查员账号,请管理员先新增。",
        "This county has no inspector yet; an administrator adds one first.",
    ),
    "county_tabs": Said("选择县区", "Choose a county"),
    "reserve_list": Said("备选名单({n} 户,按次序启用)", "Reserve list ({n}, opened in order)"),
    "reserve_rule": Said(
        "前面的户全部启用过、完成和待访的合计少于应访户数时,下一位才能启用;不能跳过。",
        "The next one opens only when every rank before it was opened and those completed or open are fewer "
        "than needed.",
    ),
    "answer_5": Said("非常满意", "Very satisfied"),
    "answer_4": Said("比较满意", "Fairly satisfied"),
    "answer_3": Said("一般", "So-so"),
    "answer_2": Said("不太满意", "Not very satisfied"),
    "answer_1": Said("很不满意", "Very dissatisfied"),
    "answer_9": Said("说不清", "Cannot say"),
    "void_title": Said("作废这次抽样", "Void this draw"),
    "void_lead": Said(
        "只有名单有误或仪式出错才作废。作废的编号、承诺码和原因永远留在以后的抽样记录里;"
        "已收到的入户记录照样保留,但不再计入比率。"
        "看过名单以后,谁也不能为了换户而作废。",
        "Only for a wrong frame or a faulty ceremony. Number, commitment and reason stay in every later record; "
        "records received so far are kept and enter no rate. "
        "Nobody may void to change households after seeing the lists.",
    ),
    "void_reason": Said("作废原因", "Reason for voiding"),
    "void_reason_hint": Said("4至500字;会公开", "4 to 500 characters; it will be public"),
    "void_now": Said("作废 {draw}", "Void {draw}"),
    "voids_title": Said("作废过的抽样", "Voided draws"),
    "void_line": Said("{draw} · {at} 作废 · {reason}", "{draw} · voided {at} · {reason}"),
    # close
    "close_title": Said("结束{name}", "Close {name}"),
    "close_lead": Said(
        "结束后不再收本轮的分派,县区可以看到本县区的结果;晚到的记录照样收下。",
        "After closing nothing is assigned any more and counties see their own result; late records are still kept.",
    ),
    "close_counts": Said(
        "{county}:贫困户完成 {poor} 户,非贫困户完成 {non_poor} 户",
        "{county}: {poor} poor, {non_poor} non-poor completed",
    ),
    "close_unfinished": Said(
        "还有 {open} 户待访、{held} 条记录待核。", "{open} households are still open and {held} records held."
    ),
    "close_now": Said("结束本轮", "Close the round"),
    # accounts
    "accounts_title": Said("账号", "Accounts"),
    "accounts_count": Said("{n} 个", "{n}"),
    "accounts_lead": Said("管理员只管账号,看不到任何回答。", "An administrator keeps accounts and sees no answers."),
    "person_name": Said("姓名", "Name"),
    "role": Said("角色", "Role"),
    "scope": Said("范围", "Scope"),
    "whole_city_name": Said("全市", "Whole city"),
    "scope_hint": Said(
        "区划代码:6401 全市,6位县区,12位村",
        "Division code: 6401 the city, 6 digits a county, 12 a village",
    ),
    "account_hint": Said("小写字母、数字、点、横线", "a-z, 0-9, . _ -"),
    "account_add": Said("新增账号", "Add an account"),
    "first_password": Said("初始密码", "First password"),
    "new_password": Said("新密码", "New password"),
    "password_hint": Said("至少8个字符,不要用常见密码", "At least 8 characters, not a common one"),
    "account_enabled": Said("在用", "In use"),
    "account_disabled": Said("已停用", "Disabled"),
    "created_at": Said("建立时间", "Added"),
    "devices_title": Said("登录过的设备", "Devices"),
    "devices_lead": Said(
        "手机丢了就停用它;里面已签收的记录,恢复后仍可上传。",
        "Revoke a lost phone; what it sealed can still be sent once it is let in again.",
    ),
    "devices_empty": Said("还没有设备登录过。", "No device has signed in yet."),
    "device": Said("设备", "Device"),
    "device_unnamed": Said("未命名设备", "Unnamed device"),
    "last_seen": Said("最后联系", "Last seen"),
    "device_valid": Said("可用", "Valid"),
    "device_revoked": Said("已停用", "Revoked"),
    "device_revoke": Said("停用这部设备", "Revoke"),
    "device_restore": Said("恢复这部设备", "Let in again"),
    "reset_title": Said("重置密码", "Reset the password"),
    "reset_lead": Said("重置后,这个账号在所有设备上都要重新登录。", "Every session of the account ends."),
    "reset": Said("重置密码", "Reset"),
    "disable_title": Said("停用账号", "Disable the account"),
    "disable_lead": Said("马上不能登录;他收集的记录都保留。", "It is shut out at once; its records stay."),
    "disable": Said("停用", "Disable"),
    "disable_self": Said("不能停用自己的账号。", "You cannot disable your own account."),
    "enable_title": Said("恢复账号", "Enable the account"),
    "enable_lead": Said("恢复后可以用原密码登录。", "It can sign in with its old password."),
    "enable": Said("恢复", "Enable"),
    # done
    "done_round": Said("轮次已建立,下一步冻结名单。", "The round is open. Next: freeze the frame."),
    "done_frozen": Said(
        "名单已冻结。请先公布承诺码,再掷骰子。", "The frame is frozen. Publish the commitment before the dice."
    ),
    "done_drawn": Said("抽样完成,记录已签名。", "Drawn; the record is signed."),
    "done_assigned": Said("已分派。", "Assigned."),
    "done_void": Said("已作废,原因和承诺码都留在记录里。", "Voided; reason and commitment stay in the record."),
    "done_closed": Said("本轮已结束。", "The round is closed."),
    "done_released": Said("已放行,计入比率。", "Released; it counts now."),
    "done_voided": Said("已作废,原件保留。", "Voided; what was received is kept."),
    "done_added": Said("账号已新增。", "The account is added."),
    "done_reset": Said("密码已重置。", "The password is reset."),
    "done_disabled": Said("账号已停用。", "The account is disabled."),
    "done_enabled": Said("账号已恢复。", "The account is enabled."),
    "done_revoked": Said("设备已停用。", "The device is revoked."),
    "done_restored": Said("设备可以重新登录。", "The device may sign in again."),
    "done_signed_out": Said("已退出。", "Signed out."),
    # help
    "help_title": Said("怎么看满意度", "How to read satisfaction"),
    "help_bar": Said("一根横线", "One bar"),
    "help_bar_1": Said(
        "每一格都是同一条0到100的轴。点是抽到的户里满意的比例;粗线是全县真实满意率可能在的范围,每侧误差5%;"
        "竖虚线是90%目标。",
        "Every cell has the same axis from 0 to 100. The mark is the share satisfied among those visited; the "
        "thick line is where "
        "the county's true rate may lie (5 % each side); the dotted line is the 90 % target.",
    ),
    "help_ex_undecided": Said("10户里9户满意,全县600户", "9 of 10 satisfied, county of 600"),
    "help_ex_not_met": Said("10户里6户满意,全县600户", "6 of 10 satisfied, county of 600"),
    "help_ex_met": Said("29户全部满意,全县600户", "29 of 29 satisfied, county of 600"),
    "help_ex_few": Said("只访到7户", "Only 7 visited"),
    "help_ex_few_says": Said(
        "不足8户:官方不作判断,颜色变浅。", "Fewer than 8: no official judgement, and the bar is pale."
    ),
    "help_two": Said("为什么有两句话", "Why two verdicts"),
    "help_two_1": Said(
        "“达标/未达标”是考核口径,只数抽到的户:满意数×10≥户数×9。",
        "“Met / missed” is the official rule and counts visited households only: 10 × satisfied ≥ 9 × n.",
    ),
    "help_two_2": Said(
        "“尚不能判断/足以说明”是统计口径:这几户能不能说明全县。访8—10户,全部满意也不足以证明全县达到90%;"
        "6户以下满意才足以说明低于90%。",
        "“Not yet decidable / evidence” is statistics: what these households can say about the county. With "
        "8–10 visits even all "
        "satisfied cannot prove 90 %; only 6 of 10 or fewer shows it is below.",
    ),
    "help_two_3": Said("两句话并排放,谁也不代替谁。", "They stand side by side; neither replaces the other."),
    "help_rate": Said("怎么算", "How it is counted"),
    "help_rate_1": Said(
        "满意=非常满意、比较满意。分母是所有完成的贫困户问卷,“说不清”留在分母里。三项分别算,从不平均。",
        "Satisfied = very or fairly satisfied. The denominator is every completed poor-household interview, "
        "“cannot say” included. "
        "The three items are judged apart and never averaged.",
    ),
    "help_rate_2": Said(
        "没见到、拒访的不在分母,另外统计,按次序由备选户替补;结果只代表访得到的户。",
        "Households not met or refusing are not in the denominator; they are counted apart and replaced in order. "
        "Results speak for reachable households only.",
    ),
    "help_rate_3": Said(
        "“现有帮扶方式”只问已脱贫户,不设目标。全市合计是各县相加,按二项分布给区间。",
        "“Way of helping” is asked of exited households only and has no target. The city adds the counties up, "
        "with binomial ranges.",
    ),
    "help_draw": Said("抽样为什么可信", "Why the draw can be trusted"),
    "help_draw_1": Said(
        "先冻结名单、公布承诺码,再当众掷骰子。名单或骰子任何一个改动,结果都对不上。",
        "Frame and commitment first, dice in public afterwards. Change either, and the result no longer fits.",
    ),
    "help_draw_2": Said(
        "拿到抽样记录和名单,任何人都能在自己的电脑上重算一遍。",
        "With the record and the frame anyone can compute it again.",
    ),
    "help_held": Said("待核是什么", "What held means"),
    "help_held_1": Said(
        "手机交上来的记录不会被拒收。读不通或与抽样对不上的先待核,由市督查办核实后放行或作废;放行前不计入比率。",
        "No record from a phone is refused. One that cannot be read or does not fit the draw is held until the "
        "city office "
        "releases or voids it; until then it enters no rate.",
    ),
} | {
    key: Said(zh, en)
    for key, (zh, en) in (
        FIGURES_WORDS
        | REACH_WORDS
        | REGISTER_WORDS
        | REVIEWS_WORDS
        | CEREMONY_WORDS
        | IMPORTS_WORDS
        | SAFEKEEPING_WORDS
        | TEAMS_WORDS
        | VISITS_WORDS
        | QUESTIONNAIRES_WORDS
    ).items()
}


class Voice:
    """The sentences in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = "en" if lang == "en" else "zh"

    def __call__(self, key: str, **places: object) -> str:
        """The sentence for a key with its places filled; an unknown key is a fault of the program (KeyError)."""
        said = WORDS[key]
        sentence = said.en if self.lang == "en" else said.zh
        return sentence.format(**places) if places else sentence
