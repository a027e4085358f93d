"""What a household of the list must say and may leave out; how it is judged, row by row.

Pure: the day and the counties are arguments. Errors are what no desk can use (a status nobody knows, a mistyped ID
number); what is odd but possible is kept with a warning (domain §3.4, §5 F09 and F11).
"""

import json
import marshal
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.kernel.terms import Term
from app.registry.households.cells import clean, code_of, day, degrees, text_of, whole_year, yuan
from app.registry.households.columns import BY_KEY, COLUMNS, INCOME_KEYS
from app.registry.households.drafts import Draft
from app.registry.households.id_numbers import check
from app.registry.households.models import PovertyStatus
from app.registry.households.notes import Notes
from app.registry.people.models import Role
from app.registry.people.rules import Actor

MAX_HOUSEHOLDS_OF_HELPER = 5  # R77
MANY_MEMBERS = 20

STATUS_WORDS = {
    "未脱贫": PovertyStatus.UNEXITED,
    "未脱贫户": PovertyStatus.UNEXITED,
    "未脱贫人口": PovertyStatus.UNEXITED,
    "已脱贫": PovertyStatus.EXITED,
    "已脱贫户": PovertyStatus.EXITED,
    "脱贫": PovertyStatus.EXITED,
    "脱贫户": PovertyStatus.EXITED,
    "已脱贫人口": PovertyStatus.EXITED,
    "非贫困": PovertyStatus.NON_POOR,
    "非贫困户": PovertyStatus.NON_POOR,
    "非建档立卡户": PovertyStatus.NON_POOR,
    "unexited": PovertyStatus.UNEXITED,
    "exited": PovertyStatus.EXITED,
    "non_poor": PovertyStatus.NON_POOR,
}

ATTRIBUTES = {
    "general": Term("一般贫困户", "General poor household"),
    "dibao": Term("低保贫困户", "Poor household on dibao"),
    "tekun": Term("五保(特困供养)贫困户", "Wubao/tekun poor household"),
    "unstable": Term("脱贫不稳定户", "Exited but unstable"),
    "marginal": Term("边缘易致贫户", "Marginal, at risk"),
    "shock": Term("突发严重困难户", "Sudden severe difficulty"),
}
_ATTRIBUTE_WORDS = {
    "一般贫困户": "general",
    "一般户": "general",
    "一般": "general",
    "低保贫困户": "dibao",
    "低保户": "dibao",
    "低保": "dibao",
    "五保贫困户": "tekun",
    "五保户": "tekun",
    "五保": "tekun",
    "特困供养": "tekun",
    "特困供养户": "tekun",
    "特困户": "tekun",
    "特困供养贫困户": "tekun",
    "特困": "tekun",
    "五保(特困供养)贫困户": "tekun",
    "脱贫不稳定户": "unstable",
    "边缘易致贫户": "marginal",
    "突发严重困难户": "shock",
}

CAUSES = {
    "illness": Term("因病", "Illness"),
    "disability": Term("因残", "Disability"),
    "schooling": Term("因学", "School costs"),
    "disaster": Term("因灾", "Disaster"),
    "no_land": Term("缺土地", "Lack of land"),
    "no_water": Term("缺水", "Lack of water"),
    "no_skill": Term("缺技术", "Lack of skill"),
    "no_labour": Term("缺劳力", "Lack of labour"),
    "no_money": Term("缺资金", "Lack of capital"),
    "bad_road": Term("交通条件落后", "Poor transport"),
    "low_drive": Term("自身发展动力不足", "Lack of own drive"),
    "other": Term("其他", "Other"),
}
_CAUSE_WORDS = {term.zh: code for code, term in CAUSES.items()} | {"其它": "other", "缺劳动力": "no_labour"}

_YES = frozenset({"是", "1", "有", "√", "Y", "y", "yes", "对", "TRUE", "True"})
_NO = frozenset({"否", "0", "不是", "×", "N", "n", "no", "FALSE", "False"})
MOST_ROWS = 1 << 21
"""More than a sheet can have (1,048,576)."""
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_VILLAGE_CODE = re.compile(r"[0-9]{12}", re.ASCII)
_PHONE = re.compile(r"\+?[0-9]{7,12}(?:[-/、,;][0-9]{4,12})*|0[0-9]{2,3}-?[0-9]{7,8}", re.ASCII)

READING_ROLES = frozenset({Role.CITY_OFFICER, Role.COUNTY_OFFICER, Role.LEADING_GROUP, Role.AUDITOR, Role.DISCIPLINE})
"""Read the register within their scope; helpers see their own households by another way (`queries`)."""


def may_import(actor: Actor) -> bool:
    """The city officer brings the register in (contract, Roles)."""
    return actor.role == Role.CITY_OFFICER


def may_read(actor: Actor) -> bool:
    """Desk roles that may open the register at all; which rows is the fence's business."""
    return actor.role in READING_ROLES


@dataclass(slots=True)
class Checked:
    """A household as it will be stored; amounts in whole yuan, `members` [name, relation, ISO birth, ID number]."""

    row: int
    office_no: str
    numeric: bool
    county: str
    village_code: str
    values: dict[str, Any]
    members: list[list[Any]]
    extra: dict[str, str]

    def pack(self) -> bytes:
        """Our own values for the way from check to save, within this process."""
        return marshal.dumps([getattr(self, name) for name in self.__slots__])

    @classmethod
    def unpack(cls, packed: bytes) -> "Checked":
        return cls(*marshal.loads(packed))

    def content(self) -> str:
        """What the list says, in one canonical text."""
        said = [self.office_no, self.village_code, self.values, self.members, self.extra]
        return _CANONICAL(said)


@dataclass
class Ledger:
    """What one household cannot tell: the numbers, helpers and villages of the whole file."""

    counties: Mapping[str, str]
    today: date
    scope: str = ""
    ids: dict[str, int] = field(default_factory=dict)
    """ID number → where it stood first, row and household in one integer: there may be half a million."""
    helpers: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    villages: dict[str, list[Any]] = field(default_factory=dict)
    """Code → [town, village, lon, lat, first row]."""

    def first_seen(self, number: str, row: int, home: int) -> tuple[int, int]:
        """Row and household where a number stood first; here, when it is new."""
        return divmod(self.ids.setdefault(number, row * MOST_ROWS + home), MOST_ROWS)


class Checker:
    """Judges one draft after the other against the ledger of its file."""

    def __init__(self, ledger: Ledger, notes: Notes) -> None:
        self._ledger = ledger
        self._notes = notes
        self._home = -1
        self._cells: dict[str, list[Any]] = {}
        self._row = 0

    def check(self, home: int, draft: Draft) -> Checked:
        """The household's values; with an error among them it must not be stored (`notes.bad`)."""
        self._home, self._cells, self._row = home, draft["cells"], draft["row"]
        self._require(draft)
        village_code = self._village()
        values = self._texts() | self._choices() | self._amounts()
        members = self._members(draft)
        self._judge_size(members, values)
        self._count_helper(values)
        extra = {header: "、".join(texts) for header, texts in draft["extra"].items()}
        return Checked(self._row, draft["no"], draft["numeric"], village_code[:6], village_code, values, members, extra)

    def _note(self, code: str, key: str = "", row: int | None = None, **words: Any) -> None:
        header = BY_KEY[key].header if key else ""
        place = row if row is not None else int(self._cells.get(key, [None, self._row])[1])
        self._notes.add(code, place, header, home=self._home, header=header, **words)

    def _raw(self, key: str) -> Any:
        return self._cells[key][0] if key in self._cells else None

    def _require(self, draft: Draft) -> None:
        for column in COLUMNS:
            if column.required and column.key != "office_no" and column.key not in self._cells:
                self._note("required", column.key)
        if len(draft["no"]) > BY_KEY["office_no"].limit:
            self._note("too_long", "office_no", limit=BY_KEY["office_no"].limit)

    # --- where it lives ------------------------------------------------------------------------------------------
    def _village(self) -> str:
        code = code_of(self._raw("village_code"))
        if not code:
            return ""
        if not _VILLAGE_CODE.fullmatch(code):
            self._note("village_code", "village_code")
            return ""
        name = self._ledger.counties.get(code[:6])
        if name is None:
            self._note("county_unknown", "village_code")
            return ""
        said = text_of(self._raw("county"))
        if said and not _same_county(said, name, code[:6]):
            self._note("county_mismatch", "county", county=name)
        if not code.startswith(self._ledger.scope):
            self._note("out_of_scope", "village_code")
        self._know_village(code)
        return code

    def _know_village(self, code: str) -> None:
        town, village = text_of(self._raw("town"))[:60], text_of(self._raw("village"))[:60]
        known = self._ledger.villages.setdefault(code, [town, village, None, None, self._row])
        if [town, village] != known[:2]:
            self._note("village_name", "village", other=known[4])
        if known[2] is None and ("lon" in self._cells or "lat" in self._cells):
            known[2:4] = self._point()

    def _point(self) -> tuple[float | None, float | None]:
        try:
            lon, lat = degrees(self._raw("lon")), degrees(self._raw("lat"))
        except ValueError:
            lon, lat = 0.0, 0.0
        if lon is None and lat is None:
            return None, None
        if lon is None or lat is None or not (73 <= lon <= 136 and 3 <= lat <= 54):
            self._note("point_odd", "lon" if "lon" in self._cells else "lat")
            return None, None
        return lon, lat

    # --- what the list says of it --------------------------------------------------------------------------------
    def _texts(self) -> dict[str, Any]:
        texts = {}
        for key in ("head_name", "site", "helper_name", "helper_unit", "helper_phone", "task_force"):
            text = code_of(self._raw(key)) if key == "helper_phone" else text_of(self._raw(key))
            limit = BY_KEY[key].limit
            if len(text) > limit:
                self._note("too_long", key, limit=limit)
            texts[key] = text[:limit]
        if texts["helper_phone"] and not _PHONE.fullmatch(texts["helper_phone"]):
            self._note("phone_odd", "helper_phone")
        return texts

    def _choices(self) -> dict[str, Any]:
        said = text_of(self._raw("status"))
        status = STATUS_WORDS.get(said)
        if said and status is None:
            self._note("status", "status", value=said)
        resettled = self._yes_no("resettled")
        if resettled and "site" not in self._cells:
            self._note("site_missing", "site")
        return {
            "status": status.value if status else "",
            "exit_year": self._exit_year(status),
            "hh_attr": self._word("hh_attr", _ATTRIBUTE_WORDS),
            "cause": self._word("cause", _CAUSE_WORDS),
            "resettled": resettled,
        }

    def _exit_year(self, status: PovertyStatus | None) -> int | None:
        try:
            year = whole_year(self._raw("exit_year"))
        except ValueError:
            self._note("exit_year", "exit_year", value=text_of(self._raw("exit_year")))
            return None
        if year is None and status == PovertyStatus.EXITED:
            self._note("exit_year_missing", "exit_year")
        if year is not None and (status != PovertyStatus.EXITED or not 2014 <= year <= self._ledger.today.year):
            self._note("exit_year_odd", "exit_year")
        return year

    def _word(self, key: str, words: Mapping[str, str]) -> str:
        said = text_of(self._raw(key))
        if said and said not in words:
            self._note("attr_unknown", key, value=said)
        return words.get(said, said[: BY_KEY[key].limit])

    def _yes_no(self, key: str) -> bool | None:
        raw = self._raw(key)
        said = clean(raw) if isinstance(raw, str) else text_of(raw)
        if said in _YES:
            return True
        if said in _NO:
            return False
        if text_of(raw):
            self._note("yes_no", key, value=said)
        return None

    def _amounts(self) -> dict[str, Any]:
        amounts: dict[str, int | None] = {}
        for key in (*INCOME_KEYS, "subsidy"):
            try:
                amounts[key] = yuan(self._raw(key))
            except ValueError:
                amounts[key] = None
                self._note("amount", key, value=text_of(self._raw(key)))
        return amounts

    # --- who lives there -----------------------------------------------------------------------------------------
    def _members(self, draft: Draft) -> list[list[Any]]:
        members: list[list[Any]] = []
        seen: dict[tuple[Any, ...], int] = {}
        for row, raw_name, raw_relation, raw_birth, raw_id in draft["people"]:
            name, relation = text_of(raw_name), text_of(raw_relation)
            for key, text in (("name", name), ("relation", relation)):
                if len(text) > BY_KEY[key].limit:
                    self._note("too_long", key, row, limit=BY_KEY[key].limit)
            number, birth = self._identity(row, raw_birth, raw_id)
            same = (name, number) if number else (name, relation, birth)
            if (number or birth) and same in seen:
                self._note("same_person", "name", row, other=seen[same])
                continue
            seen[same] = row
            members.append([name[:40], relation[:40], birth.isoformat() if birth else None, number])
        return members

    def _identity(self, row: int, raw_birth: Any, raw_id: Any) -> tuple[str | None, date | None]:
        birth = self._birth(row, raw_birth)
        text = text_of(raw_id)
        if not text:
            return None, birth
        found = check(text, self._ledger.today)
        if found.fault:
            self._note(found.fault, "id_number", row)
        for doubt in found.doubts:
            self._note(doubt, "id_number", row)
        if found.number is None:
            return None, birth
        self._know_number(row, found.number)
        if birth is not None and birth != found.born_on and self._is_exact(raw_birth):
            self._note("birth_differs", "birth_on", row)
        return found.number, found.born_on

    def _know_number(self, row: int, number: str) -> None:
        first_row, first_home = self._ledger.first_seen(number, row, self._home)
        if first_home != self._home:
            self._note("id_twice", "id_number", row, other=first_row)

    @staticmethod
    def _is_exact(raw_birth: Any) -> bool:
        found = day(raw_birth)
        return found is not None and found[1]

    def _birth(self, row: int, raw: Any) -> date | None:
        try:
            found = day(raw)
        except (ValueError, OverflowError):
            self._note("birth", "birth_on", row, value=text_of(raw))
            return None
        if found is None:
            return None
        if found[0] > self._ledger.today or found[0].year < 1850:
            self._note("birth_range", "birth_on", row)
            return None
        if not found[1]:
            self._note("birth_inexact", "birth_on", row)
        return found[0]

    def _judge_size(self, members: list[list[Any]], values: dict[str, Any]) -> None:
        size = len(members)
        said = [values[key] for key in INCOME_KEYS if values[key] is not None]
        values["size"] = size
        values["income_pc"] = (
            int((Decimal(sum(said)) / size).quantize(Decimal(1), ROUND_HALF_UP)) if said and size else None
        )
        if not size:
            self._note("no_members")
        elif values["head_name"] not in {member[0] for member in members}:
            self._note("head_absent", "head_name")
        if size > MANY_MEMBERS:
            self._note("many_members", count=size)
        numbers: dict[str, str] = {}
        for name, _, _, number in members:
            if number and numbers.setdefault(number, name) != name:
                self._note("id_twice_inside", "id_number", other=self._row)

    def _count_helper(self, values: dict[str, Any]) -> None:
        if values["helper_name"] and values["status"] != PovertyStatus.NON_POOR:
            person = (values["helper_name"], values["helper_phone"] or values["helper_unit"])
            self._ledger.helpers.setdefault(person, []).append(self._row)


def note_busy_helpers(ledger: Ledger, notes: Notes) -> None:
    """Helpers of more than five households, by person across villages (F09): kept, flagged, named by their rows."""
    for rows in ledger.helpers.values():
        if len(rows) > MAX_HOUSEHOLDS_OF_HELPER:
            shown = "、".join(map(str, rows[:10])) + ("…" if len(rows) > 10 else "")
            sixth = rows[MAX_HOUSEHOLDS_OF_HELPER]
            notes.add("helper_six", sixth, BY_KEY["helper_name"].header, count=len(rows), rows=shown)


def _same_county(said: str, name: str, code: str) -> bool:
    bare = name[:-1]
    return said in (name, code, bare) or said.endswith(name) or (said.endswith(bare) and "市" in said)
