"""Large samples: floats where they are clear, and never another answer than the integers'."""

import random
import time

import pytest
from scipy.stats import beta, binom, hypergeom

from app.methods import estimates as est
from app.methods import tails
from app.methods.estimates import FIVE_PERCENT, NINETY_PERCENT, Share


@pytest.mark.parametrize("seed", range(60))
def test_tails_equal_scipy(seed: int) -> None:
    chance = random.Random(seed)
    frame = chance.randint(250, 30_000)
    n, positive = chance.randint(201, min(frame, 8000)), chance.randint(0, frame)
    s = chance.randint(0, n)

    assert tails.hypergeometric_at_most(s, n, frame, positive) == pytest.approx(
        hypergeom.cdf(s, frame, positive, n), rel=1e-6, abs=1e-12
    )
    p = chance.random()
    assert tails.binomial_at_most(s, n, p) == pytest.approx(binom.cdf(s, n, p), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_the_floats_say_what_the_integers_say(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same verdicts, intervals and printed bounds when every sample counts as small."""
    chance = random.Random(seed)
    frame = chance.randint(400, 2000)
    n = chance.randint(201, min(frame, 400))
    s = round(n * chance.choice([0.85, 0.9, 0.93, 0.97, 1.0]))

    def answers() -> tuple[object, ...]:
        est.hypergeometric_interval.cache_clear()
        est.clopper_pearson_text.cache_clear()
        return (
            est.hypergeometric_verdict(s, n, frame),
            est.hypergeometric_interval(s, n, frame),
            est.binomial_verdict(s, n),
            est.clopper_pearson_text(s, n),
        )

    quick = answers()
    monkeypatch.setattr(est, "MANY", 10**9)

    assert quick == answers()


def test_at_the_line_the_integers_decide() -> None:
    """A tail within a millionth of the limit is not the floats' to judge."""
    assert tails.clearly_at_most(0.05 * (1 + 5e-7), 0.05) is None
    assert tails.clearly_at_most(0.05, 0.05) is None
    assert tails.clearly_at_most(0.0499, 0.05) is True
    assert tails.clearly_at_most(0.0501, 0.05) is False
    exact = est.binomial_at_most(190, 210, NINETY_PERCENT)
    assert est._binomial_few(190, 210, NINETY_PERCENT, exact)  # equal is at most
    assert not est._binomial_few(190, 210, NINETY_PERCENT, Share(exact.part - 1, exact.whole))


def test_bounds_of_seven_thousand_equal_scipy_and_take_milliseconds() -> None:
    est.clopper_pearson.cache_clear()
    est.hypergeometric_interval.cache_clear()
    began = time.process_time()

    low, high = est.clopper_pearson(6300, 7000)
    exact = est.hypergeometric_interval(6300, 7000, 20_000)

    assert time.process_time() - began < 1.0
    assert low == pytest.approx(beta.ppf(0.05, 6300, 701), abs=1e-9)
    assert high == pytest.approx(beta.ppf(0.95, 6301, 700), abs=1e-9)
    assert float(exact[0]) < 0.9 < float(exact[1])
    assert hypergeom.sf(6299, 20_000, exact[0].part, 7000) > float(FIVE_PERCENT)
    assert hypergeom.sf(6299, 20_000, exact[0].part - 1, 7000) <= float(FIVE_PERCENT)
