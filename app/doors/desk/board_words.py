"""The sentences of the board and of one county on it; merged into the desk's dictionary."""

BOARD_WORDS: dict[str, tuple[str, str]] = {
    # board
    "board_caption": ("各县区三项满意度与90%目标", "Satisfaction by county and item against the 90 % target"),
    "board_lead": (
        "圆点是样本满意率,横线是由它能推知的全县范围(每侧误差5%),虚线是90%目标。",
        "The mark is the sample rate, the line the range it implies for the county (5 % each side), the dotted "
        "line 90 %.",
    ),
    "board_lead_undecided": (
        "横线跨过虚线,就是户数太少、尚不能判断",
        "A line across the dotted one means: too few households to decide",
    ),
    "board_lead_met": (";“达标”只说抽到的这几户。", "; “met” speaks of the visited households only."),
    "board_how": ("怎么看这张图", "How to read it"),
    "board_not_drawn": ("本轮还没有抽样,所以还没有结果。", "This round is not drawn yet, so there is no result."),
    "to_draw": ("去冻结名单和抽样", "Freeze and draw"),
    "board_empty": ("还没有可看的结果。", "There is no result to see yet."),
    "board_empty_do": (
        "抽样并收到第一份入户问卷后,这里开始有数。",
        "Figures begin with the first interview after the draw.",
    ),
    "board_summary": (
        "{counties}个县区 · 已访贫困户 {poor} 户、非贫困户 {non_poor} 户",
        "Counties: {counties} · households visited: {poor} poor, {non_poor} non-poor",
    ),
    "three_items": ("三项", "Items met"),
    "no_target": ("不设目标", "no target"),
    "no_result": ("还没有结果", "no result yet"),
    "whole_city": ("全市合计", "Whole city"),
    "range_words": ("全县区间", "range"),
    "visited_poor": ("访贫困户 {n} 户", "{n} poor households visited"),
    "visited_poor_short": ("访贫困户 {n} 户 · 缺 {missing} 户", "{n} poor households · {missing} short"),
    "visited_city": ("{n} 户", "{n} households"),
    "key_label": ("图例", "Key"),
    "key_undecided": ("空心圆:尚不能判断", "Open circle: not yet decidable"),
    "key_met": ("实心圆:足以说明达到90%", "Full circle: shown to reach 90 %"),
    "key_not_met": ("实心方块:足以说明低于90%", "Full square: shown to be below 90 %"),
    "key_few": ("浅色:样本不足8户", "Pale: fewer than 8 households"),
    "scheme": (
        "满意=非常满意+比较满意,除以全部完成的贫困户问卷(含“说不清”)。官方:满意数×10≥户数×9为达标,"
        "不足8户不作判断。方案 {scheme}。",
        "Satisfied = very or fairly satisfied, over all completed poor-household interviews (“cannot say” included). "
        "Official: met when 10 × satisfied ≥ 9 × n; below 8 households no judgement. Scheme {scheme}.",
    ),
    "aside_label": ("进度和待办", "Progress and what waits"),
    "today_title": ("今天要办", "Needs a person today"),
    "today_nothing": ("没有要办的事。", "Nothing waits."),
    "today_held_before": ("待核记录", "Held records:"),
    "today_held_after": ("条", ""),
    "today_held_small": ("放行前不计入满意率", "They enter no rate until released"),
    "today_doubts_before": ("未处理的疑点", "Open doubts:"),
    "today_doubts_after": ("条", ""),
    "today_unassigned_before": ("还没分派的样本户", "Open households without an inspector:"),
    "today_unassigned_after": ("户", ""),
    "progress_title": ("样本进度", "Progress of the sample"),
    "part_poor": ("贫困户已完成", "Poor households completed"),
    "part_non_poor": ("非贫困户已完成", "Non-poor households completed"),
    "progress_drawn": ("抽中 {n} 户,另有备选 {r} 户", "{n} drawn, {r} in reserve"),
    "progress_missed": ("未访到 {n} 户,不属本名单 {x} 户", "{n} not reached, {x} not eligible"),
    "progress_replaced": ("替补率 {rate}", "Substitution rate {rate}"),
    "progress_limited": ("超过30%:结果只代表访得到的户", "Above 30 %: results speak for reachable households only"),
    "to_draw_record": ("抽样记录和名单", "Draw record and lists"),
    "to_close": ("结束本轮", "Close the round"),
    # county
    "county_items": ("各项满意度", "Items"),
    "county_summary": ("名单内贫困户 {poor} 户、非贫困户 {non_poor} 户", "Frame: {poor} poor, {non_poor} non-poor"),
    "sentence_rate": (
        "抽查{n}户,{s}户满意,样本满意率{rate}%;全县约在{low}%—{high}%之间(每侧误差5%)。",
        "{s} of {n} visited were satisfied (sample rate {rate} %); the county lies at about {low}–{high} % (5 % "
        "each side).",
    ),
    "sentence_met": (
        "样本足以说明:真实满意率不低于90%(误判风险不超过5%)。",
        "The sample is enough to say: the true rate is at least 90 % (risk of error at most 5 %).",
    ),
    "sentence_not_met": (
        "样本足以说明:真实满意率低于90%(误判风险不超过5%)。",
        "The sample is enough to say: the true rate is below 90 % (risk at most 5 %).",
    ),
    "sentence_undecided": (
        "户数太少,尚不能判断是否达到90%;不等于达标,也不等于不达标。",
        "Too few households to decide; this means neither met nor missed.",
    ),
    "sentence_none": ("还没有完成的贫困户问卷。", "No poor-household interview is completed yet."),
    "sensitivity": (
        "说不清 {dk} 户留在分母里;不计说不清为 {without},把“一般”也算满意为 {neutral}。只供参考,不改变判断。",
        "{dk} could not say and stay in the denominator; {without} without them, {neutral} if “so-so” counted. "
        "For reference only; no verdict changes.",
    ),
    "item_show": ("看每户怎么答", "See each household's answer"),
    "item_shown": ("每户的回答见下表", "Each household's answer is in the table below"),
    "rank": ("次序", "Rank"),
    "rank_n": ("第 {n} 位", "No. {n}"),
    "reserve_rank": ("备选", "reserve"),
    "rank_main": ("第 {n} 位(正选)", "No. {n} (main list)"),
    "rank_reserve": ("第 {n} 位(备选)", "No. {n} (reserve list)"),
    "household": ("农户", "Household"),
    "village": ("村", "Village"),
    "status": ("属性", "Status"),
    "outcome": ("结果", "Outcome"),
    "assigned_to": ("督查员", "Inspector"),
    "records": ("记录", "Records"),
    "record_n": ("记录{n}", "Record {n}"),
    "stratum_summary": (
        "完成 {done} 户(要求 {low}—{high}) · 待访 {open} · 未访到 {missed}",
        "{done} completed (quota {low}–{high}) · {open} open · {missed} not reached",
    ),
    "stratum_ended": ("{summary}({codes})", "{summary} ({codes})"),
    "stratum_empty": ("本县区这一层没有样本。", "No sample in this stratum."),
}
