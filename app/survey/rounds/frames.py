"""A county's part of a frame: its households sorted into the lists of the plan, checked and written.

Writing replaces what an abandoned freeze of the same draw left. Nothing here commits, and nothing is visible before
the draw has its commitment.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import delete
from sqlmodel import Session, col

from app.kernel.db.ports import insert_many
from app.kernel.problems import Fault
from app.methods.draw import rules as hhd1
from app.registry.households.queries import FrameMember, frame_members
from app.registry.places import County
from app.survey.rounds.models import DrawStratum, FrameUnit
from app.survey.rounds.plan import HouseholdList, Plan, TooFew, make_lists
from app.survey.rounds.problems import FrameRefused

Visited = Callable[[Session, int], Collection[str]]
"""Units of a county (by its id) that earlier rounds interviewed."""


def nobody_visited(_session: Session, _county_id: int) -> Collection[str]:
    """The answer where no plan asks who was visited before."""
    return ()


def check_frames(
    session: Session,
    counties: Sequence[County],
    plan: Plan,
    n: Mapping[str, int],
    exclusions: Sequence[Mapping[str, str]],
    visited: Visited = nobody_visited,
) -> None:
    """FrameRefused unless every county fills the plan's lists and every excluded household exists."""
    faults: list[Fault] = []
    excluded, present = {row["unit"] for row in exclusions}, set[str]()
    for county in counties:
        members = list(frame_members(session, county.id))
        present |= {member.unit for member in members}
        try:
            make_lists(plan, n, _in_reach(members, excluded), visited(session, county.id))
        except TooFew as short:
            faults += _too_few(county, short)
    for unit in sorted(excluded - present):
        faults.append(Fault("#/exclusions", f"登记册中没有 {unit}", f"The register has no household {unit}"))
    if faults:
        raise FrameRefused(
            "登记册不够抽样,名单没有冻结。请先补充导入(非贫困户来自村户名册)。",
            "The register does not give this frame; nothing was frozen. Import what is missing first.",
            faults=tuple(faults),
        )


def _in_reach(members: Sequence[FrameMember], excluded: Collection[str]) -> list[FrameMember]:
    return [member for member in members if member.unit not in excluded]


def _too_few(county: County, refusal: TooFew) -> list[Fault]:
    names = {"poor": "贫困户", "non_poor": "非贫困户"}
    return [
        Fault(
            f"#/n/{kind}",
            f"{county.name_zh}只有{found}户{names[kind]},不够抽{needed}户",
            f"{county.name_en} has {found} {kind} households, fewer than {needed}",
        )
        for kind, found, needed in refusal.short
    ]


def freeze_county(
    session: Session,
    draw_id: str,
    county: County,
    plan: Plan,
    n: Mapping[str, int],
    excluded: Collection[str],
    visited: Visited = nobody_visited,
) -> None:
    """Write one county's lists of a claimed draw."""
    for table in (FrameUnit, DrawStratum):
        session.connection().execute(
            delete(table).where(col(table.county_id) == county.id, col(table.draw_id) == draw_id)
        )
    members = _in_reach(list(frame_members(session, county.id)), excluded)
    try:
        lists = make_lists(plan, n, members, visited(session, county.id))
    except TooFew as short:  # the register changed since it was checked
        faults = tuple(_too_few(county, short))
        raise FrameRefused(faults[0].zh + ",名单没有冻结。", faults[0].en, faults=faults) from short
    session.add_all(_line(draw_id, county, each) for each in lists)
    session.flush()
    insert_many(
        session,
        FrameUnit,
        [
            {
                "county_id": county.id,
                "draw_id": draw_id,
                "kind": each.kind,
                "part": each.part,
                "unit": member.unit,
                "registered_id": member.office_no,
                "status": member.status,
            }
            for each in lists
            for member in each.members
        ],
    )


def _line(draw_id: str, county: County, each: HouseholdList) -> DrawStratum:
    code = each.code(county.code)
    units = each.units()
    return DrawStratum(
        county_id=county.id,
        draw_id=draw_id,
        kind=each.kind,
        part=each.part,
        code=code,
        units=len(units),
        exited=sum(member.status == "exited" for member in each.members),
        main=each.n,
        reserve=each.r,
        frame_digest=hhd1.frame_digest(draw_id, code, units),
        stage=each.stage,
        left_out=len(each.left_out),
        left_out_digest=hhd1.frame_digest(draw_id, f"{code}.VISITED", each.left_out) if each.left_out else None,
    )
