"""The seventeen doubts as data (domain §5): the rule as it is applied, when it is asked, and what a supervisor does.

The numbers of a rule stand with the rule in code; here they are told to readers. docs/flags.md is written from this.
"""

from dataclasses import dataclass
from enum import StrEnum


class Asked(StrEnum):
    """When a doubt is asked (terms: flag_asked)."""

    RECORD = "record"
    """With each record, in the transaction that accepts it."""
    PASS = "pass"
    """By the pass over many records, within the hour."""
    REGISTER = "register"
    """By the register itself; it is gone when the register is put right."""


@dataclass(frozen=True)
class FlagRule:
    """One code: its name, its rule, what to do about it, and when it is asked."""

    code: str
    zh: str
    en: str
    rule_zh: str
    rule_en: str
    do_zh: str
    do_en: str
    asked: tuple[Asked, ...] = (Asked.RECORD,)


R, P, G = Asked.RECORD, Asked.PASS, Asked.REGISTER
FLAGS: tuple[FlagRule, ...] = (
    FlagRule(
        "F01",
        "十倍差错",
        "Tenfold error",
        "收入或补助与手册、登记正好相差十倍为高,8至12.5倍为中;没有可比的数时,人均收入高于本村(至少8户)"
        "上四分位加3倍四分位距、且去掉一个0正好落在四分位之间的为中",
        "income or support exactly ten times the handbook's or the register's is high, 8 to 12.5 times is mid; without "
        "a reference, income per head above Q3 + 3 IQR of the village (8 households or more) whose tenth lies between "
        "its quartiles is mid",
        "对照手册照片和台账,问清是不是多写或少写一个0;确有错误的请手机端更正。",
        "Compare the handbook's picture and the ledger; if a zero is too many or too few, have it corrected by phone.",
        (R, P),
    ),
    FlagRule(
        "F02",
        "安置点不在住",
        "Not living at the site",
        "搬迁户仍住迁出地、房屋出租空置、一年住不满6个月,或在迁出村2公里内受访",
        "a resettled household lives at the old place, lets the house, spends under 6 months a year there, or was met "
        "within 2 km of the village it left",
        "再去一次安置点,问邻居和物业,看水电。",
        "Go to the site again; ask neighbours, look at water and power meters.",
    ),
    FlagRule(
        "F03",
        "照片重复",
        "Repeated picture",
        "两户的照片文件完全相同为高;画面中部(避开水印)64位指纹相差不超过6位为中,7至10位为提示;签名不比",
        "the same file at two households is high; 64-bit imprints of the middle, away from the stamp, at most 6 bits "
        "apart mid, 7 to 10 a note; signatures are left out",
        "把两条记录的照片并排看;不是同一个地方就写明,是翻拍旧照就重访。",
        "Look at both records' pictures side by side; explain, or visit again if an old picture was used.",
        (P,),
    ),
    FlagRule(
        "F04",
        "定位偏离",
        "Far from the village",
        "定位减去误差后离村中心超过3公里;搬迁户取安置点、迁出村中近的一个;没有定位但写了原因的为低",
        "the position less its accuracy is over 3 km from the village; of resettled households the nearer of both "
        "places; no position with a reason is low",
        "看记录里在哪里访到的、门口照片;村中心点不准的请改登记。",
        "See where the family was met and the door's picture; put the village's point right if that is wrong.",
    ),
    FlagRule(
        "F05",
        "时间异常",
        "Times that cannot be",
        "贫困户问卷不足6分钟、非贫困户不足3分钟为高;不足本轮同类问卷中位数三分之一(至少10份)为中;"
        "同一督查员两次访问重叠,或赶路要超过每小时80公里,为高。停顿暂不扣除:手机还不上报",
        "under 6 minutes for Q1 or 3 for Q2 is high; under a third of the form's median in the round (10 or more) is "
        "mid; two interviews of one inspector that overlap, or a drive of over 80 km/h between them, are high. Pauses "
        "are not taken off yet: phones do not report them",
        "问督查员当时怎么做的;打电话或回访核实几道题。",
        "Ask the inspector how it was done; check some answers by telephone or by a second visit.",
        (R, P),
    ),
    FlagRule(
        "F06",
        "直线作答、矛盾",
        "Straight or contradictory answers",
        "四项满意度相同为提示;全答非常满意却只送钱物没走访、满意却不知道帮扶人是谁,为中",
        "four equal satisfaction answers are a note; all top with gifts and no visits, or satisfied with an unknown "
        "helper, is mid",
        "听原话、看备注;必要时由另一人电话核实。",
        "Read the remarks; have another person check by telephone if need be.",
    ),
    FlagRule(
        "F07",
        "多户雷同",
        "Copies of an interview",
        "同轮同县两户,共同答过的题至少25道:全部相同为高,85%以上为中。同质的村里诚实的问卷也会相像,"
        "只提示、不能单凭它不采信",
        "two households of a round and county with 25 or more shared answers: all alike is high, 85 % or more mid. "
        "Honest interviews of a homogeneous village come near each other too; it never rejects by itself",
        "打开两条记录对照,看照片、定位、时间;全部相同的要回访。",
        "Open both records and compare pictures, places and times; where all are alike, visit again.",
        (P,),
    ),
    FlagRule(
        "F08",
        "督查员异常",
        "An inspector's habit",
        "访问5户以上,四项同答的占80%以上且比本轮其他人高30个百分点;或一天超过12户",
        "five interviews or more, 80 % of them with four equal answers and 30 points above the others of the round; or "
        "over 12 households a day",
        "陪访一户,看是怎么念题的;调整每天的任务。",
        "Go along to one interview; share the work out anew.",
        (P,),
    ),
    FlagRule(
        "F09",
        "帮扶超过5户",
        "Helper of more than five",
        "名册里同一帮扶人(姓名加电话或单位)在帮的贫困户超过5户,跨村合计",
        "a helper (name with telephone or unit) of more than five poor households on the newest list, over villages",
        "请县里调整结对,重新导入名册后自动消失。",
        "The county changes the pairs; with the next import it is gone.",
        (G,),
    ),
    FlagRule(
        "F10",
        "缺照片",
        "Missing picture",
        "同意拍照而缺必拍照片为高;没访到而没有门口照片为中;不同意拍照为提示",
        "agreed, yet a required picture is missing: high; nobody met, no picture of the door: mid; no consent: a note",
        "问督查员;照片还在手机上的补传,没拍的写明。",
        "Ask the inspector; send what is on the phone, explain what was not taken.",
    ),
    FlagRule(
        "F11",
        "身份核验",
        "Identity",
        "受访人与证件不符为高;没有证件为提示;名册里证件号码有误、两户同号的在登记册提示",
        "identity does not match the document: high; no document: a note; faulty or doubled ID numbers are told by the "
        "register",
        "核对名册和受访人;名册错的请县里更正。",
        "Compare the register with who was met; the county mends the register.",
        (R, G),
    ),
    FlagRule(
        "F12",
        "干部在场",
        "Cadre present",
        "访问时有干部在场为提示(满意度保留,另算一列);一个县超过30%的访问有干部在场为中",
        "a cadre was present: a note (the satisfaction stays, a second figure leaves it out); over 30 % of a county's "
        "interviews: mid",
        "提醒督查组先请干部回避;看另列的满意率。",
        "Remind the team to ask cadres to leave; read the second figure.",
        (R, P),
    ),
    FlagRule(
        "F13",
        "样本违规",
        "Against the rule of the sample",
        "不是抽中的户(记录暂存待核);备选次序、上门次数、重复入户在“抽样进展”页逐条列出",
        "a household that was not drawn (the record is held); order of reserves, attempts and doubles are listed on "
        "the page of the sample's progress",
        "按抽样规则核对;多访的保留,不计入。",
        "Check by the rule of the draw; what is superfluous is kept and not counted.",
    ),
    FlagRule(
        "F14",
        "坐标系疑问",
        "A matter of the datum",
        "F04成立,但按GCJ-02换回WGS-84后不成立;或定位误差超过200米",
        "F04 holds but not once GCJ-02 is undone to WGS-84; or the accuracy is over 200 m",
        "先换算坐标再判断;定位差的看门口照片。",
        "Convert first, judge then; with a poor fix look at the door's picture.",
    ),
    FlagRule(
        "F15",
        "时钟异常",
        "A clock that is wrong",
        "手机时钟相差10分钟以上、结束早于开始、早于本轮开始或晚于收到",
        "the clock is off by over 10 minutes, it ends before it begins, or lies before the round or after it came",
        "请督查员校准手机时间,说明当时的实际时间。",
        "Have the phone's clock set; note the real time.",
    ),
    FlagRule(
        "F16",
        "逻辑矛盾",
        "Contradictions",
        "脱贫户收入低于当年标准、住房C或D级、常住比户籍多5人以上、失学没写原因。贷款与台账的对照等资金模块",
        "exited, yet below the year's line or in a house graded C or D; over 5 more living than registered; out of "
        "school without a reason. Loans against a register of loans wait for the room of programmes",
        "看问卷原数和手册;属实的转问题台账。",
        "Read the figures and the handbook; what is true becomes an issue.",
    ),
    FlagRule(
        "F17",
        "套话",
        "The same sentence again",
        "同一帮扶责任人的走访记录里,12个字以上的同一段话出现3次(近400天)。帮扶计划文本等资金模块",
        "the same text of 12 characters or more in three logs of one helper (within 400 days). Texts of plans wait for "
        "the room of programmes",
        "请帮扶责任人写明每次做了什么;电话问一户。",
        "Ask the helper to write what was done each time; call one family.",
        (P,),
    ),
)
BY_CODE = {flag.code: flag for flag in FLAGS}
