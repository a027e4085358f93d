"""`ruhu`: the house from a terminal (contract, Commands). Exit 0 only when it holds; else the first fault is named."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog

from app import __version__
from app.doors.web.house import House, open_house
from app.figures.indicators.acceptance import settle_bindings
from app.kernel.db.base import HOME
from app.kernel.db.holding import holding
from app.kernel.keys import load_keys
from app.kernel.problems import Problem
from app.kernel.settings import heads_folder, load_settings
from app.registry.households import service as register
from app.registry.households.notes import ImportReport
from app.registry.people import queries as people
from app.registry.people import service as accounts
from app.registry.people.models import Role
from app.survey.photos.store import open_store
from app.survey.questionnaires import service as questionnaires
from app.survey.rounds import nation
from app.survey.rounds.record import verify_record
from app.upkeep.backup import make_backup, migrate_after_backup, read_backup
from app.upkeep.heads import first_fault
from app.upkeep.restore import restore
from app.upkeep.verify import Premises, verify

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None, *, serve: Command, demo: Command) -> int:
    """Run one command; a refusal is printed in both languages and ends with 1.

    `serve` and `demo` put a whole house together and are handed in from the top of it.
    """
    options = parser(serve, demo).parse_args(arguments)
    structlog.configure(
        processors=[structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.JSONRenderer()]
    )
    command: Command = options.run
    try:
        return command(options)
    except Problem as problem:
        say(f"{problem.title_zh}:{problem.zh or ''}\n{problem.title_en}: {problem.en or ''}", stream=sys.stderr)
        for fault in problem.faults:
            say(f"  {fault.pointer}  {fault.zh} / {fault.en}", stream=sys.stderr)
        return 1


def say(text: str, stream: Any = None) -> None:
    """One message to the person at the terminal."""
    print(text, file=stream or sys.stdout, flush=True)


def parser(serve: Command, demo: Command) -> argparse.ArgumentParser:
    """All commands of the contract."""
    top = argparse.ArgumentParser(prog="ruhu", description="Ruhu 入户: household inspection / 脱贫攻坚督查入户核查")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, help_: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_, description=help_)
        command.set_defaults(run=run)
        return command

    serve_ = add("serve", serve, "run the service; migrates first / 运行服务")
    serve_.add_argument("--host", default="127.0.0.1")
    serve_.add_argument("--port", type=int, default=8000)
    serve_.add_argument("--workers", type=int, default=1)
    serve_.add_argument("--insecure-http", action="store_true", help="allow a plain-http public address")
    demo_ = add("demo", demo, "a running demo with invented people / 演示")
    demo_.add_argument("--port", type=int, default=8000)
    demo_.add_argument("--data", type=Path, default=Path("var/demo"))
    demo_.add_argument("--fresh", action="store_true", help="empty the demo's folder first")
    add("migrate", run_migrate, "bring the database up to this version / 升级数据库")
    account = add("account", _no_command, "accounts / 账号").add_subparsers(required=True, metavar="VERB")
    adding = account.add_parser("add", help="password is read from standard input / 密码从标准输入读取")
    adding.add_argument("name")
    adding.add_argument("--role", required=True, choices=[str(role) for role in Role])
    adding.add_argument("--scope", required=True)
    adding.add_argument("--full-name", default=None)
    adding.set_defaults(run=account_add)
    reset = account.add_parser("reset", help="a new password from standard input / 重置密码")
    reset.add_argument("name")
    reset.set_defaults(run=account_reset)
    release = account.add_parser("release", help="give its sign-in tries back / 解除登录限制")
    release.add_argument("name")
    release.set_defaults(run=account_release)
    account.add_parser("list", help="all accounts / 账号列表").set_defaults(run=account_list)
    importing = add("import-register", import_register, "households from Excel into the register / 导入名册")
    importing.add_argument("file", type=Path)
    importing.add_argument("--keep-good", action="store_true", help="leave out households with errors, keep the rest")
    importing.add_argument("--partial", action="store_true", help="a list of some villages / 只是部分村的名册")
    verifying = add("draw-verify", draw_verify, "recompute a draw record from public data / 复核抽样")
    verifying.add_argument("record", type=Path)
    verifying.add_argument("--frame", type=Path)
    verifying.add_argument("--commitment", default="", help="the 64 characters signed before the dice / 签字的承诺码")
    verifying.add_argument("--key", default="", help="the signing key's id on the paper / 签字纸上的密钥编号")
    _draw_many(add("draw-many", _no_command, "draw from a frame file of any size, without a database / 按文件大批抽样"))
    backup = add("backup", run_backup, "database and photos as one set, while the service runs / 备份")
    backup.add_argument("folder", type=Path)
    backup.add_argument("--link-to", type=Path, help="an earlier backup on the same disk, whose photos are linked")
    restoring = add("restore", run_restore, "put a backup back; stop the service first / 恢复备份")
    restoring.add_argument("folder", type=Path)
    restoring.add_argument("--end-sessions", action="store_true", help="everybody signs in anew")
    checking = add("verify", run_verify, "is everything there that was promised? or is this backup whole? / 核验")
    checking.add_argument("folder", type=Path, nargs="?")
    checking.add_argument("--facts", type=int, default=0, help="of so many households also make figures' facts anew")
    add("verify-audit", run_verify_audit, "the audit chain against itself and its signed heads / 核验审计链")
    publishing = add("publish-form", publish_form, "compile and publish a questionnaire / 发布问卷")
    publishing.add_argument("file", type=Path)
    publishing.add_argument("tables", type=Path, nargs="*", help="CSV files that the form names / 问卷用到的 CSV 表")
    publishing.add_argument("--accept-lost", action="store_true", help="though indicators lose input / 指标会失去数据")
    return top


def _draw_many(command: argparse.ArgumentParser) -> None:
    """Two verbs, because the dice come between them."""
    verbs = command.add_subparsers(required=True, metavar="VERB")
    commit = verbs.add_parser("commit", help="read the frame, write the commitment / 冻结并写承诺")
    commit.add_argument("frame", type=Path, help="CSV stratum,unit[,registered_id], grouped by stratum")
    commit.add_argument("--draw", required=True, help="such as 2018Q3-A1")
    commit.add_argument("--source", default="DICE10X20")
    commit.add_argument("--n", required=True, help="households by the end of the stratum's name: P=10,N=4 or *=30")
    commit.add_argument("--out", type=Path, default=Path("commitment.json"))
    commit.set_defaults(run=draw_many_commit)
    draw = verbs.add_parser("draw", help="read it again with the seed, write the lists / 掷骰后抽样")
    draw.add_argument("frame", type=Path)
    draw.add_argument("commitment", type=Path)
    draw.add_argument("--part", action="append", required=True, help="a part of the seed, in the announced order")
    draw.add_argument("--witness", action="append", default=[])
    draw.add_argument("--out", type=Path, default=Path("draw"), help="folder for lists.csv and record.json")
    draw.add_argument("--sign", action="store_true", help="sign the record with this installation's key")
    draw.set_defaults(run=draw_many_draw)


def draw_many_commit(options: argparse.Namespace) -> int:
    """Write the commitment of a frame file; nothing is drawn."""
    pairs = [pair.partition("=") for pair in options.n.split(",")]
    if not all(name and number.isdecimal() and int(number) > 0 for name, _, number in pairs):
        say("--n 应写成 P=10,N=4 / --n is written P=10,N=4", stream=sys.stderr)
        return 2
    sizes = {name: int(number) for name, _, number in pairs}
    said = nation.commit_nation(
        options.frame, options.out, draw=options.draw, source=options.source, n=sizes, progress=_counter()
    )
    households = sum(line["N"] for line in said["strata"])
    say(f"{len(said['strata'])} 层,{households} 户 / strata, households. 承诺 / Commitment: {said['commitment']}")
    say(f"写在 {options.out},请先签字、公布,再掷骰子 / Sign and publish it before the dice")
    return 0


def draw_many_draw(options: argparse.Namespace) -> int:
    """Write the lists and the record of a committed frame file."""
    house = _house() if options.sign else None
    record = nation.draw_nation(
        options.frame, options.commitment, options.out, parts=options.part, witnesses=options.witness,
        keys=house.keys if house else None, progress=_counter(),
    )  # fmt: skip
    if house:
        house.close()
    drawn = sum(len(both["main"]) for both in record["lists"].values())
    say(f"抽定 {drawn} 户 / drawn; {options.out / 'lists.csv'}, {options.out / 'record.json'}")
    return 0


def _counter() -> Callable[[int], None]:
    """Households so far, on a terminal."""
    done = 0

    def count(households: int) -> None:
        nonlocal done
        done += households
        if sys.stderr.isatty():
            print(f"\r{done}", end="", file=sys.stderr, flush=True)

    return count


def _no_command(_options: argparse.Namespace) -> int:
    return 2


def _house() -> House:
    house = open_house(load_settings())
    migrate_after_backup(house.db, house.keys, house.settings.data)
    return house


def run_migrate(_options: argparse.Namespace) -> int:
    """Migrate and say where we are."""
    house = _house()
    house.close()
    say("数据库已是最新 / The database is up to date")
    return 0


def _password() -> str:
    if sys.stdin.isatty():
        say("请输入密码,回车结束 / Type the password, then Enter:")
    return sys.stdin.readline().rstrip("\r\n")


def account_add(options: argparse.Namespace) -> int:
    """Add an account; on a fresh install this makes the first admin."""
    house = _house()
    password = _password()
    with house.db.write(HOME) as session:
        row = accounts.add_account(
            session, house.hasher, account=options.name, name=options.full_name or options.name, role=options.role,
            scope=options.scope, password=password, by="terminal",
        )  # fmt: skip
    house.close()
    say(f"已建立账号 {row.account}({row.role},{row.scope}) / Account added")
    return 0


def account_reset(options: argparse.Namespace) -> int:
    """Set a new password; all sessions of the account end."""
    house = _house()
    password = _password()
    with house.db.write(HOME) as session:
        accounts.reset_password(session, house.hasher, options.name, password, by="terminal")
    house.close()
    say(f"已重置 {options.name} 的密码 / Password reset")
    return 0


def account_release(options: argparse.Namespace) -> int:
    """Give an account its sign-in tries back."""
    house = _house()
    with house.db.write(HOME) as session:
        accounts.release_tries(session, options.name, by="terminal")
    house.close()
    say(f"{options.name} 可以再次登录 / Tries given back")
    return 0


def run_backup(options: argparse.Namespace) -> int:
    """Make a set; exit 1 when a photo was not there to be taken (the set is kept all the same)."""
    house = open_house(load_settings())
    made = make_backup(house.db, house.store, house.keys, options.folder, link_to=options.link_to)
    house.close()
    say(f"已备份到 {made.folder} / Backed up: {made.rows} 行 rows, {made.photos} 张照片 photos")
    if made.missing:
        say(f"照片缺失 / Photo missing: {made.missing[0]} (+{len(made.missing) - 1})", stream=sys.stderr)
    return 1 if made.missing else 0


def run_restore(options: argparse.Namespace) -> int:
    """Restore a set that was proven whole; the former database is kept under another name."""
    settings = load_settings()
    with holding(settings.data, "serve"):
        store, keys = open_store(settings.store_url), load_keys(settings.data, settings.secret_key)
        done = restore(settings.database_url, store, keys, options.folder, end_sessions=options.end_sessions)
    say(
        f"已恢复到 {done.made_at} 的备份 / Restored: {done.rows} 行 rows, {done.photos} 张照片 photos\n"
        f"新纪元 / new epoch {done.epoch}: 手机会自动补传近30天的记录 / phones send again what they still have\n"
        "备份之后停用的设备和账号要再停用一次 / Revoke anew what was revoked after the backup"
    )
    if done.former:
        say(f"原数据库保留在 / The former database: {done.former}")
    return 0


def run_verify(options: argparse.Namespace) -> int:
    """Check the live data, or one backup."""
    settings = load_settings()
    house = open_house(settings)
    if options.folder is not None:
        manifest = read_backup(options.folder, house.keys)
        house.close()
        say(f"备份完好 / The backup is whole: {manifest['made_at']}, {len(manifest['tables'])} 张表 tables")
        return 0
    place = Premises(house.db, house.store, house.keys, heads_folder(settings), settings.tz, options.facts)
    report = verify(place)
    house.close()
    for fault in report.faults:
        say(f"{fault.zh}\n{fault.en}", stream=sys.stderr)
    if report.faults:
        return 1
    say("全部核验通过 / Everything holds: " + ", ".join(f"{name} {n}" for name, n in report.counts.items()))
    return 0


def run_verify_audit(_options: argparse.Namespace) -> int:
    """Name the first row of the audit chain that does not hold."""
    settings = load_settings()
    house = open_house(settings)
    with house.db.read() as session:
        fault = first_fault(session, house.keys, heads_folder(settings))
    house.close()
    if fault:
        say(f"{fault.zh}\n{fault.en}", stream=sys.stderr)
        return 1
    say("审计链完好 / The audit chain holds")
    return 0


def account_list(_options: argparse.Namespace) -> int:
    """Accounts with role, scope and whether they are disabled."""
    house = _house()
    with house.db.read() as session:
        for row in people.list_accounts(session):
            off = "停用/disabled" if row.disabled_at else ""
            say(f"{row.account}\t{row.role}\t{row.scope}\t{row.name}\t{off}")
    house.close()
    return 0


def import_register(options: argparse.Namespace) -> int:
    """Import a register; print the report by sheet row; exit 1 when nothing was imported."""
    house = _house()
    report = register.import_register(
        house.db,
        house.keys,
        options.file,
        "terminal",
        keep_good=options.keep_good,
        partial=options.partial,
        tz=house.settings.tz,
        progress=_progress,
    )
    house.close()
    _print_report(report)
    return 0 if report.imported else 1


def _print_report(report: ImportReport) -> None:
    if report.refusal:
        say("\n".join(report.refusal), stream=sys.stderr)
        return
    for note in (*report.errors, *report.warnings):
        level = "错误" if note.level == "error" else "提醒"
        say(f"{level} 第{note.row}行 {note.column} {note.zh} / row {note.row}: {note.en}")
    done = "已导入 / Imported" if report.imported else "没有导入,什么也没有改动 / Nothing was imported"
    say(
        f"{done}: {report.households} 户 households, {report.people} 人 people; 新增 added {report.added}, "
        f"更新 updated {report.updated}, 未再出现 missing {report.missing}; "
        f"错误 errors {report.error_count}, 提醒 warnings {report.warning_count}; {report.seconds:.1f} s"
    )


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="\n" if done >= total else "", file=sys.stderr, flush=True)


def draw_verify(options: argparse.Namespace) -> int:
    """Recompute a record from public data alone; name the first difference."""
    check = verify_record(options.record, options.frame, commitment=options.commitment, key=options.key)
    if check.first is not None:
        say(f"不一致 / Differs: {check.first.zh}\n{check.first.en}", stream=sys.stderr)
        return 1
    if check.verification.strata_missing:
        say(f"名单文件里没有这些层,未核对 / Not in the frame file: {' '.join(check.verification.strata_missing)}")
    say(f"一致:承诺、种子、名单和签名都能由公开数据重算(签名密钥 {check.key_id}) / Holds: everything recomputes")
    if not check.frame_given:
        say("没有给出 --frame,总体名单未核对 / Without --frame the frame itself was not checked")
    return 0


def publish_form(options: argparse.Namespace) -> int:
    """Publish a workbook as an immutable version, or refuse with sheet row and reason, or with what indicators lose."""
    house = _house()
    with house.db.write(HOME) as session:
        tables = {path.name: path.read_bytes() for path in options.tables}
        version = questionnaires.publish(session, "terminal", options.file, files=tables)
        how = ("确认后加上 --accept-lost", "add --accept-lost")
        settle_bindings(session, version.form, "terminal", accepted=options.accept_lost, how=how)
    house.close()
    say(json.dumps({"form_id": version.form_id, "version": version.version, "sha256": version.sha256}))
    return 0
