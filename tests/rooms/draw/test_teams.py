"""Teams to counties: nobody goes where a rule bars it, every county gets a team, and chance alone decides the rest."""

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.methods.draw import rules as hhd1
from app.methods.draw.teams import assign, most_counties, pair_of, read_pair, without_team

COUNTIES = [f"64010{n}" for n in range(1, 7)]


def in_ticket_order(pairs: list[tuple[str, str]], number: int) -> list[tuple[str, str]]:
    units = [pair_of(*pair) for pair in pairs]
    order = hhd1.drawn(f"{number:064x}", "R-T-A1", "TEAM", units, len(units))
    return [pair for unit in order if (pair := read_pair(unit))]


def test_a_pair_is_read_as_it_was_written() -> None:
    assert read_pair(pair_of("T1", "640104")) == ("T1", "640104")
    assert [read_pair(text) for text in ("T1", ".640104", "T1.")] == [None, None, None]


@given(
    st.sets(st.tuples(st.sampled_from(["T1", "T2", "T3", "T4", "T5"]), st.sampled_from(COUNTIES)), min_size=1),
    st.integers(0, 10**9),
)
def test_every_county_gets_a_team_that_may_go_there_or_there_is_no_way(
    allowed: set[tuple[str, str]], number: int
) -> None:
    pairs = in_ticket_order(sorted(allowed), number)
    given_teams = assign(pairs)
    counties, teams = {county for _, county in pairs}, {team for team, _ in pairs}
    most = most_counties(len(teams), len(counties))

    ways = _some_way(pairs, most)
    assert (given_teams is not None) == ways
    if given_teams is not None:
        assert set(given_teams) == counties
        assert {(team, county) for county, team in given_teams.items()} <= allowed
        assert max(Counter(given_teams.values()).values()) <= most


def _some_way(pairs: list[tuple[str, str]], most: int) -> bool:
    """Every way to send teams, tried one by one."""
    counties = sorted({county for _, county in pairs})

    def go(at: int, load: Counter[str]) -> bool:
        if at == len(counties):
            return True
        return any(
            load[team] < most and go(at + 1, load + Counter([team])) for team, county in pairs if county == counties[at]
        )

    return go(0, Counter())


def test_with_nobody_barred_every_order_of_teams_is_as_likely_as_any_other() -> None:
    """Three teams, three counties, 6,000 seeds: six ways, 1,000 each, chi-square on 5 df below its 0.1 % point."""
    pairs = [(team, county) for team in ("T1", "T2", "T3") for county in COUNTIES[:3]]
    ways = Counter(tuple((assign(in_ticket_order(pairs, number)) or {}).values()) for number in range(6000))

    assert set(ways) == set(permutations(("T1", "T2", "T3")))
    assert sum((count - 1000) ** 2 / 1000 for count in ways.values()) < 20.5


def test_no_team_gets_a_second_county_before_every_team_has_one() -> None:
    pairs = [(team, county) for team in ("T1", "T2", "T3", "T4") for county in COUNTIES]
    for number in range(200):
        load = Counter((assign(in_ticket_order(pairs, number)) or {}).values())
        assert sorted(load.values()) == [1, 1, 2, 2]


def test_a_county_that_bars_have_left_alone_is_named() -> None:
    allowed = {"640101": ["T1"], "640102": ["T1"], "640103": ["T2"]}

    assert without_team(allowed, {}, 1) == ["640102"]
    assert without_team(allowed, {}, 2) == []
    assert without_team({"640101": []}, {}, 9) == ["640101"]


@pytest.mark.parametrize(("teams", "counties", "most"), [(6, 6, 1), (8, 6, 1), (4, 6, 2), (1, 6, 6), (0, 6, 0)])
def test_a_team_takes_as_few_counties_as_will_do(teams: int, counties: int, most: int) -> None:
    assert most_counties(teams, counties) == most
