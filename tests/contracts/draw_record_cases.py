"""Records of draws, honest and tampered with, as one file of cases that Python and TypeScript both run.

`python -m tests.contracts.draw_record_cases` writes tests/contracts/cases/draw_records.json and docs/tamper.md anew;
a test fails when either is not what stands here. A case changes the honest record or frame by small steps and names
the place of the first difference that any verifier must report.
"""

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.kernel.keys import Keys
from app.methods.draw import rules as hhd1
from app.methods.draw import stages, teams
from app.methods.draw.records import villages_of
from app.methods.draw.sources import pledge
from app.survey.rounds.record import canonical

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "contracts" / "cases" / "draw_records.json"
TABLE = ROOT / "docs" / "tamper.md"

P, N = "640104-P", "640104-N"
UNITS = {
    P: [f"64010490120{village}-{number:04}" for village in (1, 2) for number in range(1, 9)],
    N: [f"640104901201-{number:04}" for number in range(101, 113)],
}
SIZES = {P: 4, N: 2}
"""Households to draw; of any other stratum two."""
KEYS, STRANGER = Keys(b"a key for tests only, thirty-two b"), Keys(b"another key, which nobody printed")
Record = dict[str, Any]
Frame = list[list[str]]


def a_record(
    units: dict[str, list[str]] = UNITS,
    *,
    source: str = "DICE10X20",
    parts: tuple[str, ...] = ("73920518264409175386",),
    pledges: tuple[str, ...] = (),
    keys: Keys = KEYS,
) -> Record:
    """A signed record as the service makes it."""
    draw = "2017-1-A1"
    lines = [
        hhd1.StratumLine(name, len(of), SIZES.get(name, 2), min(2 * SIZES.get(name, 2), len(of) - SIZES.get(name, 2)),
                         hhd1.frame_digest(draw, name, of))
        for name, of in units.items()
    ]  # fmt: skip
    commit = hhd1.commitment(draw, source, lines)
    seed = hhd1.seed(commit, draw, parts)
    lists = {line.stratum: hhd1.draw_list(seed, draw, line, units[line.stratum]) for line in lines}
    record: Record = {
        "version": "HHD1",
        "round": "2017-1",
        "draw": draw,
        "source": source,
        "strata": [{"stratum": x.stratum, "N": x.N, "n": x.n, "r": x.r, "frame_digest": x.frame_digest} for x in lines],
        "commitment": commit,
        "committed_at": "2017-05-12T01:00:00.000Z",
        "parts": list(parts),
        "drawn_at": "2017-05-12T02:00:00.000Z",
        "seed": seed,
        "witnesses": ["督查办 甲", "县代表 乙", "村民 丙 𠮷"],
        "lists": {name: {"main": list(each.main), "reserve": list(each.reserve)} for name, each in lists.items()},
        "software": "ruhu 0.1.0",
        "voids": [],
        "pledges": list(pledges),
        "signers": [{"party": "office", "name": "甲"}, {"party": "county", "name": "乙"}],
        "villages": {name: villages_of(of) for name, of in units.items()},
        "thrown": {"place": "县政府大厅", "weight": 1.0},
        "key": keys.public_key(),
    }
    return {**record, "signature": keys.sign(canonical(record).encode())}


VILLAGES = {f"6401049012{number:02}": size for number, size in enumerate((3, 6, 4, 9, 5, 7), start=1)}


def a_staged_record() -> tuple[Record, Frame]:
    """A signed record of two stages: five hits among six villages, two households for each hit."""
    draw, m, b = "2017-1-A1", 5, 2
    homes = {f"{P}.{village}": [f"{village}-{n:04}" for n in range(1, size + 1)] for village, size in VILLAGES.items()}
    line = hhd1.StratumLine(
        f"V-{P}", len(VILLAGES), m, 0, hhd1.frame_digest(draw, f"V-{P}", stages.village_units(VILLAGES))
    )
    lines = [line, *(
        hhd1.StratumLine(name, len(of), b, min(2 * b, len(of) - b), hhd1.frame_digest(draw, name, of))
        for name, of in homes.items()
    )]  # fmt: skip
    commit = hhd1.commitment(draw, "DICE10X20", lines)
    parts = ["73920518264409175386"]
    seed = hhd1.seed(commit, draw, parts)
    picked = stages.pick_villages(seed, draw, P, VILLAGES, m)
    lists = {}
    for home in lines[1:]:
        hits = picked.hits_of(home.stratum.rpartition(".")[2])
        main = b * hits
        reserve = home.r if hits == 1 else min(2 * main, home.N - main)
        if hits:
            order = hhd1.drawn(seed, draw, home.stratum, homes[home.stratum], main + reserve)
            lists[home.stratum] = {"main": order[:main], "reserve": order[main:]}
    base = {key: value for key, value in a_record().items() if key not in ("villages", "signature")}
    stage = {"stratum": P, "villages": f"V-{P}", "m": m, "b": b, "M": picked.total, "start": picked.start,
             "picked": [[hit.village, hit.size, hit.hits] for hit in picked.villages]}  # fmt: skip
    record = base | {
        "strata": [{"stratum": x.stratum, "N": x.N, "n": x.n, "r": x.r, "frame_digest": x.frame_digest} for x in lines],
        "commitment": commit,
        "seed": seed,
        "lists": lists,
        "stages": [stage],
    }
    frame = [[name, unit] for name, of in homes.items() for unit in of]
    return {**record, "signature": KEYS.sign(canonical(record).encode())}, frame


COUNTIES = ("640104", "640105", "640106", "640121")
BARRED = {"T1.640104", "T2.640104", "T3.640105", "T1.640121"}


def a_team_record(barred: frozenset[str] | set[str] = BARRED, squads: int = 3) -> Record:
    """A signed record of teams drawn to counties: fewer teams than counties, and some pairs barred."""
    draw, parts = "2017-1-T-A1", ["73920518264409175386"]
    units = [teams.pair_of(f"T{n}", county) for n in range(1, squads + 1) for county in COUNTIES]
    units = [unit for unit in units if unit not in barred]
    line = hhd1.StratumLine(teams.STRATUM, len(units), len(units), 0, hhd1.frame_digest(draw, teams.STRATUM, units))
    commit = hhd1.commitment(draw, "DICE10X20", [line])
    seed = hhd1.seed(commit, draw, parts)
    order = hhd1.drawn(seed, draw, line.stratum, units, len(units))
    base = {key: value for key, value in a_record().items() if key not in ("villages", "signature")}
    record = base | {
        "draw": draw,
        "strata": [{"stratum": line.stratum, "N": line.N, "n": line.n, "r": 0, "frame_digest": line.frame_digest}],
        "commitment": commit,
        "seed": seed,
        "lists": {line.stratum: {"main": order, "reserve": []}},
        "teams": teams.assign([pair for unit in order if (pair := teams.read_pair(unit))]),
    }
    return {**record, "signature": KEYS.sign(canonical(record).encode())}


@dataclass(frozen=True)
class Case:
    """One kind of tampering: what somebody did, and where the first difference stands."""

    name: str
    zh: str
    where: str
    record: Record
    frame: Frame | None
    paper: dict[str, str] = field(default_factory=dict)


def a_frame(units: dict[str, list[str]] = UNITS) -> Frame:
    return [[name, unit] for name, of in units.items() for unit in of]


def _with(record: Record, *path: Any, to: Any) -> Record:
    """The record with one place changed, its signature left as it was."""
    changed = copy.deepcopy(record)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return changed


def _swapped(units: list[str]) -> list[str]:
    return [units[1], units[0], *units[2:]]


def cases() -> list[Case]:
    """Every kind of tampering that recomputation, paper or signature find."""
    honest, frame = a_record(), a_frame()
    paper = {"commitment": honest["commitment"], "key": KEYS.key_id}
    lists, more = honest["lists"][P], {**UNITS, P: [*UNITS[P], "640104901202-0099"]}
    order = hhd1.drawn(honest["seed"], honest["draw"], P, UNITS[P], 16)
    friend = {**lists, "main": [*lists["main"][:-1], lists["reserve"][-1]],
              "reserve": [*lists["reserve"][:-1], lists["main"][-1]]}  # fmt: skip
    next_in = {**lists, "reserve": [*lists["reserve"][1:], order[12]]}
    values = ("0123456789ABCDEF", "FEDCBA9876543210")
    pledges = tuple(pledge("2017-1-A1", place, value) for place, value in enumerate(values, start=1))
    party = {"source": "PARTY2", "pledges": pledges}
    shuffled = [frame[(5 * place) % len(frame)] for place in range(len(frame))]

    def change(name: str, zh: str, where: str, *path: Any, to: Any, against: Frame | None = frame) -> Case:
        return Case(name, zh, where, _with(honest, *path, to=to), against)

    staged, homes = a_staged_record()
    picked = staged["stages"][0]["picked"]
    squads = a_team_record()
    pairs, given = squads["lists"]["TEAM"]["main"], squads["teams"]
    friendly = _with(squads, "lists", "TEAM", "main", to=[*pairs, "T1.640104"])

    return [
        Case("nothing, teams to counties", "各组抽县,什么也没改", "", squads, None),
        Case("a team sent elsewhere", "换了一个组去的县", "teams/640104",
             _with(squads, "teams", to=given | {"640104": given["640106"], "640106": given["640104"]}), None),
        Case("a county without its team", "漏了一个县的组", "teams/640121",
             _with(squads, "teams", to={c: t for c, t in given.items() if c != "640121"}), None),
        Case("teams left out of the record", "删了各组去向", "teams", _with(squads, "teams", to=None), None),
        Case("a pair left out of the list", "少列一个组和县", "teams",
             _with(squads, "lists", "TEAM", "main", to=pairs[:-1]), None),
        Case("a barred pair put in", "把应回避的组放进名单", "commitment",
             _with(friendly, "strata", 0, "N", to=len(pairs) + 1), None),
        Case("a barred pair for another", "用应回避的组换下一个组", "teams",
             _with(squads, "lists", "TEAM", "main", to=[*pairs[:-1], "T1.640104"]), None),
        Case("nothing, two stages", "两级抽样,什么也没改", "", staged, homes),
        Case("the start of the walk", "改了村级起点", f"stages/{P}/start",
             _with(staged, "stages", 0, "start", to=staged["stages"][0]["start"] + 1), homes),
        Case("two villages swapped", "两个村换了次序", f"stages/{P}/picked/1",
             _with(staged, "stages", 0, "picked", to=[picked[1], picked[0], *picked[2:]]), homes),
        Case("a village left out", "少抽一个村", "lists",
             _with(staged, "stages", 0, "picked", to=picked[:-1]), homes),
        Case("fewer villages", "改了村数", f"stages/{P}", _with(staged, "stages", 0, "m", to=4), homes),
        Case("a village's size", "改了一个村的户数 N", "commitment", _with(staged, "strata", 1, "N", to=8), homes),
        Case("no first stage", "删了村级一段", "lists", _with(staged, "stages", to=[]), homes),
        Case("a village's household left out", "村里少一户", f"frame/{P}.640104901201", staged, homes[1:]),
        Case("nothing", "什么也没改", "", honest, frame, paper),
        Case("nothing, rows in another order", "只换了名单行的次序", "", honest, shuffled),
        Case("nothing, own stratum only", "只拿本层名单核对", "", honest, [row for row in frame if row[0] == P]),
        Case("nothing, parties opened", "各方公开的值与封存的一致", "", a_record(**party, parts=values), frame),
        Case("nothing, dice for a party", "一方没有公开,掷骰代替", "",
             a_record(**party, parts=(values[0], "41263554126635124461532416")), frame),
        # the frame
        Case("a household left out", "名单里少了一户", f"frame/{P}", honest, frame[1:]),
        Case("a household added", "名单里多了一户", f"frame/{P}", honest, [*frame, [P, "640104901202-0099"]]),
        Case("a household renamed", "名单里换了一户的编号", f"frame/{P}/digest",
             honest, [[P, "640104901201-0099"], *frame[1:]]),
        Case("a household twice", "同一户列了两次", f"frame/{P}", honest, [*frame, frame[0]]),
        Case("a unit in lower case", "编号里有不许用的字符", f"frame/{P}", honest, [*frame, [P, "a-1"]]),
        Case("a stratum that nobody drew", "名单里多了一层", "frame/640106-P", honest, [*frame, ["640106-P", "A-1"]]),
        Case("a village's count", "改了一个村的户数", f"villages/{P}/640104901201",
             _with(_with(honest, "villages", P, "640104901201", to=9), "villages", P, "640104901202", to=7), frame),
        change("villages do not add up", "各村户数合计不对", f"villages/{P}", "villages", P, "640104901201", to=9),
        # the commitment
        change("the frame's size", "改了总户数 N", "commitment", "strata", 0, "N", to=17),
        change("the sample's size", "改了抽样户数 n", "commitment", "strata", 0, "n", to=3),
        change("the reserve's size", "改了备选户数 r", "commitment", "strata", 0, "r", to=7),
        change("a frame digest", "改了名单摘要", "commitment", "strata", 0, "frame_digest", to="0" * 64),
        change("a stratum left out", "删了一层", "lists", "strata", to=honest["strata"][:1]),
        change("a stratum twice", "一层写两次", "strata/2", "strata", to=[*honest["strata"], honest["strata"][0]]),
        change("the commitment", "换了承诺码", "commitment", "commitment", to="0" * 64),
        change("the source renamed", "换了种子来源", "commitment", "source", to="DICE6X26"),
        Case("a source of ten bits", "来源只有 10 比特", "source",
             a_record(source="FC3D-2017150", parts=("123",)), frame),
        Case("all made anew from another frame", "换了名单,从头重做并重新签名", "commitment",
             a_record(more), a_frame(more), paper),
        # the seed
        change("one digit of the dice", "改了一位骰子", "seed", "parts", to=["73920518264409175387"]),
        change("nineteen digits", "少写一位骰子", "parts", "parts", to=["7392051826440917538"]),
        change("a part too many", "多了一段种子", "parts", "parts", to=[honest["parts"][0], "1"]),
        change("the seed itself", "换了种子", "seed", "seed", to="0" * 64),
        Case("parts in another order", "两段种子换了次序", "parts/1", a_record(**party, parts=values[::-1]), frame),
        Case("a value nobody pledged", "一方临时换了值", "parts/2",
             a_record(**party, parts=(values[0], "FEDCBA9876543211")), frame),
        # the lists
        change("two of the list swapped", "名次对调", f"lists/{P}/2",
               "lists", P, to={**lists, "main": _swapped(lists["main"])}),
        change("a friend put in", "把备选户换进正选", f"lists/{P}/5", "lists", P, to=friend),
        change("one named twice", "一户占了两个名次", f"lists/{P}/2", "lists", P, "main", 1, to=lists["main"][0]),
        change("one left out, the next moved up", "跳过一户,后面的顶上", f"lists/{P}/5", "lists", P, to=next_in),
        change("one main less", "正选少一户", f"lists/{P}/main", "lists", P, "main", to=lists["main"][:-1]),
        change("a list too many", "多一份名单", "lists", "lists", "640106-P", to={"main": [], "reserve": []}),
        # what else the record says
        change("the version", "换了规则版本", "version", "version", to="HHD2"),
        change("the round", "换了轮次", "draw", "round", to="2017-2"),
        change("the attempt", "改了第几次抽样", "commitment", "draw", to="2017-1-A2"),
        change("a witness renamed", "改了见证人", "signature", "witnesses", 0, to="某人"),
        change("a signer renamed", "改了签字人", "signature", "signers", 0, "name", to="某人"),
        change("a void draw forgotten", "隐去作废记录", "signature", "voids", to=[{"draw": "2017-1-A0"}]),
        change("the time of the freeze", "改了冻结时间", "signature", "committed_at", to="2017-05-11T01:00:00.000Z"),
        change("no signature", "删了签名", "signature", "signature", to=None),
        Case("signed by a stranger", "换了别人的密钥重新签名", "key", a_record(keys=STRANGER), frame, paper),
    ]  # fmt: skip


ELSEWHERE = [
    ("种子先于承诺", "a seed before the commitment",
     "tests/rooms/rounds/test_service.py", "test_the_seed_comes_after_the_commitment"),
    ("种子先于签字", "a seed before the signatures",
     "tests/rooms/rounds/test_ceremony.py", "test_a_guided_draw_takes_no_seed_before_three_parties_have_signed"),
    ("抽后补签", "signatures after the seed",
     "tests/rooms/rounds/test_ceremony.py", "test_nobody_signs_after_the_seed"),
    ("不作废就重抽", "a second draw without a void",
     "tests/rooms/rounds/test_service.py", "test_the_same_parts_give_the_same_record_and_other_parts_are_refused"),
    ("不作废就重新冻结", "a second freeze without a void",
     "tests/rooms/rounds/test_service.py", "test_a_frozen_frame_is_not_frozen_again"),
    ("无原因作废", "a void without a reason",
     "tests/rooms/rounds/test_ceremony.py", "test_a_void_needs_its_reason_and_who_asked"),
    ("在数据库里倒换次序", "the order changed in the database",
     "tests/rooms/rounds/test_ceremony.py", "test_the_chain_tells_an_order_that_the_rows_deny"),
    ("少于 40 比特的来源", "a source of less than 40 bits",
     "tests/rooms/draw/test_sources.py", "test_a_source_below_forty_bits_is_refused_with_the_reason"),
    ("派人情组", "a team sent where it should step aside",
     "tests/rooms/rounds/test_teams.py",
     "test_a_member_keeps_the_team_from_a_county_and_the_draw_never_sends_it_there"),
    ("县里提前知道来哪个组", "a county that learns early who comes",
     "tests/rooms/rounds/test_teams.py", "test_before_the_close_no_county_learns_which_team_comes"),
    ("县里打听有没有暗访", "a county that asks after a covert draw",
     "tests/doors/test_no_warning.py",
     "test_every_door_is_to_a_county_what_it_was_before_the_round_was_opened"),
    ("一户在明访和暗访里算两次", "a household counted in two draws",
     "tests/rooms/indicators/test_twins.py",
     "test_two_interviews_of_one_household_count_once_and_the_open_one_counts"),
    ("作废说明事后改原因", "a void note with another reason",
     "tests/doors/test_pages_draw.py",
     "test_a_void_leaves_a_note_to_sign_that_anybody_can_hold_against_the_key"),
    ("没签承诺书就入户", "work before the pledge",
     "tests/rooms/rounds/test_teams.py",
     "test_without_the_pledge_a_member_gets_no_household_and_with_it_the_drawn_county_alone"),
    ("访没抽中的户", "a household that nobody drew",
     "tests/doors/test_pages_reach.py",
     "test_a_record_from_a_door_that_nobody_drew_is_kept_flagged_and_seen_until_it_is_voided"),
    ("备选户提前启用", "a reserve before its turn",
     "tests/rooms/quality/test_field.py",
     "test_a_reserve_visited_out_of_order_is_flagged_and_names_who_stood_before_it"),
    ("冻结后改登记册", "the register changed after the freeze",
     "tests/rooms/rounds/test_service.py", "test_what_happens_to_the_register_later_does_not_touch_the_frame"),
]  # fmt: skip
"""What no file shows, because the service does not let it happen: kind, and the test that holds it."""


def document() -> dict[str, Any]:
    """The file of cases."""
    return {
        "about": "Written by tests/contracts/draw_record_cases.py. `where` is the first difference; blank: it holds.",
        "cases": [
            {"name": c.name, "where": c.where, "record": c.record, "frame": c.frame, "paper": c.paper} for c in cases()
        ],
    }


def table() -> str:
    """docs/tamper.md."""
    lines = [
        "# 改动和查出它的测试 · Kinds of tampering and the test that catches each",
        "",
        "本页由测试写成(`python -m tests.contracts.draw_record_cases`)。第一部分每一行都由 Python",
        "和核验页用同一份案例各跑一遍;“第一处不同”是核验者看到的位置。随手改的几百份记录,两边也逐处一致"
        "(`tests/contracts/test_verify_twins.py`)。",
        "",
        "This page is written by the tests. Every row of the first part is run by Python, by the command and by the",
        "verifying page from one file of cases; “first difference” is the place that a verifier is told. Hundreds of",
        "records changed at random give the same places on both sides (`tests/contracts/test_verify_twins.py`).",
        "",
        "| 改动 | kind | 第一处不同 first difference | 要用到 needs |",
        "| --- | --- | --- | --- |",
    ]
    for case in cases():
        if case.where:
            needs = "承诺书 paper" if case.paper else "记录 record"
            needs = "名单 frame" if case.where.startswith(("frame", "villages/640104-P/")) else needs
            lines.append(f"| {case.zh} | {case.name} | `{case.where}` | {needs} |")
    lines += [
        "",
        "查出它的测试:`tests/contracts/test_draw_records.py`(Python)、`pwa/test/verify/record.test.ts`(TypeScript)。",
        "",
        "## 系统本身不让发生的 · What the service does not let happen",
        "",
        "| 改动 | kind | 测试 test |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {zh} | {en} | `{file}::{test}` |" for zh, en, file, test in ELSEWHERE]
    return "\n".join(lines) + "\n"


def write() -> None:
    CASES.write_text(json.dumps(document(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    TABLE.write_text(table(), "utf-8")


if __name__ == "__main__":
    write()
