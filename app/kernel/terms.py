"""The glossary as data: one Chinese and one English label for every coded value that people see.

Pages, reports and the phone take their words from here, never from a literal of their own; a test fails when a
value of an enum has no label (house glossary; domain §1.6, §3; statistics §2.5).
"""

from typing import NamedTuple


class Term(NamedTuple):
    """What a code is called."""

    zh: str
    en: str


TERMS: dict[str, dict[str, Term]] = {
    "role": {
        "inspector": Term("督查员", "Inspector"),
        "team_leader": Term("督查组长", "Team leader"),
        "helper": Term("帮扶责任人", "Helper"),
        "village_cadre": Term("村干部", "Village cadre"),
        "county_officer": Term("县区扶贫办", "County officer"),
        "city_officer": Term("市督查办", "City officer"),
        "leading_group": Term("领导小组", "Leading group"),
        "discipline": Term("纪检监察", "Discipline inspection"),
        "auditor": Term("审计", "Auditor"),
        "admin": Term("系统管理员", "Administrator"),
    },
    "status": {
        "unexited": Term("未脱贫", "Not yet exited"),
        "exited": Term("已脱贫", "Exited"),
        "non_poor": Term("非贫困", "Non-poor"),
    },
    "stratum": {
        "poor": Term("贫困户", "Poor households"),
        "non_poor": Term("非贫困户", "Non-poor households"),
    },
    "team_bar": {
        "own_county": Term("组员家在该县", "A member is at home there"),
        "employer_county": Term("组员单位在该县", "A member's employer is there"),
        "employer_helps": Term("组员单位帮扶该县的户", "A member's employer helps households there"),
        "helps": Term("组员是该县户的帮扶责任人(或同名)", "A member, or a namesake, helps households there"),
        "scope": Term("组员账号的范围不含该县", "A member's account does not reach there"),
    },
    "item": {
        "team": Term("驻村工作队", "Village task force"),
        "helper": Term("帮扶责任人", "Responsible helper"),
        "effect": Term("帮扶工作成效", "Results of help"),
        "way": Term("现有帮扶方式", "Way of helping"),
    },
    "sample_state": {
        "reserve": Term("备选", "Reserve"),
        "open": Term("待访", "Open"),
        "completed": Term("已完成", "Completed"),
        "non_response": Term("未访到", "Non-response"),
        "not_eligible": Term("不属本名单", "Not eligible"),
    },
    "outcome": {
        "C1": Term("在名单住处访到", "Interviewed at the listed place"),
        "C2": Term("在别处当面访到", "Followed and interviewed elsewhere"),
        "C3": Term("电话访到", "Interviewed by telephone"),
        "N1": Term("两次上门未见", "No contact after two attempts"),
        "N2": Term("拒访", "Refused"),
        "N3": Term("无法沟通", "No capable adult"),
        "N4": Term("道路、灾害、安全原因", "Road, flood or safety"),
        "X1": Term("已销户", "Household dissolved"),
        "X2": Term("编码有误或重复", "Code wrong or double"),
        "X3": Term("不属本层", "Not of this stratum"),
        "R1": Term("督查员须回避", "Inspector must step aside"),
        "attempt": Term("已上门一次", "One attempt made"),
    },
    "sample_fault": {
        "order": Term("备选户启用过早,前面的户还没有结果", "A reserve before its turn"),
        "attempts": Term("备选户启用过早,前面的户上门不足两次(不同时段)", "A reserve while one had under two attempts"),
        "hasty": Term("上门不足两次就定为未访到", "Said to be out of reach after fewer than two attempts"),
        "twice": Term("同一户访了两次", "Interviewed twice"),
        "rival": Term("同一条记录有两份各自的更正,以后到的为准", "Two phones corrected one record; the later counts"),
        "not_drawn": Term("不是抽中的户", "Not a drawn household"),
    },
    "quota_state": {
        "under": Term("未达最低户数", "Under the quota"),
        "within": Term("在规定户数之内", "Within the quota"),
        "over": Term("超过最高户数", "Over the quota"),
    },
    "village_state": {
        "done": Term("已访完", "Done"),
        "going": Term("正在访", "Under way"),
        "ahead": Term("未到", "To come"),
    },
    "residence": {
        "site": Term("住在安置点", "Lives at the site"),
        "origin": Term("仍住迁出地", "Still at the old place"),
        "let": Term("房屋出租、转让或空置", "House let, transferred or empty"),
        "short": Term("一年内住不满六个月", "Under six months in the year"),
        "not_met": Term("两次上门未见到人", "Not met at two attempts"),
    },
    "record_state": {
        "stored": Term("已入库", "Stored"),
        "stored_orphan": Term("已入库(待关联)", "Stored, parent not here yet"),
        "quarantined": Term("待核", "Held for review"),
        "conflict": Term("内容冲突", "Conflict"),
    },
    "resolution": {
        "released": Term("已放行", "Released"),
        "voided": Term("已作废", "Voided"),
    },
    "round_state": {
        "open": Term("已建立", "Opened"),
        "frozen": Term("名单已冻结", "Frame frozen"),
        "drawn": Term("已抽样", "Drawn"),
        "closed": Term("已结束", "Closed"),
    },
    "round_kind": {
        "regular": Term("常规督查", "Regular"),
        "joint": Term("联合督查", "Joint"),
    },
    "official": {
        "met": Term("达标", "Met"),
        "missed": Term("未达标", "Missed"),
        "too_few": Term("样本不足", "Too few"),
    },
    "evidence": {
        "met": Term("样本足以说明达到90%", "Evidence: at least 90 %"),
        "not_met": Term("样本足以说明低于90%", "Evidence: below 90 %"),
        "undecided": Term("尚不能判断", "Not yet decidable"),
    },
    "verdict": {
        "confirmed": Term("确认", "Confirmed"),
        "rejected": Term("不成立", "Rejected"),
    },
    "judgement": {
        "exit_judge": Term("退出不符合标准(错退)", "Wrong exit"),
        "missed_judge": Term("应建档未建档(漏评)", "Missed household"),
    },
    "gap": {
        "income": Term("收入", "Income"),
        "food": Term("吃穿", "Food or clothing"),
        "water": Term("饮水", "Water"),
        "edu": Term("义务教育", "Education"),
        "medical": Term("基本医疗", "Medical care"),
        "house": Term("住房安全", "Housing"),
    },
    "severity": {
        "high": Term("高", "High"),
        "mid": Term("中", "Medium"),
        "low": Term("低", "Low"),
        "info": Term("提示", "Note"),
    },
    "flag_state": {
        "open": Term("未处理", "Open"),
        "explained": Term("已说明", "Explained"),
        "corrected": Term("已更正", "Corrected"),
        "rejected": Term("不采信", "Rejected"),
        "lapsed": Term("依据已不成立", "No longer holds"),
    },
    "flag_asked": {
        "record": Term("每条记录收到时", "with each record"),
        "pass": Term("每小时汇总比对", "by the hourly look over all records"),
        "register": Term("登记册", "by the register"),
    },
    "doubt": {
        "F01.income_handbook": Term("手册与口述人均收入相差十倍左右", "Handbook and stated income about tenfold apart"),
        "F01.income_filed": Term("口述与登记人均收入相差十倍左右", "Stated and filed income about tenfold apart"),
        "F01.subsidy_handbook": Term("手册与登记补助相差十倍左右", "Handbook and filed subsidy about tenfold apart"),
        "F01.subsidy_stated": Term("口述与登记补助相差十倍左右", "Stated and filed support about tenfold apart"),
        "F01.village": Term(
            "人均收入远高于本村其他户,去掉一个0却正常", "Income far above the village; ordinary with one zero less"
        ),
        "F02.origin": Term("搬迁户仍住迁出地", "Resettled, still lives at the old place"),
        "F02.let": Term("搬迁户的房屋出租、转让或空置", "Resettled, the house is let, transferred or empty"),
        "F02.short": Term("搬迁户一年内在安置点住不满六个月", "Resettled, under six months a year at the site"),
        "F02.at_origin": Term(
            "搬迁户在首次登记的村(视为迁出村)附近受访",
            "Resettled, met near the village of its first list, taken as the one it left",
        ),
        "F03.same": Term("照片与另一户的完全相同", "A picture is byte for byte another household's"),
        "F03.near": Term("照片与另一户的几乎相同", "A picture is nearly another household's"),
        "F03.similar": Term("照片与另一户的相像", "A picture resembles another household's"),
        "F04.no_position": Term("没有定位", "No position"),
        "F04.far": Term("定位离村太远", "Far from the village"),
        "F05.short": Term("访问时间过短", "Interview too short"),
        "F05.third": Term("用时不到本轮同类问卷的三分之一", "Under a third of the usual time"),
        "F05.overlap": Term("同一督查员的两次访问时间重叠", "Two interviews of one inspector overlap"),
        "F05.speed": Term("两次访问之间来不及赶到", "Nobody can have come from the interview before"),
        "F06.equal": Term("四项满意度答案相同", "Four equal satisfaction answers"),
        "F06.gift_only": Term("全答非常满意,却只送钱物、没来走访", "All top, yet only gifts and no visits"),
        "F06.disagrees": Term("全答非常满意,却不认可已脱贫", "All top, yet does not agree to the exit"),
        "F06.helper_unknown": Term("满意帮扶责任人,却不知道是谁", "Satisfied with a helper they do not know"),
        "F07.same": Term("与另一户的答案全部相同", "Every answer is that of another household"),
        "F07.alike": Term("与另一户的答案大部分相同", "Most answers are those of another household"),
        "F08.straight": Term("督查员的问卷多为四项同答", "The inspector's interviews mostly have four equal answers"),
        "F08.many": Term("一天走访超过12户", "Over 12 households in a day"),
        "F10.door": Term("没有门口照片", "No photo at the door"),
        "F10.no_consent": Term("住户不同意拍照", "The household refused photos"),
        "F10.missing": Term("缺必拍的照片", "A required photo is missing"),
        "F11.mismatch": Term("身份与证件不符", "Identity does not match"),
        "F11.no_doc": Term("没有证件可核", "No document to check"),
        "F12.present": Term("有干部在场", "A cadre was present"),
        "F12.often": Term("本县访问多有干部在场", "Cadres present in too many of the county's interviews"),
        "F13.not_drawn": Term("不是抽中的户", "Not a drawn household"),
        "F14.poor_fix": Term("定位误差超过200米", "Position worse than 200 m"),
        "F14.datum": Term("定位偏差可能是坐标系不同", "The distance may be a matter of the datum"),
        "F15.offset": Term("手机时钟偏差超过10分钟", "Phone clock off by over 10 minutes"),
        "F15.backwards": Term("结束早于开始", "Ends before it begins"),
        "F15.before_round": Term("早于本轮开始", "Before the round began"),
        "F15.after_sync": Term("开始晚于收到", "Begins after it was received"),
        "F16.below_line": Term("脱贫户收入低于当年标准", "Exited, income below the line of the year"),
        "F16.house": Term("脱贫户住房为C、D级", "Exited, house graded C or D"),
        "F16.living": Term("常住人口比户籍多5人以上", "Living members exceed the registered by over 5"),
        "F16.schooling": Term("有失学儿童没写原因", "Out of school without a reason"),
        "F17.repeated": Term("走访记录多次使用同一段话", "The same sentence in several logs"),
    },
    "evidence_line": {
        "met": Term("样本足以说明达到目标", "Evidence: the target is met"),
        "not_met": Term("样本足以说明没有达到目标", "Evidence: the target is missed"),
        "undecided": Term("尚不能判断", "Not yet decidable"),
    },
    "figure_unit": {
        "household": Term("户", "households"),
        "person": Term("人", "persons"),
        "yuan": Term("元", "yuan"),
        "answer": Term("项次", "answers"),
        "document": Term("份", "documents"),
        "record": Term("条记录", "records"),
        "cadre": Term("人(干部)", "cadres"),
        "item": Term("项", "items"),
        "pair": Term("对(帮扶人与户)", "pairs of helper and household"),
    },
    "figure_stratum": {
        "poor": Term("贫困户(含脱贫户)", "poor and exited households"),
        "non_poor": Term("非贫困户", "non-poor households"),
        "all": Term("两类户合计", "both strata together"),
    },
    "figure_model": {
        "hypergeometric": Term("精确区间(每侧5%)", "exact, 5 % a side"),
        "binomial": Term("二项精确区间(每侧5%)", "exact binomial, 5 % a side"),
        "wilson": Term("威尔逊区间(95%)", "Wilson, 95 %"),
        "spread": Term("按户计算的区间(95%)", "spread over households, 95 %"),
        "mover": Term("加权区间(MOVER)", "weighted, MOVER"),
    },
    "figure_note": {
        "mixed": Term(
            "两类户合计只是样本情况,请看分列的两行", "The sum over both strata is descriptive; read the two lines"
        ),
        "needs_population": Term("名册没有三类人口,不能推算", "The register lacks the populations; not projected"),
        "projected": Term("按样本推算,不是统计数", "Projected from the sample, not a count"),
    },
    "left_out": {
        "not_interviewed": Term("没有计入的问卷", "No interview counts"),
        "other_stratum": Term("另一类户", "Of the other stratum"),
        "not_exited": Term("不是脱贫户", "Not exited"),
        "not_unexited": Term("不是未脱贫户", "Not unexited"),
        "not_asked": Term("没有问到", "Not asked"),
        "no_opinion": Term("答“说不清”", "Cannot say"),
        "cadre_present": Term("有干部在场", "A cadre was present"),
        "not_confirmed": Term("未经复核确认", "Not confirmed by review"),
        "no_school_age": Term("没有学龄儿童", "No child of school age"),
        "no_elders": Term("没有60岁以上老人", "Nobody of 60 or over"),
        "not_resettled": Term("不是搬迁户", "Not resettled"),
        "not_met": Term("两次未访到(另列)", "Not met on two attempts (shown apart)"),
        "no_income": Term("没有可用的总收入", "No usable total income"),
        "no_need": Term("没有需要", "Needs nothing"),
        "satisfied": Term("对帮扶方式没有不满意", "Not dissatisfied with the way"),
        "no_labour": Term("没有劳动力", "No labour"),
        "no_loan_wanted": Term("不想贷款", "Wants no loan"),
        "no_loan": Term("没有贷款", "No loan"),
        "handbook_not_seen": Term("手册没有看到", "Handbook not seen"),
        "not_ended": Term("访到了,或还在访", "Reached, or still to come"),
        "no_record": Term("没有记录", "No record"),
    },
    "kind": {
        "interview": Term("入户问卷", "Interview"),
        "outcome": Term("入户结果", "Outcome"),
        "visit_log": Term("走访记录", "Visit log"),
        "record": Term("督查记录", "Inspection record"),
        "look_back": Term("回头看", "Look-back"),
    },
}


def label(kind: str, value: str | None, lang: str = "zh") -> str:
    """The word for a coded value; the code itself when it is unknown, so that nothing vanishes from a page."""
    if value is None:
        return "—"
    term = TERMS[kind].get(value)
    return value if term is None else getattr(term, "en" if lang == "en" else "zh")
