"""A round, its draws and their lists as one reader sees them; read by queries.py, printed by the doors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.kernel.clock import rfc3339
from app.registry.places import County
from app.survey.rounds.rules import DrawState, state_of


@dataclass(frozen=True)
class Stratum:
    """One line of the commitment with the county it belongs to; `exited` of its N units had left poverty."""

    county_id: int
    county: str
    kind: str
    code: str
    N: int
    n: int
    r: int
    exited: int
    frame_digest: str
    part: str = ""
    stage: str = ""
    hits: int | None = None
    left_out: int = 0
    left_out_digest: str | None = None

    @property
    def main(self) -> int:
        """Households to visit: n, and for a village of two stages n for each hit (before the draw: n)."""
        return self.n if self.hits is None else self.n * self.hits

    @property
    def reserve(self) -> int:
        """Households in reserve; two for each of the main sample where a village was hit more than once."""
        return self.r if self.hits in (None, 1) else min(2 * self.main, self.N - self.main)


@dataclass(frozen=True)
class DrawView:
    """A draw that stands, as far as the reader may see it."""

    id: str
    source: str
    commitment: str
    committed_at: datetime
    drawn_at: datetime | None
    strata: tuple[Stratum, ...]
    covert: bool = False
    guided: bool = False
    signed_at: datetime | None = None
    of_teams: bool = False

    @property
    def state(self) -> DrawState:
        """Where its ceremony stands."""
        return state_of(committed=True, signed=self.signed_at is not None, drawn=self.drawn_at is not None)

    def as_dict(self) -> dict[str, object]:
        """How `/rounds` names a draw."""
        return {
            "draw": self.id,
            "source": self.source,
            "commitment": self.commitment,
            "committed_at": rfc3339(self.committed_at),
            "drawn_at": self.drawn_at and rfc3339(self.drawn_at),
        }


@dataclass(frozen=True)
class RoundView:
    """A round as one reader sees it: `counties` are those within the reader's scope, `draws` those the reader may
    know of, open ones first; usually there is one."""

    code: str
    name: str
    kind: str
    starts_on: date
    ends_on: date
    state: str
    quota: dict[str, tuple[int, int]]
    counties: tuple[County, ...]
    closed_at: datetime | None
    draws: tuple[DrawView, ...]
    pledge: str = ""
    """For a member of a team: `due` or `signed`."""

    @property
    def draw(self) -> DrawView | None:
        """The one draw of most rounds; of several the first."""
        return self.draws[0] if self.draws else None

    def narrowed(self, county: str) -> "RoundView":
        """The same with one of its counties alone; with none where it has no such county."""
        return replace(self, counties=tuple(each for each in self.counties if each.code == county))

    def as_dict(self) -> dict[str, object]:
        """The shape that `/rounds` and the phone's package share."""
        open_ones = [draw for draw in self.draws if not draw.covert]
        return {
            "code": self.code,
            "name": self.name,
            "kind": self.kind,
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "state": self.state,
            "quota": {kind: list(pair) for kind, pair in self.quota.items()},
            "counties": [{"code": county.code, "name": county.name_zh} for county in self.counties],
            **({"pledge": self.pledge} if self.pledge else {}),
            "draw": self.draw and self.draw.as_dict(),
            "draws": [
                {**draw.as_dict(), "covert": draw.covert, "state": draw.state, "counties": counties_in(draw.strata)}
                for draw in self.draws
            ],
            "strata": [
                {"stratum": s.code, "N": s.N, "n": s.n, "r": s.r}
                for draw in (open_ones or self.draws)
                for s in draw.strata
            ],
        }


def counties_in(strata: Sequence[Stratum]) -> list[str]:
    """The codes of the counties that these strata lie in."""
    return sorted({line.county for line in strata})
