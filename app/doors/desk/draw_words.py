"""The sentences of frame and draw, beside the ceremony; merged into the desk's dictionary."""

DRAW_WORDS: dict[str, tuple[str, str]] = {
    # draw
    "draw_title": ("冻结名单和抽样", "Frame and draw"),
    "draw_step_freeze": ("冻结名单", "Freeze the frame"),
    "draw_step_dice": ("当众掷骰子、抽样", "Throw dice in public, draw"),
    "draw_step_assign": ("分派样本户", "Assign households"),
    "step_past": ("已完成", "done"),
    "frame_title": ("现在登记册里的名单", "The frame as the register stands"),
    "frame_lead": (
        "贫困户=未脱贫+已脱贫;最近一次导入里已不在的户不进名单。请与各村公示名单核对户数。",
        "Poor = not yet exited + exited; households missing from the last import stay out. Compare the counts "
        "with the village lists.",
    ),
    "frame_poor": ("贫困户", "Poor"),
    "frame_non_poor": ("非贫困户", "Non-poor"),
    "seed_source": ("种子来源", "Source of the seed"),
    "seed_source_hint": (
        "先定来源、公布承诺码,后掷骰子;次序反了抽样就不可信",
        "Source and commitment first, dice afterwards; the other way round nobody can trust the draw",
    ),
    "source_DICE10X20": ("20颗十面骰子", "20 ten-sided dice"),
    "source_DICE6X26": ("26颗六面骰子", "26 six-sided dice"),
    "n_poor": ("每县区贫困户", "Poor households per county"),
    "n_non_poor": ("每县区非贫困户", "Non-poor households per county"),
    "n_hint": ("{low}—{high} 户", "{low}–{high}"),
    "exclusions": ("排除的户(系统编号,一行一个;后面写原因)", "Households left out (one unit a line, then the reason)"),
    "exclusions_hint": (
        "没有就留空。例:640104001201-0007 全户已迁出",
        "Leave empty if none. Example: 640104001201-0007 moved away",
    ),
    "freeze_warning": ("冻结后名单、户数和来源不能再改。", "Once frozen, frame, numbers and source cannot change."),
    "freeze": ("冻结名单,计算承诺码", "Freeze and compute the commitment"),
    "draw_city_only": ("由市督查办办理。", "The city inspection office does this."),
    "commitment": ("承诺码", "Commitment"),
    "commitment_lead": (
        "掷骰子之前,请至少三方抄下或拍下这64位并签时间。之后谁改一户名单,这串码就对不上。",
        "Before the dice, at least three parties note these 64 digits and sign the time. Change one household, "
        "and they no longer fit.",
    ),
    "commitment_qr": ("承诺码二维码", "Commitment as a QR code"),
    "committed_at": ("{at} 冻结", "Frozen {at}"),
    "draw_id": ("抽样编号", "Draw"),
    "strata_title": ("各层名单的户数和摘要", "Strata: numbers and digests"),
    "frame_n": ("名单户数", "Frame"),
    "main_n": ("正选", "Main"),
    "reserve_n": ("备选", "Reserve"),
    "frame_digest": ("名单摘要", "Frame digest"),
    "seed_title": ("录入种子", "Enter the seed"),
    "seed_lead_DICE10X20": (
        "20颗十面骰子一盘掷出,第一次就算;从左到右读,连写20个数字。每位见证人各自写下再核对。",
        "All 20 ten-sided dice in one tray, first throw counts; read left to right, 20 digits. Every witness "
        "writes them too.",
    ),
    "seed_lead_DICE6X26": (
        "26颗六面骰子一盘掷出,第一次就算;从左到右读,连写26个1—6的数字。",
        "All 26 six-sided dice in one tray, first throw counts; read left to right, 26 digits from 1 to 6.",
    ),
    "seed_lead": ("按冻结时公布的来源和次序录入。", "Enter the parts in the announced order."),
    "seed_part": ("骰子点数", "Dice"),
    "seed_part_hint_DICE10X20": ("20位数字,可带空格", "20 digits, spaces allowed"),
    "seed_part_hint_DICE6X26": ("26位,只用1—6,可带空格", "26 digits from 1 to 6, spaces allowed"),
    "seed_part_hint": ("一行一份", "One part a line"),
    "witnesses": ("见证人", "Witnesses"),
    "witnesses_hint": ("一行一位,写单位或身份;至少一位", "One a line, with office or standing; at least one"),
    "draw_warning": ("抽样只做一次,结果当场公布。", "The draw is done once; the lists are shown at once."),
    "draw_now": ("抽样", "Draw"),
    "drawn_at": ("抽样时间", "Drawn"),
    "parts": ("种子各部分", "Seed parts"),
    "seed": ("种子", "Seed"),
    "download_record": ("下载抽样记录", "Download the draw record"),
    "download_frame": ("下载名单(编号)", "Download the frame (codes)"),
    "verify_lead": ("任何人都能核对:", "Anyone can check it:"),
    "list_label": ("{county} · {stratum}", "{county} · {stratum}"),
    "list_summary": ("名单 {total} 户,正选 {n} 户,备选 {r} 户", "{total} in the frame, {n} main, {r} reserve"),
    "nobody": ("未分派", "Nobody"),
    "assign": ("分派", "Assign"),
    "assign_ticked": ("把勾选的户分派给", "Assign the ticked households to"),
    "tick": ("勾选", "Tick"),
    "tick_who": ("勾选第 {n} 位 {who}", "Tick no. {n}, {who}"),
    "team_empty": (
        "这个县区还没有督查员账号,请管理员先新增。",
        "This county has no inspector yet; an administrator adds one first.",
    ),
    "county_tabs": ("选择县区", "Choose a county"),
    "reserve_list": ("备选名单({n} 户,按次序启用)", "Reserve list ({n}, opened in order)"),
    "reserve_rule": (
        "前面的户全部启用过、完成和待访的合计少于应访户数时,下一位才能启用;不能跳过。",
        "The next one opens only when every rank before it was opened and those completed or open are fewer "
        "than needed.",
    ),
    "answer_5": ("非常满意", "Very satisfied"),
    "answer_4": ("比较满意", "Fairly satisfied"),
    "answer_3": ("一般", "So-so"),
    "answer_2": ("不太满意", "Not very satisfied"),
    "answer_1": ("很不满意", "Very dissatisfied"),
    "answer_9": ("说不清", "Cannot say"),
    "void_title": ("作废这次抽样", "Void this draw"),
    "void_lead": (
        "只有名单有误或仪式出错才作废。作废的编号、承诺码和原因永远留在以后的抽样记录里;"
        "已收到的入户记录照样保留,但不再计入比率。"
        "看过名单以后,谁也不能为了换户而作废。",
        "Only for a wrong frame or a faulty ceremony. Number, commitment and reason stay in every later record; "
        "records received so far are kept and enter no rate. "
        "Nobody may void to change households after seeing the lists.",
    ),
    "void_reason": ("作废原因", "Reason for voiding"),
    "void_reason_hint": ("4至500字;会公开", "4 to 500 characters; it will be public"),
    "void_now": ("作废 {draw}", "Void {draw}"),
    "voids_title": ("作废过的抽样", "Voided draws"),
    "void_line": ("{draw} · {at} 作废 · {reason}", "{draw} · voided {at} · {reason}"),
}
