"""Freeze the frame of a round and commit to it, before any seed is known (HHD1).

One transaction is one county, so freezing takes several: the attempt is claimed, every county writes its own part,
and the commitment makes them visible together. A crash between leaves a claim without a commitment, which the next
try takes over; nothing that has a commitment is ever written again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.db.ports import insert_many
from app.kernel.ids import uuid7
from app.kernel.problems import Fault
from app.methods.draw import rules as hhd1
from app.registry.households.queries import frame_rows
from app.registry.people.rules import Actor
from app.registry.places import County
from app.survey.rounds.models import Draw, DrawStratum, FrameUnit, Round
from app.survey.rounds.problems import AlreadyFrozen, BadPlan, FrameRefused, FreezeInProgress
from app.survey.rounds.queries import Stratum, counties_of, standing_draw, strata_of
from app.survey.rounds.rules import STRATA, stratum_code
from app.survey.rounds.service import get_own_round, refuse_closed, require_city_officer

CLAIM_LASTS = timedelta(minutes=10)
POOR_STATUS = ("unexited", "exited")


@dataclass(frozen=True)
class Member:
    """A household as the register has it at the freeze."""

    unit: str
    registered_id: str
    status: str


@dataclass(frozen=True)
class Commitment:
    """What is printed and signed by the witnesses before the dice are thrown."""

    round: str
    draw: str
    source: str
    strata: tuple[Stratum, ...]
    commitment: str
    committed_at: datetime
    exclusions: tuple[dict[str, str], ...]

    def as_dict(self) -> dict[str, object]:
        """The answer of `/rounds/{code}/freeze`."""
        return {
            "version": hhd1.VERSION,
            "round": self.round,
            "draw": self.draw,
            "source": self.source,
            "strata": [strata_line(line) for line in self.strata],
            "commitment": self.commitment,
            "committed_at": rfc3339(self.committed_at),
            "exclusions": list(self.exclusions),
        }


def strata_line(line: Stratum) -> dict[str, object]:
    """One stratum as records and commitments write it."""
    return {"stratum": line.code, "N": line.N, "n": line.n, "r": line.r, "frame_digest": line.frame_digest}


def freeze_frame(
    database: Database,
    actor: Actor,
    code: str,
    *,
    source: str,
    n: Mapping[str, int],
    exclusions: Sequence[Mapping[str, str]] = (),
    now: datetime | None = None,
) -> Commitment:
    """Freeze every county's poor and non-poor households and commit to them.

    `n` is the main sample of each stratum in each county, within the round's quota; `exclusions` are
    `{"unit","reason"}` of households known to be out of reach of any visit. Households that the last
    import did not find any more are left out.
    """
    require_city_officer(actor)
    with database.read(HOME) as session:
        row = get_own_round(session, actor, code)
        refuse_closed(row)
        counties = counties_of(session, code)
        _refuse_frozen(session, code)
        _check_plan(row, source, n, exclusions)
        _check_frames(session, counties, n, exclusions)
    draw = _claim(database, actor, code, source, exclusions, now or utcnow())
    try:
        for county in counties:
            with database.write(county.id) as session:
                _freeze_county(session, draw, county, n, _excluded(exclusions))
        return _commit(database, actor, draw, now)
    except BaseException:
        _release(database, draw)
        raise


def get_commitment(session: Session, draw: Draw) -> Commitment:
    """The commitment of a standing draw."""
    assert draw.commitment is not None  # a standing draw has one
    assert draw.committed_at is not None
    return Commitment(
        round=draw.round_code,
        draw=draw.id,
        source=draw.source,
        strata=tuple(strata_of(session, draw.id)),
        commitment=draw.commitment,
        committed_at=draw.committed_at,
        exclusions=tuple(draw.exclusions),
    )


# --- checks before anything is written ---


def _refuse_frozen(session: Session, code: str) -> None:
    if (draw := standing_draw(session, code)) is not None:
        raise AlreadyFrozen(
            f"名单已在 {draw.id} 冻结,承诺值不再改变;有误请先作废并写明原因。",
            f"The frame was frozen as {draw.id} and stays; if it is wrong, void it with a reason first.",
        )


def _check_plan(row: Round, source: str, n: Mapping[str, int], exclusions: Sequence[Mapping[str, str]]) -> None:
    faults: list[Fault] = []
    if not hhd1.is_field(source):
        zh = "种子来源用 0–9、A–Z、“.”、“_”、“-”,如 DICE10X20"
        faults.append(Fault("#/source", zh, "1-64 of 0-9 A-Z . _ -, such as DICE10X20"))
    quota = {"poor": (row.poor_min, row.poor_max), "non_poor": (row.non_poor_min, row.non_poor_max)}
    for kind, (fewest, most) in quota.items():
        if not fewest <= n.get(kind, 0) <= most:
            zh, en = f"应在本轮名额 {fewest}–{most} 户之内", f"Must lie within the round's quota of {fewest}-{most}"
            faults.append(Fault(f"#/n/{kind}", zh, en))
    for index, exclusion in enumerate(exclusions):
        if not exclusion.get("unit") or not 2 <= len(exclusion.get("reason", "").strip()) <= 200:
            zh, en = "排除的户要写明编码和原因(2至200字)", "An exclusion needs the unit and a reason (2-200 characters)"
            faults.append(Fault(f"#/exclusions/{index}", zh, en))
    if faults:
        raise BadPlan(
            "请改正标出的各项,名单没有冻结。", "Correct the marked items; nothing was frozen.", faults=tuple(faults)
        )


def _excluded(exclusions: Sequence[Mapping[str, str]]) -> frozenset[str]:
    return frozenset(exclusion["unit"] for exclusion in exclusions)


def _check_frames(
    session: Session, counties: Sequence[County], n: Mapping[str, int], exclusions: Sequence[Mapping[str, str]]
) -> None:
    """Every county must have enough households of both strata, and every excluded one must exist."""
    faults: list[Fault] = []
    excluded, present = _excluded(exclusions), set[str]()
    for county in counties:
        for kind, members in _members(session, county).items():
            units = {member.unit for member in members}
            present |= units
            if len(units - excluded) < n[kind]:
                faults.append(_too_few(county, kind, len(units - excluded), n[kind]))
    for unit in sorted(excluded - present):
        faults.append(Fault("#/exclusions", f"登记册中没有 {unit}", f"The register has no household {unit}"))
    if faults:
        raise FrameRefused(
            "登记册不够抽样,名单没有冻结。请先补充导入(非贫困户来自村户名册)。",
            "The register does not give this frame; nothing was frozen. Import what is missing first.",
            faults=tuple(faults),
        )


def _too_few(county: County, kind: str, found: int, needed: int) -> Fault:
    name = "贫困户" if kind == "poor" else "非贫困户"
    return Fault(
        f"#/n/{kind}",
        f"{county.name_zh}只有{found}户{name},不够抽{needed}户",
        f"{county.name_en} has {found} {kind} households, fewer than {needed}",
    )


def _members(session: Session, county: County) -> dict[str, list[Member]]:
    """The register's present households by stratum."""
    frame: dict[str, list[Member]] = {kind: [] for kind in STRATA}
    for unit, status, office_no in frame_rows(session, county.id):
        frame["poor" if status in POOR_STATUS else "non_poor"].append(Member(unit, office_no, status))
    return frame


# --- writing: claim, counties, commitment ---


def _claim(
    database: Database,
    actor: Actor,
    code: str,
    source: str,
    exclusions: Sequence[Mapping[str, str]],
    now: datetime,
) -> Draw:
    """Take the next attempt for ourselves; an abandoned claim is taken over."""
    try:
        with database.write(HOME) as session:
            _refuse_frozen(session, code)
            last = session.exec(select(Draw).where(Draw.round_code == code).order_by(col(Draw.attempt).desc())).first()
            if last is not None and last.commitment is None and last.claimed_at > now - CLAIM_LASTS:
                raise FreezeInProgress(
                    "有人正在冻结这一轮的名单,请十分钟后再看。",
                    "Somebody is freezing this frame; look again in ten minutes.",
                )
            attempt = 1 if last is None else last.attempt + (last.commitment is not None)
            draw = Draw(
                id=f"{code}-A{attempt}",
                round_code=code,
                attempt=attempt,
                source=source,
                exclusions=[{"unit": row["unit"], "reason": row["reason"].strip()} for row in exclusions],
                claim=uuid7(),
                claimed_at=now,
                claimed_by=actor.account_id,
            )
            return session.merge(draw)
    except IntegrityError as lost:
        raise FreezeInProgress("有人正在冻结这一轮的名单。", "Somebody is freezing this frame.") from lost


def _freeze_county(
    session: Session, draw: Draw, county: County, n: Mapping[str, int], excluded: frozenset[str]
) -> None:
    """Write one county's part of the claimed attempt, in place of what an abandoned claim left."""
    for table in (FrameUnit, DrawStratum):
        session.connection().execute(
            delete(table).where(col(table.county_id) == county.id, col(table.draw_id) == draw.id)
        )
    for kind, members in _members(session, county).items():
        members = [member for member in members if member.unit not in excluded]
        if len(members) < n[kind]:  # the register changed since it was checked
            fault = _too_few(county, kind, len(members), n[kind])
            raise FrameRefused(fault.zh + ",名单没有冻结。", fault.en, faults=(fault,))
        stratum = stratum_code(county.code, kind)
        session.add(
            DrawStratum(
                county_id=county.id,
                draw_id=draw.id,
                kind=kind,
                code=stratum,
                units=len(members),
                exited=sum(member.status == "exited" for member in members),
                main=n[kind],
                reserve=hhd1.reserve_size(len(members), n[kind]),
                frame_digest=hhd1.frame_digest(draw.id, stratum, (member.unit for member in members)),
            )
        )
        session.flush()
        insert_many(session, FrameUnit, [_frame_row(county, draw, kind, member) for member in members])


def _frame_row(county: County, draw: Draw, kind: str, member: Member) -> dict[str, object]:
    return {
        "county_id": county.id,
        "draw_id": draw.id,
        "kind": kind,
        "unit": member.unit,
        "registered_id": member.registered_id,
        "status": member.status,
    }


def _commit(database: Database, actor: Actor, claimed: Draw, now: datetime | None) -> Commitment:
    """Commit to all strata at once, if the claim is still ours."""
    with database.write(HOME) as session:
        draw = session.get(Draw, claimed.id, populate_existing=True)
        if draw is None or draw.claim != claimed.claim or draw.commitment is not None:
            raise FreezeInProgress("另有人接手了这次冻结。", "Somebody else took this freeze over.")
        strata = strata_of(session, draw.id)
        draw.commitment = hhd1.commitment(draw.id, draw.source, [hhd1_line(line) for line in strata])
        draw.committed_at = now or utcnow()
        session.add(draw)
        audit.write(session, "frame.frozen", draw.id, actor=actor.account, commitment=draw.commitment)
        session.flush()
        return get_commitment(session, draw)


def hhd1_line(line: Stratum) -> hhd1.StratumLine:
    """A stratum as HHD1 hashes it."""
    return hhd1.StratumLine(line.code, line.N, line.n, line.r, line.frame_digest)


def _release(database: Database, claimed: Draw) -> None:
    """Give an unfinished claim back at once, so that the next try need not wait."""
    with database.write(HOME) as session:
        draw = session.get(Draw, claimed.id, populate_existing=True)
        if draw is not None and draw.claim == claimed.claim and draw.commitment is None:
            draw.claimed_at = claimed.claimed_at - CLAIM_LASTS
            session.add(draw)
