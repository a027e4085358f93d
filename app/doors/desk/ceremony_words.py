"""Sentences of the draw's ceremony: freeze, sign, throw, void, publish (merged into words.py)."""

CEREMONY_WORDS: dict[str, tuple[str, str]] = {
    "draw_step_sign": ("打印承诺书、签字", "Print the commitment, sign"),
    "frame_as_of": ("名单截至日期", "List as of"),
    "frame_origin": ("名单来源", "Where the list comes from"),
    "frame_origin_hint": (
        "如:全国扶贫开发信息系统导出;村户名册",
        "Such as: export of the national register; village lists",
    ),
    "frame_exported_by": ("导出人", "Exported by"),
    "frame_exported_by_hint": ("单位和姓名", "Office and name"),
    "frame_note": (
        "名单截至 {as_of},来源:{origin},导出人:{exported_by}",
        "List as of {as_of}; source: {origin}; exported by {exported_by}",
    ),
    "exclusions_title": ("排除的户({n} 户)", "Households left out ({n})"),
    "draw_by": ("怎样掷", "How it is thrown"),
    "draw_by_hint": (
        "分县掷:各县承诺码同一时刻公布,种子等督查组到县当天再掷,谁也不能提前知道去哪个县",
        "By county: all commitments at one instant, each seed on the day the team arrives, so that nobody is warned",
    ),
    "draw_by_round": ("各县一次掷", "One throw for all counties"),
    "draw_by_county": ("分县掷:到县当天再掷", "By county, on the day the team arrives"),
    "draw_by_covert": (
        "暗访抽样:结束前不公布,外部人员见证",
        "Covert: nothing public before the close, outside witnesses",
    ),
    "source_PARTY3": ("三方各封存一个值,同时公开", "Three parties, sealed values"),
    "source_other": ("预先公告的彩票(可与骰子合用)", "Announced lottery (may be joined with dice)"),
    "source_other_hint": (
        "填了就以它为准。如 SSQ-2026135.DLT-2026134 或 SSQ-2026135.DICE10X20;合计不足40比特的不收",
        "Overrides the choice above. Such as SSQ-2026135.DLT-2026134; less than 40 bits in all is refused",
    ),
    "draw_tabs": ("本轮的抽样", "Draws of this round"),
    "draw_state_frozen": ("待签字", "to be signed"),
    "draw_state_signed": ("待掷骰子", "to be thrown"),
    "draw_state_drawn": ("已抽样", "drawn"),
    "draw_new": ("再冻结一次抽样", "Freeze another draw"),
    "print_commitment": ("打印承诺书(一页 A4)", "Print the commitment (one A4 page)"),
    "sign_title": ("登记签字", "Enter who signed"),
    "sign_lead": (
        "掷骰子之前,至少三方在纸上签名、写时间,各带走一份或拍照。登记后才能录入种子。",
        "Before the dice at least three parties sign on paper with the time and keep a copy. Only then can the seed "
        "be entered.",
    ),
    "sign_lead_covert": (
        "暗访抽样不请县区人员,必须有外部人员见证。",
        "A covert draw has nobody of the county and needs an outside witness.",
    ),
    "party_office": ("督查办", "Inspection office"),
    "party_county": ("县区人员", "Somebody of the county"),
    "party_villager": ("村民", "A villager"),
    "party_deputy": ("代表、委员", "A deputy or delegate"),
    "party_outside": ("第三方", "An outside party"),
    "sign_place": ("签字地点", "Where it was signed"),
    "pledges": ("各方封存值(SHA-256,一行一个,按次序)", "Pledges of the parties (SHA-256, one a line, in order)"),
    "pledges_hint": (
        "每方自己想 16 位十六进制数(0–9、A–F),只交它的封存值:SHA-256(HHD1|P|{draw}|序号|值)",
        "Each party thinks of 16 hexadecimal characters and hands in SHA-256(HHD1|P|{draw}|number|value) only",
    ),
    "sign_now": ("登记签字", "Enter the signers"),
    "signed_at": ("{at} 于{place}签字", "Signed {at} at {place}"),
    "signers": ("签字人", "Signers"),
    "signer": ("{party} {name}", "{party} {name}"),
    "throw_place": ("掷骰地点", "Where it was thrown"),
    "throw_photo": ("照片或录像的 SHA-256(可不填)", "SHA-256 of the photo or film (optional)"),
    "void_asked_by": ("谁提出", "Who asked for it"),
    "void_note_title": ("抽样作废说明", "Note of a void draw"),
    "void_note_lead": (
        "这次抽样作废,不再算数。它的编号、承诺码和原因留在登记里,以后每份抽样记录都写明;下一次抽样用下一个编号。"
        "看过名单的人不得提出作废。",
        "This draw is void and counts nowhere. Its number, commitment and reason stay in the register and in every "
        "later record; the next draw takes the next number. Nobody who has seen the list may ask for a void.",
    ),
    "void_by": ("谁办理", "Done by"),
    "void_at": ("作废时间", "Voided"),
    "void_before_seed": ("没有掷骰子", "Nothing was thrown"),
    "void_note_sign": ("签字(至少三方,确认原因属实)", "Signed by at least three parties: the reason is true"),
    "void_note_seal": ("系统签名(ECDSA P-256,可用下载的文件核对):", "Seal of the service (ECDSA P-256):"),
    "void_note_file": ("下载带签名的文件", "Download the signed file"),
    "void_note_print": ("打印作废说明", "Print the note"),
    "done_signed": ("签字已登记,现在可以当众掷骰子。", "The signers are entered. Now throw the dice in public."),
    "record_digest": ("抽样记录摘要", "Digest of the record"),
    "signing_key": ("签名密钥", "Signing key"),
    "order_title": ("审计链里的次序", "Order in the audit chain"),
    "order_right": ("冻结、签字、掷骰、抽样,次序无误", "Frozen, signed, thrown, drawn: in order"),
    "order_wrong": ("次序不对:{faults}", "Out of order: {faults}"),
    "verify_page": ("打开核验页", "Open the verifying page"),
    # the sheet of paper
    "sheet_title": ("抽样承诺书", "Commitment of the draw"),
    "sheet_lead": (
        "名单已冻结。下面 64 位承诺码由全部名单、抽样户数和种子来源算出,先签字、后掷骰子。"
        "之后名单改动一户,承诺码就对不上。",
        "The frame is frozen. These 64 digits follow from the whole frame, the sample sizes and the source of the "
        "seed. Sign first, throw afterwards. Change one household, and they no longer fit.",
    ),
    "sheet_sign": ("签字(种子产生之前)", "Signed before the seed"),
    "sheet_party": ("身份", "Party"),
    "sheet_name": ("签名", "Signature"),
    "sheet_time": ("日期和时间", "Date and time"),
    "sheet_left_out": ("排除 {n} 户,编号和原因另附", "{n} households left out; codes and reasons attached"),
    "sheet_check": (
        "核验:用记录和名单在核验页或任何 SHA-256 工具上重算,见 docs/verify-by-hand.md。",
        "To check: recompute from record and frame on the verifying page or with any SHA-256 tool.",
    ),
    "print_hint": ("用浏览器的打印功能,纸张选 A4。", "Use the browser's print function, paper A4."),
    # the public page
    "commitments_title": ("抽样承诺码公告", "Published commitments"),
    "commitments_lead": (
        "这里公布每次抽样冻结名单时的承诺码,无须登录。督查结束前只有编号、来源、承诺码和时间;结束后补上各层名单摘要、种子和记录摘要。",
        "The commitment of every draw as its frame was frozen; no sign-in. Before the close only id, source, "
        "commitment and time; afterwards frame digests, seed and record digest.",
    ),
    "commitments_empty": ("还没有冻结过名单。", "No frame has been frozen yet."),
    "commitments_compare": (
        "请与掷骰子之前签字的纸质承诺书逐位比对。",
        "Compare it digit by digit with the paper that was signed before the dice.",
    ),
    "not_disclosed": ("督查结束后公布其余内容。", "The rest follows after the close."),
    "closed_on": ("{name},{at} 结束", "{name}, closed {at}"),
}
