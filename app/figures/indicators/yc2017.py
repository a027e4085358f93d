"""Scheme yc2017: the forty indicators of the notices of 2017, each with what it counts and what it is compared with.

[S] is the notice itself, [P] public material, [D] a decision of ours. Published rates are text: 98.84 % cannot be had
from 654 households, so the counts behind a published rate are stored only where they were published.
"""

from dataclasses import replace

from app.figures.indicators.catalogue import (
    Benchmark,
    Direction,
    Indicator,
    Part,
    Unit,
    at_least,
    at_most,
    below,
    by_code,
)
from app.figures.indicators.sources import SOURCES, Source

SCHEME = "yc2017"
REGIONAL = Source("自治区第三方评估,2016年11月 [S]", "regional third-party evaluation, Nov 2016 [S]")
NATIONAL = Source("国家第三方评估《通知》 [S]", "national third-party evaluation [S]")
LINE = Source("《贫困县退出专项评估检查实施办法(试行)》2017 [P]", "county exit rules 2017 [P]")
NOTICE = Source("银党办〔2017〕43号 [S]", "Yin Dang Ban (2017) No. 43 [S]")

POOR, NON_POOR, BOTH = ("poor",), ("non_poor",), ("poor", "non_poor")
DOWN, NONE = Direction.DOWN, Direction.NONE
WITHOUT = (
    Part("opinion", "不计“说不清”", "without “cannot say”", "sensitivity"),
    Part("neutral", "“一般”也算满意", "with “so-so” counted as satisfied", "sensitivity"),
    Part("alone", "没有干部在场的户", "households without a cadre present", "sensitivity"),
)
STRATA = (
    Part("poor", "贫困户(含脱贫户)", "poor and exited households", kinds=POOR, frame="poor", is_judged=True),
    Part("non_poor", "非贫困户", "non-poor households", kinds=NON_POOR, frame="non_poor", is_judged=True),
)


def _satisfied(code: str, zh: str, en: str, question: str, rate: str) -> Indicator:
    return Indicator(
        code, zh, en,
        f"{question} 答“非常满意、比较满意”的户 ÷ 已完成的贫困户问卷",
        f"households answering 5 or 4 to {question} ÷ completed Q1",
        "拒访、未访到的不计;“说不清”留在分母", "Refused and not met are left out; “cannot say” stays in",
        target=at_least(90), fewest=8, frame="poor", parts=WITHOUT,
        benchmarks=(Benchmark(rate, "2016年全区评估", "regional evaluation 2016", REGIONAL),),
    )  # fmt: skip


def _waits(code: str, zh: str, en: str, formula_zh: str, formula_en: str, room: str, **more: object) -> Indicator:
    return Indicator(code, zh, en, formula_zh, formula_en, waits_for=room, **more)  # type: ignore[arg-type]


LINES: tuple[Indicator, ...] = (
    _satisfied("I01", "驻村工作队满意度", "Satisfaction with the resident team", "sat_team", "81%"),
    _satisfied("I02", "帮扶责任人满意度", "Satisfaction with the helper", "sat_helper", "76%"),
    _satisfied("I03", "帮扶工作成效满意度", "Satisfaction with the results of help", "sat_effect", "84%"),
    Indicator(
        "I04", "现有帮扶方式满意度", "Satisfaction with the way of helping",
        "sat_way 答5、4的户 ÷ 已完成的脱贫户问卷",
        "households answering 5 or 4 to sat_way ÷ completed Q1 of exited households",
        "未脱贫户不计;没有目标值,不作判断", "Households not yet exited are left out; no target, no verdict",
        frame="exited", parts=WITHOUT,
        benchmarks=(
            Benchmark("88%", "2016年全区评估", "regional evaluation 2016", REGIONAL),
            Benchmark("55%", "其中最低的县", "the lowest county", REGIONAL),
        ),
    ),
    Indicator(
        "I05", "三项达标", "Three items met", "I01、I02、I03 中达标的项数;最低一项与90%的差",
        "how many of I01, I02, I03 are officially met; the lowest of them less 90 points",
        "三项分别判断,从不平均", "Judged one by one, never averaged",
        direction=NONE, target=at_least(100), fewest=1, unit=Unit.ITEM,
        benchmarks=(Benchmark("0/3", "2016年全区评估", "regional evaluation 2016", REGIONAL),),
    ),
    Indicator(
        "I06", "群众认可度", "Public approval", "recognise=认可 的户 ÷ 已完成的全部问卷(两类户另列)",
        "households that recognise the work ÷ all completed Q1 and Q2 (each also apart)",
        "“说不清”留在分母;两类户合计只是样本情况", "“Cannot say” stays in; the sum over both is descriptive only",
        target=at_least(90), fewest=8, kinds=BOTH, parts=STRATA,
        benchmarks=(Benchmark("≥90%", "贫困县退出标准", "county exit line", LINE),),
    ),
    Indicator(
        "I07", "错退率(户)", "Wrong exits (households)", "经第二人复核确认不符合退出标准的户 ÷ 已完成的脱贫户问卷",
        "exited households confirmed wrong by a second person ÷ completed Q1 of exited households",
        "未经复核的“疑似”另列,不计入", "What waits for review is shown apart and not counted",
        direction=DOWN, target=below(2), frame="exited",
        parts=(
            Part("suspected", "疑似(未经复核确认)", "suspected (not confirmed by review)"),
            Part("house", "确认错退中住房不安全的", "of those confirmed: unsafe housing"),
        ),
        benchmarks=(
            Benchmark("2.9%", "国家第三方评估,138户中4户", "national evaluation, 4 of 138", NATIONAL, (4, 138)),
        ),
    ),
    Indicator(
        "I08", "错退率(人)", "Wrong exits (persons)", "确认错退户的人口 ÷ 已完成的脱贫户人口",
        "members of households confirmed wrong ÷ members of exited households completed",
        "同 I07", "As I07", direction=DOWN, target=below(2), unit=Unit.PERSON,
        benchmarks=(Benchmark("<2%", "贫困县退出标准", "county exit line", LINE),),
    ),
    Indicator(
        "I09", "漏评率(人)", "Missed households (persons)", "经复核确认漏评户的人口 ÷ 已完成的非贫困户人口",
        "members of households confirmed missed ÷ members of non-poor households completed",
        "未经复核的“疑似”另列", "What waits for review is shown apart",
        direction=DOWN, target=below(2), unit=Unit.PERSON, kinds=NON_POOR,
        parts=(
            Part("households", "漏评率(户)", "by households", unit=Unit.HOUSEHOLD, frame="non_poor", is_judged=True),
            Part("suspected", "疑似(户,未经复核确认)", "suspected households", unit=Unit.HOUSEHOLD),
        ),
        benchmarks=(Benchmark("<2%", "贫困县退出标准", "county exit line", LINE),),
    ),
    Indicator(
        "I10", "综合贫困发生率", "Comprehensive poverty rate",
        "(未脱贫人口 + 错退率(人)×脱贫人口 + 漏评率(人)×非建档人口)÷ 乡村总人口",
        "(unexited persons + I08 × exited persons + I09 × non-filed persons) ÷ rural persons",
        "人口取自名册;名册没有非贫困户时不能算", "Populations are the register's; without non-poor households none",
        direction=DOWN, target=below(3), unit=Unit.PERSON, kinds=BOTH,
        benchmarks=(Benchmark("<3%", "西部贫困县退出标准", "county exit line, west", LINE),),
    ),
    Indicator(
        "I11", "义务教育有保障率", "Compulsory education assured",
        "没有学龄儿童、或无人失学、或只因依法缓学的户 ÷ 已完成的贫困户问卷",
        "households with no child of school age, or none out of school, or only lawfully deferred ÷ completed Q1",
        target=at_least(100), frame="poor",
        parts=(Part("school_age", "只看有学龄儿童的户", "only households with children of school age"),),
        benchmarks=(
            Benchmark("98.84%", "国家第三方评估(户数未公布)", "national, count unknown", NATIONAL, among=654),
        ),
    ),
    Indicator(
        "I12", "基本医疗有保障率", "Basic medical care assured", "全家参保且看得起病的户 ÷ 已完成的贫困户问卷",
        "households with every member insured and care affordable ÷ completed Q1",
        target=at_least(100), frame="poor",
        benchmarks=(Benchmark("98.47%", "国家第三方评估,654户中644户", "national, 644 of 654", NATIONAL, (644, 654)),),
    ),
    Indicator(
        "I13", "住房安全有保障率", "Safe housing assured",
        "住房A、B级,或未鉴定但没有裂缝漏雨倾斜等问题且住户认为安全的户 ÷ 已完成的贫困户问卷",
        "house graded A or B, or not graded, without visible defect and felt safe ÷ completed Q1",
        "C、D级一律不算有保障", "Grades C and D are never safe", target=at_least(100), frame="poor",
        benchmarks=(Benchmark("83.03%", "国家第三方评估,654户中543户", "national, 543 of 654", NATIONAL, (543, 654)),),
    ),
    Indicator(
        "I14", "吃穿饮水不愁率", "Food, clothing and water assured",
        "吃、穿、饮水都不愁的户 ÷ 已完成的贫困户问卷(三项另列)",
        "households with all three assured ÷ completed Q1 (each also apart)", target=at_least(100), frame="poor",
        parts=(
            Part("food", "吃饭不愁", "food", frame="poor", is_judged=True),
            Part("cloth", "穿衣不愁", "clothing", frame="poor", is_judged=True),
            Part("water", "饮水安全", "water", frame="poor", is_judged=True),
        ),
        benchmarks=(Benchmark("均满足“两不愁”", "国家第三方评估", "“all met” in the national evaluation", NATIONAL),),
    ),
    Indicator(
        "I15", "养老保障率", "Pensions", "领养老金或特困供养的60岁以上老人 ÷ 60岁以上老人",
        "members of 60 and over with a pension or tekun support ÷ members of 60 and over",
        "没有老人的户不计", "Households without elders are left out", target=at_least(100), unit=Unit.PERSON,
    ),
    Indicator(
        "I16", "迁入地不在住率", "Resettled and not living there",
        "仍住迁出地、房屋出租转让空置,或一年住不满6个月又不是外出务工的户 ÷ 访到的搬迁户",
        "at the old place, let or empty, or under 6 months a year without working away ÷ resettled households met",
        "两次以上没访到的搬迁户另列", "Resettled households not met on two attempts or more are shown apart",
        direction=DOWN, target=at_most(0),
        parts=(
            Part("with_not_met", "连同两次未访到的搬迁户", "with those not met on two attempts"),
            Part("not_met", "其中两次未访到的", "of them not met"),
        ),
        benchmarks=(Benchmark("50%", "有一半的贫困户不在迁入地居住", "half of the households", NOTICE),),
    ),
    Indicator(
        "I17", "搬迁满意度", "Satisfaction with the resettlement", "resettle_sat 答5、4的户 ÷ 已完成的搬迁户问卷",
        "5 or 4 to resettle_sat ÷ resettled households completed",
        benchmarks=(Benchmark("91%", "国家评估,199户", "national, of 199", NATIONAL, among=199),),
    ),
    Indicator(
        "I18", "搬迁后收入明显提高", "Income clearly up after the move", "答“明显提高”的户 ÷ 已完成的搬迁户问卷",
        "“clearly up” ÷ resettled households completed", "“略有提高”不算", "“A little up” does not count",
        benchmarks=(Benchmark("69%", "国家评估,199户", "national, of 199", NATIONAL, among=199),),
    ),
    Indicator(
        "I19", "政策性收入占比(金额)", "Government support in income (amount)", "Σ(转移性+项目资金)÷ Σ总收入",
        "Σ(social transfers + project money) ÷ Σ total income", "总收入不大于0的户不计",
        "Households whose income is not above 0 are left out", direction=DOWN, unit=Unit.YUAN,
        parts=(
            Part("project", "只看项目资金", "project money only"),
            Part("median", "各户占比的中位数", "median of the households' shares", unit=Unit.HOUSEHOLD),
        ),
        benchmarks=(Benchmark("50%", "收入来源中有50%是政府项目资金(读法一)", "reading a", NATIONAL),),
    ),
    Indicator(
        "I20", "政策性收入提及率", "Project money named as a main source",
        "主要收入来源含政府项目资金的户 ÷ 已完成的脱贫户问卷",
        "exited households naming project money ÷ completed Q1 of exited households",
        direction=DOWN, frame="exited",
        benchmarks=(Benchmark("50%", "同上(读法二)", "reading b", NATIONAL),),
    ),
    Indicator(
        "I21", "需求错位率", "Help that was not what was needed", "认为帮扶不是自己所需的户 ÷ 被问到的户",
        "“not what we needed” ÷ households asked", "没有得到帮扶的不问", "Households without help are not asked",
        direction=DOWN,
        parts=(
            Part("unmet", "最需要的一项也没得到", "nothing of what is needed most was received"),
            Part("among_unsatisfied", "对帮扶方式不满意的户中", "among those not satisfied with the way"),
        ),
        benchmarks=(
            Benchmark("60%", "15户中有9户表示非自己所需", "9 of 15 not satisfied", NATIONAL, (9, 15)),
        ),
    ),
    Indicator(
        "I22", "五到户落实率", "Five measures at the household", "适用的各项都落实的户 ÷ 已完成的贫困户问卷",
        "households where every applicable measure holds ÷ completed Q1",
        "没有劳动力的不看培训,不想贷款的不看贷款", "No labour: training n/a; no loan wanted: loan n/a",
        target=at_least(100),
        frame="poor",
        parts=(
            Part("industry", "产业项目到户", "industry project"),
            Part("training", "培训到户", "training"),
            Part("loan", "小额信贷到户", "micro-loan"),
            Part("plan", "帮扶计划到户", "plan"),
            Part("insurance", "扶贫保到户", "insurance"),
        ),
    ),
    Indicator(
        "I23", "扶贫保覆盖率", "Fupinbao insurance", "至少有一种扶贫保的户 ÷ 已完成的贫困户问卷(各险种另列)",
        "households with at least one product ÷ completed Q1 (each product apart)",
        "借款人意外险只看已贷款的户;养殖业险等养殖情况的台账",
        "Borrower insurance: borrowers only; livestock waits for the register",
        target=at_least(100), frame="poor",
        parts=(
            Part("accident", "家庭意外伤害保险", "family accident"),
            Part("illness", "大病补充医疗保险", "supplementary illness"),
            Part("borrower", "借款人意外伤害保险", "borrower accident"),
        ),
    ),
    Indicator(
        "I24", "五个全覆盖", "Five coverages", "评级授信、应贷尽贷、扶贫保(金融服务点、精准统计待登记)",
        "credit rating, loans wanted and got, insurance (service points and statistics wait for the register)",
        "各算各的,从不平均", "Five rates, never averaged", has_main=False, target=at_least(100),
        parts=(
            Part("rated", "评级授信", "credit rated", frame="poor", is_judged=True),
            Part("loan", "应贷尽贷", "loan got of those who want one", is_judged=True),
            Part("insured", "扶贫保", "insurance", frame="poor", is_judged=True),
        ),
    ),
    _waits("I25", "帮扶超户率", "Helpers with more than five households", "帮扶超过5户的责任人 ÷ 在岗责任人",
           "helpers with more than 5 active households ÷ active helpers", "programmes", direction=DOWN,
           target=at_most(0), unit=Unit.PERSON),
    Indicator(
        "I26", "走访达标率", "Helper visits kept up", "30天内见到家人的结对 ÷ 在帮结对(贫困户、脱贫户)",
        "pairs whose family a helper met within 30 days ÷ pairs of poor and exited households on the newest list",
        target=at_least(100), unit=Unit.PAIR,
        excluded_zh="截至今天或本轮最后一天;暂存待核的记录不计;还没有走访记录的县不算",
        excluded_en="As of today, at most the round's last day; held logs do not count; counties without logs wait",
        parts=(Part("gift", "只送钱物的走访", "visits with gifts as their only purpose", unit=Unit.RECORD),),
    ),
    Indicator(
        "I27", "资料完整率", "Papers complete",
        "应有且查到的资料 ÷ 应有的资料(手册在家、没有空项、已签字、脱贫签字确认)",
        "required papers present ÷ required (handbook at home, no blanks, signed; exit signed by the family)",
        "不适用的不计", "What does not apply is left out", target=at_least(100), unit=Unit.ITEM,
        parts=(
            Part("households", "资料全部完整的户", "households with all of them", unit=Unit.HOUSEHOLD, frame="poor"),
            Part("documents", "查阅资料中完整的", "documents reviewed and found whole", unit=Unit.DOCUMENT),
        ),
    ),
    Indicator(
        "I28", "手册差错率", "Errors in the handbook", "手册有问题的户 ÷ 查看到手册的户",
        "handbooks with any problem ÷ handbooks inspected", "手册不在家的不计", "Handbooks not at home are left out",
        direction=DOWN, target=at_most(0),
    ),
    _waits("I29", "平均拨付时间(月)", "Months to disburse", "Σ(金额×月数)÷ Σ金额", "Σ(amount × months) ÷ Σ amount",
           "programmes", direction=DOWN, unit=Unit.YUAN,
           benchmarks=(
               Benchmark("2.76个月", "宁夏", "the region", NATIONAL),
               Benchmark("1.92个月", "全国", "the country", NATIONAL),
           )),
    _waits("I30", "资金支付率", "Funds paid", "已支付 ÷ 已下达,按季度", "paid ÷ received, by quarter", "programmes",
           unit=Unit.YUAN),
    _waits("I31", "整改完成率", "Rectification done", "已销号 ÷ 到期或已销号(长期的不计)",
           "issues closed ÷ issues due or closed (open-ended ones left out)", "ledger", target=at_least(100),
           unit=Unit.ITEM),
    _waits("I32", "整改按期率", "Rectification in time", "按期销号 ÷ 到期", "closed by the due day ÷ due", "ledger",
           target=at_least(100), unit=Unit.ITEM),
    Indicator(
        "I33", "“回头看”通过率", "Look-backs passed", "复核为已整改到位的 ÷ 已完成的“回头看”",
        "fully rectified ÷ look-backs done", target=at_least(100), unit=Unit.RECORD,
    ),
    _waits("I34", "报告按时率", "Reports in time", "按时提交 ÷ 应提交", "submitted by the due day ÷ reports due",
           "deadlines", target=at_least(100), unit=Unit.ITEM),
    Indicator(
        "I35", "样本完成率", "Sample completed", "有效完成户(最多算到规定的最低户数)÷ 规定的最低户数",
        "valid completed households, at most the fewest asked for ÷ the fewest asked for",
        "超出的访问保留,不重复计", "Interviews beyond the quota are kept and not counted twice",
        target=at_least(100), kinds=BOTH, parts=STRATA[:1] + STRATA[1:],
    ),
    Indicator(
        "I36", "政策知晓率", "Policies known", "不提示能说出的政策数 ÷(8 × 户数)",
        "policies named without prompting ÷ (8 × households)", "干部另列", "Cadres are shown apart", unit=Unit.ANSWER,
        parts=(Part("cadres", "村干部、驻村干部", "cadres (Q4)", unit=Unit.ANSWER),),
    ),
    Indicator(
        "I37", "底数掌握率", "Cadres who know the basics", "贫困户数和脱贫年份都说对的干部 ÷ 被问到且有台账可比的干部",
        "cadres right about both households and exit year ÷ cadres tested", "没有台账数的不计",
        "Left out where no figure is on file", target=at_least(100), unit=Unit.CADRE,
    ),
    Indicator(
        "I38", "不愿退出率", "Unwilling to exit", "达到标准也不愿退出的户 ÷ 已完成的未脱贫户问卷",
        "unwilling to exit even at the standard ÷ completed Q1 of unexited households", direction=DOWN,
        frame="unexited",
    ),
    Indicator(
        "I39", "未访到率", "Not reached", "首抽户中未访到的 ÷ 首抽户(按结果另列)",
        "first-drawn households that were not reached ÷ first-drawn households (by outcome)", direction=DOWN,
        kinds=BOTH,
        parts=(
            *(Part(part.name, part.zh, part.en, kinds=part.kinds) for part in STRATA),
            Part("N1", "两次无人", "away on two attempts"), Part("N2", "拒访", "refused"),
            Part("N3", "无法应答", "incapable"), Part("N4", "其他未访到", "other"),
            Part("X", "不属于样本(查无此户等)", "not eligible (no such household)"),
        ),
    ),
    Indicator(
        "I40", "数据疑点率", "Records with an open grave doubt", "有未处理的高级疑点的记录 ÷ 全部记录",
        "records with an open high flag ÷ records", direction=DOWN, target=below(5), unit=Unit.RECORD, kinds=BOTH,
        parts=tuple(Part(part.name, part.zh, part.en, kinds=part.kinds) for part in STRATA),
    ),
)  # fmt: skip

INDICATORS = by_code(tuple(replace(line, source=SOURCES[line.code]) for line in LINES))
