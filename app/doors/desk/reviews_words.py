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
