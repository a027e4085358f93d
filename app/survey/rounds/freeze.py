"""Freeze the frame of a round and commit to it, before any seed is known (HHD1).

One transaction is one county, so freezing takes several: the attempt is claimed, every county writes its own part,
and the commitment makes them visible together. A crash between leaves a claim without a commitment, which the next
try takes over; nothing that has a commitment is ever written again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.kernel import audit
from app.kernel.clock import rfc3339, utcnow
from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.problems import Fault
from app.methods.draw import rules as hhd1
from app.methods.draw.sources import check_source
from app.registry.people.rules import Actor
from app.registry.places import County
from app.survey.rounds.claims import Claim, Terms, claim, refuse_covered, release, scope_of, still_ours
from app.survey.rounds.frames import check_frames, freeze_county
from app.survey.rounds.models import Draw, Round
from app.survey.rounds.plan import Plan, read_plan
from app.survey.rounds.problems import BadPlan
from app.survey.rounds.queries import Stratum, committed_lines, counties_of, lines_of, standing_draws
from app.survey.rounds.service import get_own_round, refuse_closed, require_city_officer

FRAME_NOTE = ("as_of", "origin", "exported_by")
"""As of which day the list stands, where it came from, who exported it."""


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
    frame: dict[str, str] | None = None
    plan: dict[str, Any] | None = None

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
            "frame": self.frame,
            **({"plan": self.plan} if self.plan else {}),
        }


def strata_line(line: Stratum) -> dict[str, object]:
    """One stratum as records and commitments write it."""
    text: dict[str, object] = {"stratum": line.code, "N": line.N, "n": line.n, "r": line.r}
    text["frame_digest"] = line.frame_digest
    if line.left_out:
        text["left_out"] = {"N": line.left_out, "digest": line.left_out_digest}
    return text


def freeze_frame(
    database: Database,
    actor: Actor,
    code: str,
    *,
    source: str,
    n: Mapping[str, int],
    exclusions: Sequence[Mapping[str, str]] = (),
    now: datetime | None = None,
    **more: Any,
) -> Commitment:
    """Freeze every county's poor and non-poor households as one draw and commit to them (freeze_draws)."""
    terms = Terms(source, exclusions, **more)
    return freeze_draws(database, actor, code, terms, n=n, now=now)[0]


def freeze_draws(
    database: Database,
    actor: Actor,
    code: str,
    terms: Terms,
    *,
    n: Mapping[str, int],
    counties: Sequence[str] | None = None,
    per_county: bool = False,
    now: datetime | None = None,
) -> list[Commitment]:
    """Freeze the households of these counties (None: of all that no standing draw covers) and commit to them.

    `n` is the main sample of each stratum in each county, within the round's quota; exclusions are
    `{"unit","reason"}` of households known to be out of reach of any visit. Households that the last
    import did not find any more are left out. With `per_county` every county is a draw of its own, all
    committed to at one instant, so that its seed can be thrown on the day its team arrives and the
    commitments tell nobody which day that is.
    """
    require_city_officer(actor)
    with database.read(HOME) as session:
        row = get_own_round(session, actor, code)
        refuse_closed(row)
        chosen = _chosen(session, code, counties, covert=terms.covert)
        plan = _check_plan(row, terms, n)
        check_frames(session, chosen, plan, n, terms.exclusions, terms.visited)
    groups = [[county] for county in chosen] if per_county else [chosen]
    claims = claim(database, actor, code, groups, terms, now or utcnow())
    try:
        for each in claims:
            for county in each.counties:
                with database.write(county.id) as session:
                    freeze_county(session, each.draw.id, county, plan, n, _excluded(terms.exclusions), terms.visited)
        return _commit(database, actor, claims, now)
    except BaseException:
        release(database, claims)
        raise


def get_commitment(session: Session, draw: Draw) -> Commitment:
    """The commitment of a standing draw."""
    assert draw.commitment is not None  # a standing draw has one
    assert draw.committed_at is not None
    return Commitment(
        round=draw.round_code,
        draw=draw.id,
        source=draw.source,
        strata=tuple(lines_of(session, draw)),
        commitment=draw.commitment,
        committed_at=draw.committed_at,
        exclusions=tuple(draw.exclusions),
        frame=draw.frame_note,
        plan=draw.plan,
    )


# --- checks before anything is written ---


def _chosen(session: Session, code: str, named: Sequence[str] | None, *, covert: bool) -> list[County]:
    """The counties to freeze; AlreadyFrozen when one (or, unnamed, every one) has a standing draw."""
    every = counties_of(session, code)
    if named is not None:
        strange = [name for name in named if name not in {county.code for county in every}]
        if strange or not named:
            fault = Fault("#/counties", "本轮没有这个县(市、区)", "The round has no such county")
            raise BadPlan("请改正县(市、区),名单没有冻结。", "Nothing was frozen.", faults=(fault,))
        chosen = [county for county in every if county.code in named]
        refuse_covered(session, code, chosen, covert=covert)
        return chosen
    covered = set[str]().union(
        *(scope_of(session, draw) for draw in standing_draws(session, code) if not draw.covert and not covert)
    )
    chosen = [county for county in every if county.code not in covered]
    if not chosen:
        refuse_covered(session, code, every, covert=covert)
    return chosen


def _check_plan(row: Round, terms: Terms, n: Mapping[str, int]) -> Plan:
    plan, faults = read_plan(terms.plan, n)
    try:
        check_source(hhd1.check_field(terms.source, "source"))
    except hhd1.RefusedInput as refused:
        faults.append(Fault("#/source", refused.zh, refused.en))
    faults += _note_faults(terms.frame)
    quota = {"poor": (row.poor_min, row.poor_max), "non_poor": (row.non_poor_min, row.non_poor_max)}
    for kind, (fewest, most) in quota.items():
        if not fewest <= n.get(kind, 0) <= most:
            zh, en = f"应在本轮名额 {fewest}–{most} 户之内", f"Must lie within the round's quota of {fewest}-{most}"
            faults.append(Fault(f"#/n/{kind}", zh, en))
    for index, exclusion in enumerate(terms.exclusions):
        if not exclusion.get("unit") or not 2 <= len(exclusion.get("reason", "").strip()) <= 200:
            zh, en = "排除的户要写明编码和原因(2至200字)", "An exclusion needs the unit and a reason (2-200 characters)"
            faults.append(Fault(f"#/exclusions/{index}", zh, en))
    if faults:
        raise BadPlan(
            "请改正标出的各项,名单没有冻结。", "Correct the marked items; nothing was frozen.", faults=tuple(faults)
        )
    return plan


def _note_faults(frame: Mapping[str, str] | None) -> list[Fault]:
    """As of which day the list stands, where it came from, who exported it: short texts that can be printed."""
    faults = []
    for key, text in (frame or {}).items():
        if key not in FRAME_NOTE or not text.strip() or len(text) > 100 or not text.isprintable():
            faults.append(Fault(f"#/frame/{key}", "请填写1至100字", "1-100 printable characters"))
        elif key == "as_of" and not _is_day(text):
            faults.append(Fault("#/frame/as_of", "应为日期,如 2017-05-10", "A date such as 2017-05-10"))
    missing = [key for key in FRAME_NOTE if frame is not None and key not in frame]
    return faults + [Fault(f"#/frame/{key}", "请填写", "Fill this in") for key in missing]


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _excluded(exclusions: Sequence[Mapping[str, str]]) -> frozenset[str]:
    return frozenset(exclusion["unit"] for exclusion in exclusions)


# --- writing: counties, commitment ---


def _commit(database: Database, actor: Actor, claims: Sequence[Claim], now: datetime | None) -> list[Commitment]:
    """Commit to all strata of all draws at once, if the claims are still ours."""
    done = []
    at = now or utcnow()
    with database.write(HOME) as session:
        for each in claims:
            draw = still_ours(session, each.draw)
            strata = committed_lines(session, draw.id)
            draw.commitment = hhd1.commitment(draw.id, draw.source, [hhd1_line(line) for line in strata])
            draw.committed_at = at
            session.add(draw)
            audit.write(session, "frame.frozen", draw.id, actor=actor.account, commitment=draw.commitment)
            session.flush()
            done.append(get_commitment(session, draw))
    return done


def hhd1_line(line: Stratum) -> hhd1.StratumLine:
    """A stratum as HHD1 hashes it."""
    return hhd1.StratumLine(line.code, line.N, line.n, line.r, line.frame_digest)
