"""What only many records show, each rule at its border: what raises it, and its nearest innocent neighbour."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.findings.quality.copies import Shot, copied_pictures
from app.findings.quality.patterns import Round, Said, Seen, patterns_of, repeated_words

TZ = ZoneInfo("Asia/Shanghai")
NINE = datetime(2017, 5, 20, 1, 0, tzinfo=UTC)
LIN, FANG = UUID(int=1001), UUID(int=1002)


def seen(number: int, **more: object) -> Seen:
    """The interview number so-and-so of Lin, an hour after the one before, at a household of its own."""
    plain = Seen(
        op_id=UUID(int=number),
        account_id=LIN,
        form_id="q1_poor",
        household=f"home {number}",
        started_at=NINE + timedelta(hours=number),
        finished_at=NINE + timedelta(hours=number, minutes=20),
        is_completed=True,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def raised(records: Sequence[Seen], whole: Round | None = None) -> set[tuple[int, str, str]]:
    return {(op_id.int, doubt.code, doubt.reason) for op_id, doubt in patterns_of(records, whole or Round(), TZ)}


def test_an_ordinary_week_raises_nothing() -> None:
    assert raised([seen(number) for number in range(12)]) == set()


# --- F01 ---

ORDINARY = (3000, 3200, 3400, 3600, 3800, 4000, 4200)


def of_village(*incomes: int) -> list[Seen]:
    return [seen(at, village="640104901201", income=income) for at, income in enumerate(incomes)]


@pytest.mark.parametrize(
    ("incomes", "found"),
    [
        pytest.param((*ORDINARY, 36_000), {(7, "F01", "village")}, id="a zero too many"),
        pytest.param((*ORDINARY, 6_000), set(), id="rich, within the fence"),
        pytest.param((*ORDINARY, 60_000), set(), id="a tenth is no ordinary income there"),
        pytest.param((*ORDINARY[1:], 36_000), set(), id="seven incomes are too few"),
    ],
)
def test_an_income_far_above_the_village(incomes: tuple[int, ...], found: set[tuple[int, str, str]]) -> None:
    assert raised(of_village(*incomes)) == found


def test_an_income_with_a_reference_is_no_matter_of_the_village() -> None:
    *others, rich = of_village(*ORDINARY, 36_000)
    assert raised([*others, replace(rich, income=None)]) == set()


# --- F05 ---


def lasting(number: int, minutes: float, **more: object) -> Seen:
    begun = NINE + timedelta(hours=number)
    return seen(number, finished_at=begun + timedelta(minutes=minutes), **more)


@pytest.mark.parametrize(
    ("minutes", "interviews", "found"),
    [(6.9, 10, {(1, "F05", "third")}), (7, 10, set()), (6.9, 9, set())],
    ids=["under a third", "a third", "nine are too few for a median"],
)
def test_under_a_third_of_the_usual_time(minutes: float, interviews: int, found: set[tuple[int, str, str]]) -> None:
    whole = Round(seconds={"q1_poor": [21 * 60.0] * interviews, "q2_nonpoor": [60.0] * 30})
    assert raised([lasting(1, minutes)], whole) == found


def test_a_long_form_is_not_measured_by_a_short_one() -> None:
    whole = Round(seconds={"q1_poor": [30 * 60.0] * 10})
    assert raised([lasting(1, 6, form_id="q2_nonpoor")], whole) == set()


def test_two_interviews_at_once() -> None:
    first, second = lasting(1, 70), lasting(2, 20)

    assert raised([first, second]) == {(2, "F05", "overlap")}
    assert raised([first, replace(second, account_id=FANG)]) == set()
    assert raised([lasting(1, 60), second]) == set()
    assert raised([first, replace(second, is_correction=True)]) == set()


def test_an_interview_within_another_hides_no_third() -> None:
    assert raised([lasting(1, 170), lasting(2, 20), lasting(3, 20)]) == {(2, "F05", "overlap"), (3, "F05", "overlap")}


def test_nobody_drives_faster_than_eighty() -> None:
    """Forty minutes lie between; 0.5 degrees of latitude are 55.6 km."""
    here, far, near = (106.2, 38.4), (106.2, 38.9), (106.2, 38.87)

    assert raised([seen(1, position=here), seen(2, position=far)]) == {(2, "F05", "speed")}
    assert raised([seen(1, position=here), seen(2, position=near)]) == set()
    assert raised([seen(1, position=here), seen(2)]) == set()
    assert raised([seen(1, position=here, accuracy_m=1500.0), seen(2, position=far, accuracy_m=1500.0)]) == set()


# --- F08 ---


def straight(mine: int, of: int, others: tuple[int, int]) -> set[tuple[int, str, str]]:
    records = [seen(at, is_straight=at >= of - mine) for at in range(of)]
    return raised(records, Round(straight={LIN: (mine, of), FANG: others}))


@pytest.mark.parametrize(
    ("mine", "of", "others", "is_raised"),
    [
        pytest.param(4, 5, (5, 10), True, id="80 % and 30 points more"),
        pytest.param(7, 9, (0, 10), False, id="78 %"),
        pytest.param(4, 4, (0, 10), False, id="four interviews"),
        pytest.param(4, 5, (51, 100), False, id="29 points more"),
        pytest.param(5, 5, (0, 0), False, id="nobody to compare with"),
    ],
)
def test_straight_answers_are_an_inspectors_habit(mine: int, of: int, others: tuple[int, int], is_raised: bool) -> None:
    assert straight(mine, of, others) == ({(of - mine, "F08", "straight")} if is_raised else set())


def on_one_day(households: int) -> list[Seen]:
    return [
        seen(at, started_at=NINE + timedelta(minutes=30 * at), finished_at=NINE + timedelta(minutes=30 * at + 20))
        for at in range(households)
    ]


def test_thirteen_households_in_a_day() -> None:
    assert raised(on_one_day(13)) == {(12, "F08", "many")}
    assert raised(on_one_day(12)) == set()
    again = [*on_one_day(12), seen(99, started_at=NINE, finished_at=NINE, household="home 3", is_completed=False)]
    assert raised(again) == set()


# --- F12 ---


def test_cadres_at_the_table_too_often() -> None:
    assert raised([seen(at, is_cadre_there=at > 6) for at in range(10)]) == set()
    assert raised([seen(at, is_cadre_there=at > 5) for at in range(10)]) == {(6, "F12", "often")}
    corrected = [seen(at, is_cadre_there=at > 5, is_replaced=at == 6) for at in range(10)]
    assert raised([*corrected, seen(10, is_correction=True)]) == set()


def test_what_comes_later_moves_no_question_to_another_record() -> None:
    week = on_one_day(13)
    later = [*week, seen(20, started_at=NINE + timedelta(minutes=5), finished_at=NINE + timedelta(minutes=9))]

    assert {each for each in raised(later) if each[1] == "F08"} == {(12, "F08", "many")}


# --- F03 ---


def shots(*each: tuple[int, str, str, int | None]) -> set[tuple[int, str, str]]:
    found = copied_pictures([Shot(UUID(int=op), home, sha, mark) for op, home, sha, mark in each])
    return {(op_id.int, doubt.reason, doubt.severity.value) for op_id, doubt in found}


MARK = 0x0F0F_3C3C_55AA_1234


@pytest.mark.parametrize(
    ("bits", "found"),
    [
        (0, {(1, "near", "mid"), (2, "near", "mid")}),
        (6, {(1, "near", "mid"), (2, "near", "mid")}),
        (7, {(1, "similar", "info"), (2, "similar", "info")}),
        (10, {(1, "similar", "info"), (2, "similar", "info")}),
        (11, set()),
    ],
)
def test_how_near_two_pictures_are(bits: int, found: set[tuple[int, str, str]]) -> None:
    assert shots((1, "a", "one", MARK), (2, "b", "two", MARK ^ ((1 << bits) - 1))) == found


def test_the_same_bytes_at_two_households() -> None:
    both = {(1, "same", "high"), (2, "same", "high")}

    assert shots((1, "a", "one", None), (2, "b", "one", None)) == both
    assert shots((1, "a", "one", MARK), (2, "b", "one", MARK)) == both
    assert shots((1, "a", "one", MARK), (2, "a", "one", MARK)) == set()
    assert shots((1, "a", "one", None), (2, "b", "two", None)) == set()


def test_pictures_compared_before_are_not_compared_again() -> None:
    old = Shot(UUID(int=1), "a", "one", MARK, is_fresh=False)
    twin = Shot(UUID(int=2), "b", "two", MARK ^ 1, is_fresh=False)
    fresh = Shot(UUID(int=3), "c", "three", MARK ^ 3)

    assert list(copied_pictures([old, twin])) == []
    assert {op_id.int for op_id, _ in copied_pictures([fresh, old, twin])} == {1, 2, 3}


# --- F17 ---

SENTENCE = "送去化肥两袋,已种下玉米,长势好"


def logs(*texts: str, author: UUID = LIN) -> list[Said]:
    return [Said(UUID(int=at), author, text) for at, text in enumerate(texts)]


def test_the_same_sentence_for_the_third_time() -> None:
    ((op_id, doubt),) = repeated_words(logs(SENTENCE, "另一件事", SENTENCE, f" {SENTENCE} ", SENTENCE))

    assert (op_id.int, doubt.code, doubt.detail["logs"]) == (3, "F17", 4)
    assert list(repeated_words(logs(SENTENCE, SENTENCE))) == []
    assert list(repeated_words(logs(*["讲了政策帮助填表三次"] * 3))) == []
    assert list(repeated_words([*logs(SENTENCE, SENTENCE), *logs(SENTENCE, author=FANG)])) == []
