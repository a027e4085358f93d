"""What is wrong or odd in a register file: by sheet row, errors and warnings apart, with the way out (zh, en).

Pure. All words stand in MESSAGES, so nobody phrases the same fault twice. A note never repeats a name or an ID number.
Of one kind at most KEPT notes are written out; all are counted.
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

KEPT = 300
Level = Literal["error", "warning"]


class Words(NamedTuple):
    """The sentence of one kind of note; `{…}` are filled in. `flag` names the doubt rule of domain §5 it feeds."""

    level: Level
    zh: str
    en: str
    flag: str = ""


E: Level = "error"
W: Level = "warning"

MESSAGES: dict[str, Words] = {
    "destroyed": Words(
        E,
        "超过15位的数字存成了数值,末几位已被 Excel 改成0。请把该列设为“文本”,按原件重新录入。",
        "Over 15 digits stored as a number: Excel has destroyed its end. Make the column text and type it anew.",
    ),
    "no_office_no": Words(
        E,
        "这一行没有户编号,也接不上前面的户。请补上户编号;不是数据的行请删去。",
        "The row has no household number and follows no household. Add the number, or delete the row if it is no data.",
    ),
    "required": Words(E, "缺{header}。请补填。", "{header} is missing. Fill it in."),
    "too_long": Words(
        E,
        "{header}超过{limit}个字。请核对是否填错了列。",
        "{header} is longer than {limit} characters. Is it in the right column?",
    ),
    "village_code": Words(
        E,
        "村代码应是12位数字(统计用区划代码)。请核对,并把该列设为“文本”。",
        "The village code must have 12 digits. Check it, and make the column text.",
    ),
    "county_unknown": Words(
        E,
        "村代码前6位不是本系统的县(市、区)。请核对村代码。",
        "The first 6 digits of the village code are none of the counties here. Check the code.",
    ),
    "county_mismatch": Words(
        E,
        "县区与村代码对不上:村代码属于{county}。请改正其中一个。",
        "County and village code disagree: the code lies in {county}. Correct one of them.",
    ),
    "out_of_scope": Words(
        E, "这个村不在您的管辖范围内,不能由您导入。", "The village is outside your scope and cannot be imported by you."
    ),
    "status": Words(
        E, "户属性状态“{value}”不认识。只能填:未脱贫、已脱贫、非贫困。", "Unknown status. Use 未脱贫, 已脱贫 or 非贫困."
    ),
    "exit_year": Words(E, "脱贫年度“{value}”不是年份。请填如 2016。", "The year of exit is no year. Write e.g. 2016."),
    "yes_no": Words(E, "{header}“{value}”不认识。只能填:是、否。", "{header} must be 是 or 否."),
    "amount": Words(
        E, "{header}“{value}”不是金额。请只填数字,单位元。", "{header} is no amount. Write figures alone, in yuan."
    ),
    "birth": Words(
        E, "出生日期“{value}”不是日期。请填如 1990-01-02。", "The date of birth is no date. Write e.g. 1990-01-02."
    ),
    "birth_range": Words(
        E, "出生日期在今天之后或1850年以前。请核对。", "The date of birth lies in the future or before 1850. Check it."
    ),
    "id_shape": Words(
        E,
        "证件号码不是18位(或残疾证20至22位)。请对照证件改正;没有证件的请留空。",
        "The ID number has not 18 characters. Correct it from the document; leave it blank if there is none.",
    ),
    "id_old": Words(
        E,
        "证件号码是15位的一代证号,已停用。请改填18位号码;没有的请留空。",
        "The ID number is of the old 15-digit kind. Enter the 18-character one, or leave it blank.",
    ),
    "id_spoiled": Words(
        E,
        "证件号码被存成了科学计数法,末几位已丢失。请把该列设为“文本”,按证件重新录入。",
        "The ID number was stored in scientific notation and its end is lost. Make the column text and type it anew.",
    ),
    "id_date": Words(
        E,
        "证件号码里的出生日期不存在或在今天之后。请对照证件改正。",
        "The date inside the ID number does not exist or lies in the future. Correct it from the document.",
        "F11",
    ),
    "id_check": Words(
        E,
        "证件号码的校验位不对,有一位录错了。请对照证件改正。",
        "The ID number's check character is wrong: one character was mistyped. Correct it from the document.",
        "F11",
    ),
    "double_office_no": Words(
        E,
        "户编号与第{other}行的户重复,户主却不同。请核对后改正其中一个。",
        "The household number is already used on row {other} by a household with another head. Correct one of them.",
    ),
    "conflict": Words(
        E,
        "同一户的{header}与第{other}行不一致。请改成一致。",
        "{header} differs from row {other} of the same household. Make them agree.",
    ),
    "member_nameless": Words(
        E, "这一行有成员信息,却没有姓名。请补填姓名。", "The row describes a member without a name. Add the name."
    ),
    # --- warnings: imported all the same ---------------------------------------------------------------------------
    "id_twice": Words(
        W,
        "证件号码与第{other}行(另一户)相同。已照收并标记,请核对哪一户有误。",
        "The same ID number stands on row {other} in another household. Kept and flagged; find out which is wrong.",
        "F11",
    ),
    "id_known": Words(
        W,
        "证件号码在库里属于另一户。已照收并标记,请核对。",
        "The register has this ID number in another household. Kept and flagged; check both.",
        "F11",
    ),
    "id_twice_inside": Words(
        W,
        "同一户里证件号码与第{other}行相同,姓名不同。已照收并标记,请核对。",
        "The same household has this ID number on row {other} under another name. Kept and flagged.",
        "F11",
    ),
    "same_person": Words(W, "与第{other}行是同一个人,只收了一次。", "The same person as on row {other}; taken once."),
    "id_place": Words(
        W,
        "证件号码前两位不是已知的省份代码。已照收,请核对。",
        "The first two digits of the ID number are no known province. Kept.",
        "F11",
    ),
    "id_place_newer": Words(
        W,
        "证件号码的地区码启用晚于出生年,多为后来补登。一般不用处理。",
        "The place code in the ID number is newer than the birth: usually a late registration. Nothing to do.",
    ),
    "id_age": Words(
        W, "按证件号码已超过120岁。已照收,请核对。", "By the ID number the person is over 120. Kept; check it.", "F11"
    ),
    "birth_differs": Words(
        W,
        "出生日期与证件号码里的不同,以证件号码为准。",
        "The date of birth differs from the one in the ID number, which counts.",
    ),
    "birth_inexact": Words(
        W,
        "出生日期只有年或月(或月份写法有歧义),按该年或该月第一天收。",
        "The date of birth has a year or month alone; its first day stands in.",
    ),
    "helper_six": Words(
        W,
        "同一帮扶责任人名下有{count}户,超过5户(第{rows}行)。已照收并标记。",
        "One helper has {count} households, more than five (rows {rows}). Kept and flagged.",
        "F09",
    ),
    "exit_year_missing": Words(
        W, "已脱贫户没有脱贫年度。已照收,请补齐。", "An exited household without its year of exit. Kept; please add it."
    ),
    "exit_year_odd": Words(
        W,
        "脱贫年度与户属性状态不符,或不在2014年至今年之间。已照收,请核对。",
        "The year of exit does not fit the status, or is not between 2014 and this year. Kept; check it.",
    ),
    "attr_unknown": Words(
        W,
        "{header}“{value}”不在常用项内,按原文收,不带入问卷。",
        "{header} is not one of the usual ones; kept as text, not carried into the form.",
    ),
    "phone_odd": Words(
        W, "帮扶人电话不像电话号码。已照收,请核对。", "The helper's telephone does not look like one. Kept; check it."
    ),
    "site_missing": Words(
        W, "易地搬迁户没有安置点。已照收,请补齐。", "A resettled household without its site. Kept; please add it."
    ),
    "point_odd": Words(
        W,
        "村经度、村纬度不在中国范围内,没有采用。请核对是否填反。",
        "The village's position lies outside China and was not used. Are the two swapped?",
    ),
    "village_name": Words(
        W,
        "同一村代码的乡镇名或村名与第{other}行不同,以先出现的为准。",
        "Town or village name differs from row {other} with the same code; the first counts.",
    ),
    "conflict_soft": Words(
        W,
        "同一户的{header}与第{other}行不一致,以第{other}行为准。",
        "{header} differs from row {other} of the same household; that row counts.",
    ),
    "apart": Words(
        W,
        "同一户的成员不相连(该户在第{other}行),已并入该户。",
        "The household's rows are not together (it begins on row {other}); joined.",
    ),
    "no_members": Words(
        W, "这一户没有成员行。已照收,人口按空缺处理。", "The household has no member rows. Kept, its size is unknown."
    ),
    "many_members": Words(
        W,
        "这一户有{count}人,多于20人。已照收,请核对是否几户并成了一户。",
        "The household has {count} members. Kept; are there several households in one?",
    ),
    "head_absent": Words(
        W,
        "成员里没有户主本人。已照收,人口可能少算一人。",
        "The head is not among the members. Kept; the size may be one short.",
    ),
    "zeros_lost": Words(
        W,
        "户编号前面的0丢了,已对应到原来的户编号。请把该列设为“文本”。",
        "The household number has lost its leading zeros; matched with the one known. Make the column text.",
    ),
    "moved": Words(
        W,
        "这一户换了村。户代码不变,村已更新。",
        "The household is in another village now. Its unit stays, the village is updated.",
    ),
    "gone": Words(
        W,
        "库里有{count}户不在这份名册里({where})。没有删除,已标记日期,不再进入抽样框。如果名册不全,请补全后重新导入。",
        "{count} households of the register are not in this file ({where}). They are kept, marked with the day "
        "and left out of frames. If the file is incomplete, import a complete one.",
    ),
    "skipped_total": Words(W, "合计、填表说明之类的行,已跳过。", "A row of totals or remarks; skipped."),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One finding. `row` is the number Excel shows (0: the file as a whole), `column` the header."""

    row: int
    column: str
    code: str
    level: Level
    zh: str
    en: str
    flag: str = ""


@dataclass
class Notes:
    """The findings of one file, and which of its households have an error."""

    kept: list[Note] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    bad: set[int] = field(default_factory=set)

    def add(self, code: str, row: int, column: str = "", *, home: int = -1, **words: Any) -> None:
        """Note one finding; an error spoils the household `home` (its place in the file), if it belongs to one."""
        message = MESSAGES[code]
        self.counts[code] += 1
        if message.level == "error" and home >= 0:
            self.bad.add(home)
        if self.counts[code] <= KEPT:
            shown = {name: str(value)[:24] if name == "value" else value for name, value in words.items()}
            zh, en = message.zh.format(**shown), message.en.format(**shown)
            self.kept.append(Note(row, column, code, message.level, zh, en, message.flag))

    def total(self, level: Level) -> int:
        return sum(count for code, count in self.counts.items() if MESSAGES[code].level == level)

    def sorted(self, level: Level) -> list[Note]:
        return sorted((note for note in self.kept if note.level == level), key=lambda note: (note.row, note.code))


@dataclass
class ImportReport:
    """What came of an import. `imported` is False when errors stopped it: then nothing was changed."""

    filename: str
    sha256: str
    imported: bool = False
    rows: int = 0
    people: int = 0
    households: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    returned: int = 0
    missing: int = 0
    left_out: list[tuple[int, str]] = field(default_factory=list)
    """Row and household number of what `keep_good` left out."""
    counties: dict[str, int] = field(default_factory=dict)
    """County code → households of the file that are now in the register."""
    error_count: int = 0
    warning_count: int = 0
    errors: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    kept_columns: list[str] = field(default_factory=list)
    not_taken: list[str] = field(default_factory=list)
    refusal: tuple[str, str] | None = None
    """Set when the file was not even read: the sentence in Chinese and English."""
    seconds: float = 0.0

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "ImportReport":
        shape = json.loads(text)
        for name in ("errors", "warnings"):
            shape[name] = [Note(**note) for note in shape[name]]
        shape["left_out"] = [(int(row), str(number)) for row, number in shape["left_out"]]
        shape["refusal"] = tuple(shape["refusal"]) if shape["refusal"] else None
        return cls(**shape)

    def take(self, notes: Notes) -> None:
        """Copy the findings so far."""
        self.errors, self.warnings = notes.sorted("error"), notes.sorted("warning")
        self.error_count, self.warning_count = notes.total("error"), notes.total("warning")
