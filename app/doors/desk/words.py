"""Every sentence of the desk, Chinese first, English beside it; coded values take their words from kernel.terms.

A template or page module holds no sentence of its own (a test reads the templates). `{name}` marks a place that the
page fills; both languages have the same places.
"""

from typing import NamedTuple

from app.doors.desk.board_words import BOARD_WORDS
from app.doors.desk.ceremony_words import CEREMONY_WORDS
from app.doors.desk.draw_words import DRAW_WORDS
from app.doors.desk.figures_words import FIGURES_WORDS
from app.doors.desk.help_words import HELP_WORDS
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
} | {
    key: Said(zh, en)
    for key, (zh, en) in (
        BOARD_WORDS
        | DRAW_WORDS
        | FIGURES_WORDS
        | HELP_WORDS
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
