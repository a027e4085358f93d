"""The drawn households of a county by list and rank, with whom they may be given to; writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.doors.desk.samples import SampleLine, households_of, line_of, people_of
from app.doors.desk.words import Voice
from app.doors.web.house import House
from app.findings.inspections import queries as inspections
from app.kernel import terms
from app.registry.people.rules import Actor
from app.survey.rounds import queries
from app.survey.rounds.queries import DrawView, RoundView, Stratum
from app.survey.rounds.team_queries import accounts_in


@dataclass(frozen=True)
class Member:
    """Somebody a household can be given to."""

    account: str
    name: str


@dataclass(frozen=True)
class ListOfStratum:
    """A stratum's ranks: those one may visit, then the reserves that are not open."""

    code: str
    label: str
    summary: str
    opened: Sequence[SampleLine]
    reserve: Sequence[SampleLine]
    team: Sequence[Member]
    has_open: bool


PARTS = ("FRESH", "PANEL", "EXITED", "UNEXITED")
"""Parts of a list that have words of their own; classes and villages show their code."""


def stratum_label(stratum: Stratum, names: Mapping[str, str], voice: Voice) -> str:
    """County, list and part in words."""
    if stratum.kind == "team":
        return voice("teams_pairs")
    kind = terms.label("stratum", stratum.kind, voice.lang)
    whole = voice("list_label", county=names.get(stratum.county, stratum.county), stratum=kind)
    parts = [voice(f"part_{part}") if part in PARTS else part for part in stratum.part.split("-") if part]
    return " · ".join([whole, *parts])


def lists_of(
    session: Session,
    house: House,
    actor: Actor,
    view: RoundView,
    draw: DrawView,
    voice: Voice,
    county: str,
    names: Mapping[str, str],
) -> list[ListOfStratum]:
    """Every list of a county in one draw; households of several lists never stand in one table."""
    every = queries.list_samples(session, actor, view.code, county)
    rows = [row for row in every if row.sample_id.startswith(f"{draw.id}.")]
    doors = inspections.doors_of(session, rows, house.settings.tz)
    households = households_of(session, actor, doors)
    team = [Member(account.account, account.name) for account in accounts_in(session, view.code, county)]
    people = people_of(session)
    lists = []
    for stratum in sorted((s for s in draw.strata if s.county == county), key=lambda s: s.kind != "poor"):
        lines = [
            line_of(door, households, people, voice, round_code=view.code)
            for door in doors
            if door.row.stratum == stratum.code
        ]
        if not lines:  # a village that the seed did not hit
            continue
        lists.append(
            ListOfStratum(
                code=stratum.code,
                label=stratum_label(stratum, names, voice),
                summary=voice("list_summary", total=stratum.N, n=stratum.main, r=stratum.reserve),
                opened=[line for line in lines if line.state != "reserve"],
                reserve=[line for line in lines if line.state == "reserve"],
                team=team,
                has_open=any(line.state == "open" for line in lines),
            )
        )
    return lists
