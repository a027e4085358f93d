"""The sentences of teams: who is in them, who stays away, the pledge, and the plan of a draw (merged into words.py)."""

TEAMS_WORDS: dict[str, tuple[str, str]] = {
    "step_teams": ("督查组", "Teams"),
    "team": ("督查组", "Team"),
    "teams_title": ("督查组", "Inspection teams"),
    "teams_lead": (
        "编了组的轮次,哪个组去哪个县由抽签定,不由人定;只有抽到该县、签过承诺书的组员看得到样本户。"
        "不编组的轮次按账号范围分工。",
        "In a round with teams a draw decides who goes where; only pledged members of the drawn team see its "
        "households. "
        "Without teams the scope of accounts decides.",
    ),
    "teams_none": ("本轮还没有编组。", "This round has no teams yet."),
    "team_code": ("组号", "Code"),
    "team_code_hint": ("大写字母和数字,如 T1;写已有的组号就是修改", "Such as T1; an existing code changes that team"),
    "team_name": ("组名", "Name"),
    "team_cost_unit": ("派出单位", "Cost-bearing unit"),
    "team_cost_unit_hint": (
        "承担交通等费用的单位;没有写明不能启用",
        "Bears the travel; without it a team takes no part",
    ),
    "team_members": ("组员", "Members"),
    "team_members_hint": (
        "一行一人:账号 所在单位 家在的县(可几个,可不写)。如:zhao.an 市统计局 金凤区",
        "One a line: account, employer, counties of home (any number). Such as: zhao.an 市统计局 640106",
    ),
    "team_accounts": ("可编入的账号", "Accounts to choose from"),
    "team_active": ("启用,参加抽签", "Takes part in the draw"),
    "team_in": ("参加", "In"),
    "team_out": ("未启用", "Not in"),
    "team_form": ("编组或修改", "Enter or change a team"),
    "team_save": ("保存这个组", "Save this team"),
    "team_edit": ("修改", "Change"),
    "team_pledged": ("承诺书已签", "pledge signed"),
    "team_unpledged": ("承诺书未签", "pledge not signed"),
    "team_home": ("家在{counties}", "at home in {counties}"),
    "teams_bars": ("应当回避", "Who must step aside"),
    "teams_bars_lead": (
        "下列组不参加该县的抽签。要让它能去,请换掉写明的组员,或更正登记册、组员资料。"
        "登记册里没有帮扶账号的,与帮扶责任人同名的组员也回避;填上帮扶账号即可分清。",
        "These teams are not in the draw for these counties. To let one go there, replace the member named, or correct "
        "the register or what the member declared. A namesake of a helper without an account steps aside too; the "
        "helper's account in the register tells them apart.",
    ),
    "teams_no_bars": ("没有需要回避的。", "Nobody needs to step aside."),
    "teams_bar_households": ("涉及 {n} 户", "{n} households"),
    "teams_county_left": ("可派的组", "Teams that may go"),
    "teams_county_nobody": ("没有可派的组:请调换组员或增加组", "None: change members or add a team"),
    "teams_freeze": ("冻结各组名单", "Freeze the teams"),
    "teams_freeze_lead": (
        "冻结后公布承诺码,三方签字(县区人员不参加),再掷骰子。每个县按票号次序得到一个组。",
        "The commitment is published, three parties sign (nobody of a county), then the dice are thrown. "
        "Each county gets "
        "a team by the order of tickets.",
    ),
    "teams_ready": ("各组名单已冻结:", "The teams are frozen:"),
    "teams_pairs": ("督查组与县的全部组合", "All pairs of team and county"),
    "teams_sent": ("各组去向", "Who goes where"),
    "teams_sent_hint": (
        "按票号次序:县还没有组、组还没有轮满、其余的县仍有组可派,这一对就算数。任何人都能用记录重走一遍。"
        "没有回避时每种派法机会相同;有回避时各对组合按票号公平,各种派法的机会不完全相同。",
        "By the order of tickets a pair counts when the county has no team yet, the team has room, and every "
        "other county "
        "can still get one. Anybody can walk the record again. Where nobody steps aside every way of sending "
        "the teams is as likely as any other; with bars the draw is fair between pairs, and not all ways are equally "
        "likely.",
    ),
    "done_team": ("督查组已保存。", "The team is saved."),
    "done_teams_frozen": (
        "各组名单已冻结,请打印承诺书、签字。",
        "The teams are frozen. Print the commitment and sign.",
    ),
    "done_pledge": ("承诺书已签,样本户会随下一次同步到手机上。", "Signed. The households come with the next sync."),
    # the pledge
    "pledge_title": ("廉洁督查承诺书", "Pledge of the inspector"),
    "pledge_lead": (
        "本人签了承诺书,才会分到本轮的样本户。",
        "Nobody is given this round's households before this is signed.",
    ),
    "pledge_1": (
        "严格遵守中央八项规定精神,不接受被督查单位的宴请、礼品、礼金和旅游、娱乐安排。",
        "I keep the eight-point rules: no meals, gifts, money, trips or entertainment from those inspected.",
    ),
    "pledge_2": (
        "点对点、面对面查看,如实记录,不代答、不诱导,不因人情改动记录。",
        "I look for myself and write what I see: no answers in others' place, none led, nothing changed as a favour.",
    ),
    "pledge_3": (
        "家在、单位在或帮扶过的县和户,主动回避。",
        "I step aside where I am at home, where my employer is, and where I or it help a household.",
    ),
    "pledge_4": (
        "不事先透露去哪个县、访哪些户,不泄露群众的个人信息。",
        "I tell nobody in advance which county and households, and nothing personal of the people visited.",
    ),
    "pledge_sign": ("我承诺,签名", "I promise, and sign"),
    "pledge_signed": ("{name} 已于 {at} 签署", "Signed by {name}, {at}"),
    "pledge_due": ("待签的承诺书", "Pledge to sign"),
    # the plan of a draw
    "plan_title": ("抽样方案(可不填)", "Plan of the draw (optional)"),
    "plan_lead": (
        "不填:各县贫困户一份名单、非贫困户一份名单,简单随机。下面每一项都写进承诺码和记录;哪一户都不会因此没有机会。",
        "Blank: in each county one list of poor and one of non-poor households. All below stands in "
        "commitment and record, "
        "and no household loses its chance by it.",
    ),
    "plan_mode": ("与以往各轮的关系", "Earlier rounds"),
    "plan_mode_hint": (
        "独立:不看以往。新户:访过的不再抽,摘要写进记录。跟踪:从访过的户里另抽几户看变化,单列,不计入比率。",
        "Independent: no memory. Fresh: those interviewed before are left out, with their digest in the "
        "record. Panel: some "
        "of them again, to see change, shown apart and in no rate.",
    ),
    "plan_independent": ("独立抽样", "Independent"),
    "plan_fresh": ("只抽没访过的户", "Fresh households only"),
    "plan_panel": ("设跟踪户", "With a panel"),
    "plan_panel_hint": ("只在“设跟踪户”时填,少于该类抽取户数", "With a panel only; fewer than the households to draw"),
    "plan_split": ("贫困户按脱贫与否分开抽", "Poor households split by exit"),
    "plan_split_hint": ("两项都填,合计等于贫困户抽取户数", "Both, together the poor households to draw"),
    "plan_must": ("必抽类", "Classes that must be drawn"),
    "plan_must_hint": (
        "一行一类:名称 类别 至少几户 条件。如:MOVED 贫困户 2 搬迁=是。条件可用:状态 搬迁 属性 致贫原因 脱贫年度",
        "One a line: name, poor or non_poor, at least how many, condition. Such as: MOVED poor 2 "
        "resettled=yes. Conditions: "
        "status resettled hh_attr cause exit_year",
    ),
    "plan_villages": ("两级抽样:先抽村,再抽户", "Two stages: villages first"),
    "plan_villages_hint": (
        "为少走路,村数×每村户数=抽取户数,至少5个村(5×2,不能2×5)。每户机会相等,记录写明;精度比一级抽样略低。",
        "For the road: villages times households must be the sample, at least 5 villages (5x2, never 2x5). "
        "Every household "
        "has the same chance, written in the record; a little less precise than one stage.",
    ),
    "plan_villages_m": ("村数", "Villages"),
    "plan_villages_b": ("每村户数", "Households in each"),
    "part_FRESH": ("新户", "fresh"),
    "part_PANEL": ("跟踪户", "panel"),
    "part_EXITED": ("已脱贫", "exited"),
    "part_UNEXITED": ("未脱贫", "not yet exited"),
}
