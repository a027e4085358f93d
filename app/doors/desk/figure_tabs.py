"""The way between the figure pages of one round, and from each of them to its file."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from app.doors.desk.words import Voice
from app.registry.people.rules import Actor, reads_answers
from app.survey.rounds.queries import RoundView


@dataclass(frozen=True)
class Tab:
    """One page."""

    href: str
    label: str
    is_here: bool


@dataclass(frozen=True)
class Tabs:
    """What `round_tabs` prints; `file` and `query` make the address of this page as CSV or XLSX."""

    pages: Sequence[Tab]
    file: str = ""
    query: str = ""


PAGES = (
    ("board", "", "fig_tab_board"),
    ("reach", "/reach", "reach_title"),
    ("figures", "/figures", "fig_tab_figures"),
)
"""Key, address below the round, word; those who see the draw have more of them."""

BEHIND = (
    ("income", "/income", "fig_tab_income"),
    ("coverage", "/coverage", "fig_tab_coverage"),
    ("load", "/load", "fig_tab_load"),
    ("map", "/map", "fig_tab_map"),
)

FROZEN = (("frozen", "/frozen", "frozen_tab"),)


def sees_behind(view: RoundView, actor: Actor) -> bool:
    """Whether households and records may be looked at: who knows the draw and reads answers."""
    return bool(view.draws) and reads_answers(actor)


def sees_load(actor: Actor) -> bool:
    """The inspectors' load is for the city and the teams, not for those who are inspected."""
    return actor.is_city or actor.is_team


def tabs_of(view: RoundView, actor: Actor, voice: Voice, at: str, *, file: str = "", **query: str) -> Tabs:
    """The tabs of a round's figure pages for this reader."""
    shown = [page for page in PAGES if page[0] != "reach" or view.draws]
    if sees_behind(view, actor):
        shown += [page for page in BEHIND if page[0] != "load" or sees_load(actor)]
    shown += FROZEN if view.state == "closed" else ()
    asked = urlencode({name: value for name, value in query.items() if value})
    return Tabs(
        [Tab(f"/rounds/{view.code}{path}", voice(word), key == at) for key, path, word in shown],
        f"/rounds/{view.code}/files/{file}" if file else "",
        f"?{asked}" if asked else "",
    )
