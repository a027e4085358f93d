"""Recompute a draw record (抽样记录) from public data alone, and name the first difference.

Whoever doubts a draw needs only the record, the frame and these lines. Whatever the
record holds, the answer is a list of differences and never an exception, because a
record may come from anyone. The signature is not looked at: it needs a key, these
rules need none.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from app.methods.draw import rules as hhd1
from app.methods.draw import sources, stages, teams

_MOST = 10**12  # more households than there are; Python refuses to print integers of 4,300 digits


@dataclass(frozen=True)
class Difference:
    """One place where a record does not say what the public data say."""

    where: str
    zh: str
    en: str


@dataclass(frozen=True)
class Verification:
    """The differences in the order a person would look for them, and which frames were looked at."""

    differences: tuple[Difference, ...]
    strata_checked: tuple[str, ...]
    strata_missing: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.differences


@dataclass(frozen=True)
class _Record:
    draw: str
    source: str
    strata: tuple[hhd1.StratumLine, ...]
    commitment: str
    parts: tuple[str, ...]
    seed: str
    lists: dict[str, hhd1.DrawnList]
    pledges: tuple[str, ...]
    villages: dict[str, dict[str, int]]
    stages: tuple[stages.Stage, ...]
    teams: dict[str, str] | None
    """County → team, where teams were drawn."""
    due: dict[str, tuple[int, int]]
    """Stratum → how many main and reserve its list must hold; villages that were not hit have no list."""


def verify(record: object, frame: Iterable[tuple[str, str]] | None = None) -> Verification:
    """Recompute a draw record from public data alone.

    `record` is the parsed JSON of a record; `frame` gives (stratum, unit) rows of one
    stratum or more, in any order. Without it the frame digests are taken as they stand and
    only the order of the listed tickets is checked: then `strata_checked` is empty.
    Whatever the record holds, the answer is a list of differences, never an exception.
    The signature is not looked at here: it needs a key, these rules need none.
    """
    try:
        parsed = _parse(record)
    except _NotARecord as fault:
        return Verification((fault.difference,), (), ())
    found = list(_stated(parsed))
    names = [line.stratum for line in parsed.strata]
    if frame is None:
        return Verification(tuple(found), (), tuple(names))
    units = _by_stratum(frame)
    for line in parsed.strata:
        if line.stratum in units:
            found += _against_frame(parsed, line, units[line.stratum])
    checked = tuple(name for name in names if name in units)
    for stray in sorted(set(units) - set(names)):
        found.append(_differs(f"frame/{stray}", "名册里有记录中没有的层", "the record has no such stratum"))
    return Verification(tuple(found), checked, tuple(name for name in names if name not in units))


def _differs(where: str, zh: str, en: str) -> Difference:
    return Difference(where=where, zh=f"{where}:{zh}", en=f"{where}: {en}")


class _NotARecord(Exception):
    def __init__(self, where: str, zh: str = "缺少或形状不对", en: str = "missing or malformed") -> None:
        super().__init__(where)
        self.difference = _differs(where, zh, en)


def _parse(record: object) -> _Record:
    if not isinstance(record, dict):
        raise _NotARecord("record")
    if record.get("version") != hhd1.VERSION:
        raise _NotARecord("version", f"不是 {hhd1.VERSION}", f"is not {hhd1.VERSION}")
    for key in ("draw", "source"):
        if not hhd1.is_field(record.get(key)):
            raise _NotARecord(key)
    if not hhd1.is_field(record.get("round")) or not re.fullmatch(
        re.escape(record["round"]) + r"(-C[1-9][0-9]*|-T)?-A[1-9][0-9]*", record["draw"], re.ASCII
    ):
        raise _NotARecord("draw", "不是“轮次-A次数”", "is not the round's code, -A and the attempt")
    for key in ("commitment", "seed"):
        if not hhd1.is_hash(record.get(key)):
            raise _NotARecord(key, "不是 64 位十六进制", "is not 64 hexadecimal characters")
    parts = record.get("parts")
    if not isinstance(parts, list) or not parts or not all(hhd1.is_field(part) for part in parts):
        raise _NotARecord("parts")
    strata = _parse_strata(record.get("strata"))
    try:
        first = stages.read_stages(record.get("stages", []))
    except ValueError as fault:
        raise _NotARecord(str(fault)) from fault
    due = _due(strata, first)
    return _Record(
        draw=record["draw"],
        source=record["source"],
        strata=strata,
        commitment=record["commitment"],
        parts=tuple(parts),
        seed=record["seed"],
        lists=_parse_lists(record.get("lists"), due),
        pledges=_parse_pledges(record.get("pledges", [])),
        villages=_parse_villages(record.get("villages", {}), strata),
        stages=first,
        teams=_parse_teams(record.get("teams")),
        due=due,
    )


def _due(strata: Iterable[hhd1.StratumLine], first: Iterable[stages.Stage]) -> dict[str, tuple[int, int]]:
    sizes: dict[str, tuple[int, int]] = {}
    lines = {stage.village_line for stage in first}
    for line in strata:
        stage = next((stage for stage in first if stage.holds(line.stratum)), None)
        if line.stratum in lines:
            continue
        hits = 1 if stage is None else stage.hits().get(line.stratum, 0)
        main = line.n * hits
        if hits:
            sizes[line.stratum] = (main, line.r if hits == 1 else min(2 * main, line.N - main))
    return sizes


def _parse_strata(rows: object) -> tuple[hhd1.StratumLine, ...]:
    if not isinstance(rows, list) or not rows:
        raise _NotARecord("strata")
    lines: list[hhd1.StratumLine] = []
    for index, row in enumerate(rows):
        where = f"strata/{index}"
        if not isinstance(row, dict):
            raise _NotARecord(where)
        name, digest, counts = row.get("stratum"), row.get("frame_digest"), [row.get(key) for key in "Nnr"]
        if not hhd1.is_field(name) or not hhd1.is_hash(digest) or not all(map(_is_count, counts)):
            raise _NotARecord(where)
        line = hhd1.StratumLine(row["stratum"], row["N"], row["n"], row["r"], row["frame_digest"])
        try:
            hhd1.check_line(line)
        except hhd1.RefusedInput as refused:
            raise _NotARecord(where, refused.zh, refused.en) from refused
        if any(line.stratum == other.stratum for other in lines):
            raise _NotARecord(where, "同一层出现两次", "the stratum appears twice")
        lines.append(line)
    return tuple(lines)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST


def _parse_lists(lists: object, due: Mapping[str, object]) -> dict[str, hhd1.DrawnList]:
    if not isinstance(lists, dict):
        raise _NotARecord("lists")
    if set(lists) != set(due):
        raise _NotARecord("lists", "与各层不一一对应", "do not match the strata one to one")
    parsed: dict[str, hhd1.DrawnList] = {}
    for stratum in due:
        both = lists[stratum]
        for part in ("main", "reserve"):
            rows = both.get(part) if isinstance(both, dict) else None
            if not isinstance(rows, list) or not all(hhd1.is_field(unit) for unit in rows):
                raise _NotARecord(f"lists/{stratum}/{part}")
        parsed[stratum] = hhd1.DrawnList(tuple(both["main"]), tuple(both["reserve"]))
    return parsed


def _parse_pledges(pledges: object) -> tuple[str, ...]:
    if not isinstance(pledges, list) or not all(hhd1.is_hash(pledge) for pledge in pledges):
        raise _NotARecord("pledges")
    return tuple(pledges)


def _parse_villages(villages: object, strata: tuple[hhd1.StratumLine, ...]) -> dict[str, dict[str, int]]:
    """Households by village (the unit before its last `-`), for comparing with the wall list of the village."""
    if not isinstance(villages, dict) or not set(villages) <= {line.stratum for line in strata}:
        raise _NotARecord("villages")
    for stratum, counts in villages.items():
        if not isinstance(counts, dict) or not all(map(_is_count, counts.values())):
            raise _NotARecord(f"villages/{stratum}")
    return villages


def _parse_teams(given: object) -> dict[str, str] | None:
    if given is not None and not (isinstance(given, dict) and all(map(hhd1.is_field, [*given, *given.values()]))):
        raise _NotARecord("teams")
    return given


def villages_of(units: Iterable[str]) -> dict[str, int]:
    """Village → its households: a unit is `VVVVVVVVVVVV-NNNN`."""
    return dict(sorted(Counter(unit.rpartition("-")[0] for unit in units).items()))


def _stated(record: _Record) -> Iterator[Difference]:
    """What can be recomputed from the record alone."""
    if hhd1.commitment(record.draw, record.source, record.strata) != record.commitment:
        yield _differs("commitment", "与各层重新算出的不同", "differs from the one computed from the strata")
    if sources.parts_of(record.source) is not None:
        try:
            sources.check_source(record.source)
        except hhd1.RefusedInput as refused:
            yield _differs("source", refused.zh, refused.en)
    try:
        hhd1.check_parts(record.source, record.parts)
    except hhd1.RefusedInput as refused:
        yield _differs("parts", refused.zh, refused.en)
    else:
        if place := sources.pledge_fault(record.draw, record.source, record.parts, record.pledges):
            yield _differs(f"parts/{place}", "不是事先封存的值,也不是骰子", "is neither the pledged value nor dice")
    if hhd1.seed(record.commitment, record.draw, record.parts) != record.seed:
        yield _differs("seed", "与重新算出的不同", "differs from the one computed from commitment and parts")
    for stage in record.stages:
        yield from _staged(record, stage)
    yield from _teamed(record)
    for line in record.strata:
        yield from _listed(record, line)
        if line.stratum in record.villages and sum(record.villages[line.stratum].values()) != line.N:
            yield _differs(f"villages/{line.stratum}", f"合计不是 {line.N} 户", f"do not add up to {line.N}")


def _staged(record: _Record, stage: stages.Stage) -> Iterator[Difference]:
    """A first stage: its villages are those of the commitment with their sizes, and the seed hits these of them."""
    where = f"stages/{stage.stratum}"
    lines = {line.stratum: line for line in record.strata}
    homes = {stage.village_of(name): line for name, line in lines.items() if stage.holds(name)}
    sizes = {village: line.N for village, line in homes.items()}
    line = lines.get(stage.village_line)
    if line is None or (line.n, line.r) != (stage.m, 0) or any(home.n != stage.b for home in homes.values()):
        yield _differs(where, "与承诺里的村、每村户数不符", "does not fit the villages and sizes committed to")
        return
    if line.frame_digest != hhd1.frame_digest(record.draw, line.stratum, stages.village_units(sizes)):
        yield _differs(where, "村的户数与各村名册不符", "the sizes of villages are not those of their frames")
        return
    try:
        ours = stages.pick_villages(record.seed, record.draw, stage.stratum, sizes, stage.m)
    except hhd1.RefusedInput as refused:
        yield _differs(where, refused.zh, refused.en)
        return
    if (ours.total, ours.start) != (stage.total, stage.start):
        zh, en = f"应为 M={ours.total}、起点 {ours.start}", f"should be M={ours.total}, start {ours.start}"
        yield _differs(f"{where}/start", zh, en)
    for place, (mine, theirs) in enumerate(zip_longest(ours.villages, stage.picked), start=1):
        if mine != theirs:
            zh = f"按种子应为 {mine.village} {mine.hits} 次" if mine else "多出一个村"
            en = f"the seed gives {mine.village} x{mine.hits}" if mine else "one village too many"
            yield _differs(f"{where}/picked/{place}", zh, en)
            return


def _teamed(record: _Record) -> Iterator[Difference]:
    """Teams to counties: the list is the whole frame in ticket order, and walking it gives these teams."""
    line = next((line for line in record.strata if line.stratum == teams.STRATUM), None)
    if line is None and record.teams is None:
        return
    units = record.lists[line.stratum].main if line is not None else ()
    pairs = [pair for unit in units if (pair := teams.read_pair(unit)) is not None]
    if line is None or record.teams is None or len(pairs) != line.N or len(set(pairs)) != line.N:
        yield _differs("teams", "不是全部组与县的名单", "is not the list of all pairs of team and county")
        return
    if hhd1.frame_digest(record.draw, line.stratum, units) != line.frame_digest:
        yield _differs("teams", "名单与承诺的摘要不同", "the pairs are not those committed to")
        return
    ours = teams.assign(pairs) or {} if teams.is_walkable(pairs) else {}
    for county in sorted({*ours, *record.teams}):
        if ours.get(county) != record.teams.get(county):
            name = ours.get(county, "—")
            yield _differs(f"teams/{county}", f"按票号应为 {name}", f"the tickets give {name}")
            return


def _listed(record: _Record, line: hhd1.StratumLine) -> Iterator[Difference]:
    if line.stratum not in record.due:
        return
    where = f"lists/{line.stratum}"
    main, reserve = record.lists[line.stratum].main, record.lists[line.stratum].reserve
    most, spare = record.due[line.stratum]
    for part, units, due in (("main", main, most), ("reserve", reserve, spare)):
        if len(units) != due:
            yield _differs(f"{where}/{part}", f"有 {len(units)} 户,应为 {due} 户", f"has {len(units)}, not {due}")
    tickets = list(hhd1.tickets(record.seed, record.draw, line.stratum, main + reserve))
    for rank, (before, after) in enumerate(pairwise(tickets), start=2):
        if before >= after:
            yield _differs(f"{where}/{rank}", "票号次序不对或重复", "is out of ticket order or named twice")
            return


def _by_stratum(frame: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    units: dict[str, list[str]] = {}
    for stratum, unit in frame:
        units.setdefault(stratum, []).append(unit)
    return units


def _against_frame(record: _Record, line: hhd1.StratumLine, units: list[str]) -> Iterator[Difference]:
    where = f"frame/{line.stratum}"
    try:
        digest = hhd1.frame_digest(record.draw, line.stratum, units)
    except hhd1.RefusedInput as refused:
        yield _differs(where, refused.zh, refused.en)
        return
    if len(units) != line.N:
        yield _differs(where, f"有 {len(units)} 户,记录写 {line.N} 户", f"has {len(units)} units, not {line.N}")
    if digest != line.frame_digest:
        yield _differs(f"{where}/digest", "名册摘要不同", "the frame digest differs")
    yield from _against_villages(record, line, units)
    if line.stratum not in record.due:
        return
    names = tuple(hhd1.drawn(record.seed, record.draw, line.stratum, units, sum(record.due[line.stratum])))
    listed = record.lists[line.stratum].main + record.lists[line.stratum].reserve
    for rank, (ours, theirs) in enumerate(zip(names, listed, strict=False), start=1):
        if ours != theirs:
            there = f"lists/{line.stratum}/{rank}"
            yield _differs(there, f"按名册应为 {ours}", f"the frame gives {ours} here")
            return


def _against_villages(record: _Record, line: hhd1.StratumLine, units: list[str]) -> Iterator[Difference]:
    said = record.villages.get(line.stratum)
    found = villages_of(units)
    if said is None or said == found:
        return
    village = next(name for name in sorted({*said, *found}) if said.get(name) != found.get(name))
    zh, en = f"名册有 {found.get(village, 0)} 户,记录写 {said.get(village, 0)} 户", "differs from the frame"
    yield _differs(f"villages/{line.stratum}/{village}", zh, en)
