"""The sentences of reviews and doubts; merged into the desk's dictionary."""

REVIEWS_WORDS: dict[str, tuple[str, str]] = {
    "nav_reviews": ("复核", "Reviews"),
    "rev_title": ("第二人复核", "Review by a second person"),
    "rev_lead": (
        "督查员判断“不符合”的户,要由另一个人复核确认后才计入错退率、漏评率;没复核的只算疑似,另列。",
        "What an inspector judged “does not meet it” counts as a wrong exit or a missed household only after another "
        "person has confirmed it. Until then it is suspected and shown apart.",
    ),
    "rev_waiting": ("待复核的判断 {n} 条", "{n} judgements waiting"),
    "rev_done": ("已复核的判断", "Reviewed judgements"),
    "rev_none": ("没有待复核的判断。", "No judgement waits."),
    "rev_none_why": ("督查员判断“不符合”的问卷上传后在这里。", "Interviews judged “does not meet it” appear here."),
    "rev_doubts": ("未处理的疑点 {n} 条", "{n} open doubts"),
    "rev_doubts_lead": (
        "疑点只提示再看一眼,不删数据、不下结论。由记录人以外的人说明、更正或不采信。高级疑点计入数据疑点率。",
        "A doubt asks for a second look; it deletes and decides nothing. Somebody other than the author explains, "
        "corrects or rejects. Grave ones count in the rate of doubted records.",
    ),
    "rev_doubts_none": ("没有未处理的疑点。", "No open doubt."),
    "rev_only": ("只列 {code};", "Only {code} is listed."),
    "rev_all": ("列出全部疑点", "List all doubts"),
    "rev_kinds": ("各类疑点的规则和数量", "Every kind of doubt: rule and numbers"),
    "rev_do": ("怎么办:", "What to do: "),
    "rev_other": ("对照的记录", "The record beside it"),
    "rev_record_doubts": ("这条记录的疑点", "Doubts about this record"),
    "flags_title": ("疑点一览", "Kinds of doubt"),
    "flags_lead": (
        "疑点是给督查负责人的问题,不拒收、不隐藏、不改动任何记录。有未处理的,点开疑点的名称逐条处理;依据消失的会自动转为“依据已不成立”。",
        "A doubt is a question to a supervisor: it refuses, hides and changes no record. Open a kind to settle its "
        "doubts one by one; what its ground has left becomes “no longer holds” by itself.",
    ),
    "flags_rule": ("规则", "Rule"),
    "flags_do": ("怎么办:", "What to do: "),
    "flags_asked": ("何时检查", "When asked"),
    "flags_register": ("登记册里的疑点", "Doubts of the register"),
    "flags_register_lead": (
        "帮扶超过5户(F09)、证件号码重复(F11)属于名册本身,名册更正并重新导入后自动消失。",
        "Helpers of more than five households (F09) and doubled ID numbers (F11) belong to the register; they are gone "
        "once it is put right and imported again.",
    ),
    "flags_helpers": ("超过5户的帮扶人", "Helpers of more than five"),
    "flags_most": ("最多帮扶户数", "Most households"),
    "flags_doubled": ("重复的证件号码", "Doubled ID numbers"),
    "rev_judgement": ("判断", "Judgement"),
    "rev_gaps": ("不符合的方面", "In what respect"),
    "rev_verdict": ("复核结论", "Verdict"),
    "rev_flag": ("疑点", "Doubt"),
    "rev_severity": ("级别", "Severity"),
    "rev_look": ("查看并复核", "Look and review"),
    "rev_one_title": ("复核一条记录", "Review of a record"),
    "rev_record": ("看这条记录", "Read the record"),
    "rev_why": ("依据", "Grounds"),
    "rev_why_hint": (
        "写明看了什么、问了谁,至少4个字;不写姓名。",
        "What was seen, who was asked; at least 4 characters, no names.",
    ),
    "rev_confirm": ("确认", "Confirm"),
    "rev_reject": ("不成立", "Reject"),
    "rev_by": ("{by} 于 {at}", "{by}, {at}"),
    "rev_not_yours": (
        "这条记录由您本人提交,或您没有复核权限;请由另一位督查组长或市督查办复核。",
        "You made this record, or may not review; another team leader or the city officer does.",
    ),
    "rev_settle_explained": ("已说明", "Explained"),
    "rev_settle_corrected": ("已更正", "Corrected"),
    "rev_settle_rejected": ("不采信", "Rejected"),
    "done_reviewed": ("复核已记录,指标已随之更新。", "The review is kept and the figures follow it."),
    "done_settled": ("疑点已处理。", "The doubt is settled."),
}
