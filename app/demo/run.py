"""Make the demo's folder, once, and say where to go and who to be.

A folder is only ever emptied when a demo made it: the marker says so. Everything is dated relative to today.
"""

import json
import random
import shutil
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from app.demo import people as invented
from app.demo.fieldwork import log_visits, record_meetings
from app.demo.visits import visit_county
from app.demo.workbook import write_register
from app.doors.intake import FORM_OF_STRATUM
from app.doors.phone.package import package_for
from app.doors.web.house import House, open_house
from app.kernel.clock import local_day, utcnow
from app.kernel.db.base import HOME
from app.kernel.db.migrate import migrate
from app.kernel.problems import Conflict
from app.kernel.settings import load_settings
from app.registry.households import service as register
from app.registry.people import queries as accounts
from app.registry.people.models import Role
from app.registry.people.queries import actor_from
from app.registry.people.rules import Actor
from app.registry.people.service import add_account
from app.survey.questionnaires.service import publish_builtin
from app.survey.rounds import service as rounds
from app.survey.rounds.draw import draw_sample
from app.survey.rounds.freeze import freeze_frame

MARKER = ".ruhu-demo"
ACCOUNTS = "demo-accounts.json"
PASSWORD = "ruhu-demo"
DICE = "73920518264409175386"


class NotADemo(Conflict):
    """The folder holds something that no demo made."""

    slug = "not-a-demo"
    title_zh = "这个文件夹不是演示建立的"
    title_en = "No demo made this folder"


def prepare(folder: Path, port: int, *, fresh: bool) -> Iterator[str]:
    """Build what is missing; yields lines for the person at the terminal."""
    folder = folder.resolve()
    _claim(folder, fresh=fresh)
    if not (folder / ACCOUNTS).exists():
        house = open_house(load_settings({}, port=port, data=folder))
        try:
            migrate(house.db)
            yield from build(house, folder)
        finally:
            house.close()
    yield from _addresses(folder, port)


def _claim(folder: Path, *, fresh: bool) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise NotADemo(
            f"{folder} 里有别的东西,没有动它;请另选 --data。", f"{folder} holds other things; choose --data."
        )
    finished = (folder / ACCOUNTS).exists()
    if folder.exists() and (fresh or not finished):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / MARKER).touch()


def build(house: House, folder: Path) -> Iterator[str]:
    """Accounts, forms, register, two rounds, half a round of visits."""
    yield "正在准备演示数据(约一分钟)/ Preparing the demo, about a minute"
    made = list(_make_accounts(house))
    with house.db.write(HOME) as session:
        forms = {form.form_id: form for form in publish_builtin(session, "city")}
    yield "  账号、问卷 / accounts, questionnaires"
    for path, title, homes in _workbooks(folder):
        write_register(path, title, homes)
        report = register.import_register(house.db, house.keys, path, "city", tz=house.settings.tz)
        yield f"  {path.name}: {report.households} 户 households, {report.people} 人 people"
    city = _actor(house, "city")
    code = _open_rounds(house, city)
    frozen = utcnow() - timedelta(days=9)
    freeze_frame(house.db, city, code, source="DICE10X20", n={"poor": 10, "non_poor": 4}, now=frozen)
    witnesses = ["市督查办", "县区代表", "村民代表"]
    draw_sample(house.db, house.keys, city, code, parts=[DICE], witnesses=witnesses, now=frozen + timedelta(minutes=20))
    yield f"  {code}: 已冻结、已抽样 / frozen and drawn"
    for county, (name, suffix, *_rest) in invented.COUNTIES.items():
        visitor = _actor(house, f"inspector-{suffix}")
        samples = [s for s in package_for(house, visitor, FORM_OF_STRATUM)["samples"] if s["county"] == county]
        visit_county(house, visitor, samples, forms, _first_morning(house))
        record_meetings(house, visitor, county, code, forms, _first_morning(house))
        yield f"  {name}: 已走访 / visited"
    helper = _actor(house, "helper-xingqing")
    helped = [each["household"]["unit"] for each in package_for(house, helper, FORM_OF_STRATUM)["households"]]
    log_visits(house, helper, helped[:-1], forms, _first_morning(house))
    yield "  帮扶走访、督查记录 / helpers' visits, records of the teams"
    (folder / ACCOUNTS).write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n")


def _first_morning(house: House) -> datetime:
    day = local_day(utcnow(), house.settings.tz) - timedelta(days=8)
    return datetime.combine(day, time(9, 10), house.settings.tz)


def _make_accounts(house: House) -> Iterator[dict[str, str]]:
    """At least one account per role, and a team and an office for every county."""
    wanted = [
        ("admin", "系统管理员", Role.ADMIN, "6401"),
        ("city", "市督查办", Role.CITY_OFFICER, "6401"),
        ("leaders", "市领导小组", Role.LEADING_GROUP, "6401"),
        ("discipline", "市纪委", Role.DISCIPLINE, "6401"),
        ("auditor", "市审计局", Role.AUDITOR, "6401"),
    ]
    rng = random.Random("accounts")
    for code, (name, suffix, *_rest) in invented.COUNTIES.items():
        wanted += [
            (f"inspector-{suffix}", invented.person_name(rng), Role.INSPECTOR, code),
            (f"leader-{suffix}", invented.person_name(rng), Role.TEAM_LEADER, code),
            (f"officer-{suffix}", f"{name}扶贫办", Role.COUNTY_OFFICER, code),
        ]
    helper = invented.homes_of("640104", "poor", _seeded("640104", "poor"))[0].helper[0]
    wanted += [
        ("helper-xingqing", helper, Role.HELPER, "640104"),
        ("cadre-xingqing", invented.person_name(rng), Role.VILLAGE_CADRE, "640104901201"),
    ]
    with house.db.write(HOME) as session:
        for account, name, role, scope in wanted:
            add_account(
                session, house.hasher, account=account, name=name, role=role, scope=scope, password=PASSWORD, by="demo"
            )
            yield {"account": account, "password": PASSWORD, "role": str(role), "scope": scope}


def _seeded(county: str, kind: str) -> random.Random:
    return random.Random(f"{county} {kind}")


def _workbooks(folder: Path) -> Iterator[tuple[Path, str, list[invented.Home]]]:
    """The poor of all counties in one workbook, the non-poor in another, kept in the folder to look at."""
    for kind, name in (("poor", "建档立卡户名册"), ("non_poor", "非贫困户名册")):
        homes = [
            home for county in invented.COUNTIES for home in invented.homes_of(county, kind, _seeded(county, kind))
        ]
        yield folder / f"{name}(演示).xlsx", f"银川市{name}(演示数据,人物均为虚构)", homes


def _open_rounds(house: House, city: Actor) -> str:
    today = local_day(utcnow(), house.settings.tz)
    year = today.year
    plans = [
        (f"{year}-1", f"{year}年第一轮督查(演示)", today - timedelta(days=10), today + timedelta(days=20)),
        (f"{year}-2", f"{year}年第二轮督查(演示)", today - timedelta(days=1), today + timedelta(days=30)),
    ]
    for code, name, starts, ends in plans:
        _open_round(house, city, code, name, starts, ends)
    return plans[0][0]


def _open_round(house: House, city: Actor, code: str, name: str, starts: date, ends: date) -> None:
    with house.db.write(HOME) as session:
        rounds.open_round(
            session, city, code=code, name=name, starts_on=starts, ends_on=ends, counties=list(invented.COUNTIES)
        )


def _actor(house: House, account: str) -> Actor:
    with house.db.read() as session:
        return actor_from(accounts.get_account(session, account))


def _addresses(folder: Path, port: int) -> Iterator[str]:
    made = json.loads((folder / ACCOUNTS).read_text())
    yield ""
    yield f"电脑端 desk   http://127.0.0.1:{port}/      市督查办 city · 密码 password {PASSWORD}"
    yield f"手机端 phone  http://127.0.0.1:{port}/m/    督查员 inspector-lingwu · 密码 password {PASSWORD}"
    yield f"全部{len(made)}个账号 all accounts: {folder / ACCOUNTS}"
    yield ""
