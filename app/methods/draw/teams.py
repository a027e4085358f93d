"""Teams to counties by a draw (HHD1, stratum TEAM): tickets are drawn by pairs, and the lowest that still fit decide.

The frame holds one unit for each pair of a team and a county it may inspect, `T1.640104`; a pair that is barred (own
county, own employer, a household helped there) is not in the frame, so the bars are fixed with the commitment and
before the seed. All pairs are listed in the order of their tickets. Then the list is walked: a pair counts when its
county is free, its team has no more counties than its turn allows, and every county that is still free can get a team.
So the record alone shows who went where and why, and nobody need trust a program to have looked for a way out.
"""

from collections.abc import Iterable, Mapping, Sequence

STRATUM = "TEAM"
MOST_TEAMS, MOST_PAIRS = 100, 5000
"""What is walked at most: a record from a stranger must not keep a verifier busy for ever."""


def pair_of(team: str, county: str) -> str:
    """The unit of a pair in the frame."""
    return f"{team}.{county}"


def read_pair(unit: str) -> tuple[str, str] | None:
    """(team, county) of a unit, or None when it names no pair."""
    team, dot, county = unit.rpartition(".")
    return (team, county) if dot and team and county else None


def is_walkable(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether there are no more teams and pairs than can be walked."""
    return len(pairs) <= MOST_PAIRS and len({team for team, _ in pairs}) <= MOST_TEAMS


def most_counties(teams: int, counties: int) -> int:
    """How many counties a team takes at most: one, or where teams are fewer, as few as will do."""
    return -(-counties // teams) if teams else 0


def assign(pairs: Sequence[tuple[str, str]]) -> dict[str, str] | None:
    """County → team by walking (team, county) pairs in ticket order; None where some county must go without.

    Every team gets a first county before one gets a second, as far as the bars allow.
    """
    counties = sorted({county for _, county in pairs})
    load = dict.fromkeys(sorted({team for team, _ in pairs}), 0)
    most = most_counties(len(load), len(counties))
    known = set(pairs)
    allowed = {county: [team for team in load if (team, county) in known] for county in counties}
    if without_team(allowed, load, most):
        return None
    given: dict[str, str] = {}
    for turn in range(1, most + 1):
        for team, county in pairs:
            if county in given or load[team] >= turn:
                continue
            load[team] += 1
            rest = {other: teams for other, teams in allowed.items() if other != county and other not in given}
            if without_team(rest, load, most):
                load[team] -= 1
            else:
                given[county] = team
    return dict(sorted(given.items()))


def without_team(allowed: Mapping[str, Iterable[str]], load: Mapping[str, int], most: int) -> list[str]:
    """Counties that cannot all be given a team with room; empty when every one can (augmenting paths)."""
    holds: dict[str, list[str]] = {}

    def place(county: str, seen: set[str]) -> bool:
        for team in allowed[county]:
            if team in seen:
                continue
            seen.add(team)
            mine = holds.setdefault(team, [])
            if len(mine) < most - load.get(team, 0):
                mine.append(county)
                return True
            for other in mine:
                if place(other, seen):
                    mine[mine.index(other)] = county
                    return True
        return False

    return [county for county in sorted(allowed) if not place(county, set())]
