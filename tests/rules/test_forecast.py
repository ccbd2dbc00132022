"""The forecast's sums against the figures of reach_and_retries.md 2.1 and 2.3."""

from decimal import Decimal

import pytest

from gateway.rules.forecast import (
    Tongue,
    calls_by_round,
    cost_of_calls,
    cost_of_fallback,
    cost_of_texts,
    lines_needed,
    members_that_fit,
    seconds_that_fit,
)
from gateway.rules.prices import Prices

PRICES = Prices(currency="INR", call=Decimal("2"), sms=Decimal("0.80"))
HOURS_11 = 11 * 3600


def test_calls_by_round_follow_the_curve():
    made = calls_by_round(4000)
    assert made[0] == 4000
    assert sum(made[:3]) == pytest.approx(8300, rel=0.01)  # 2.3: "up to 3 attempts: 8,300 calls"
    assert sum(made) == pytest.approx(4000 * 2.5, rel=0.02)  # 2.1: four tries, 2.5 calls per member
    assert list(made) == sorted(made, reverse=True)


@pytest.mark.parametrize(
    ("members", "lines"), [(4_000, 4), (40_000, 40), (90_712, 90), (453_560, 449), (0, 0)]
)
def test_lines_needed_are_those_of_the_capacity_rule(members, lines):
    assert lines_needed(members, 45, HOURS_11) == pytest.approx(lines, abs=1, rel=0.01)


def test_no_lines_suffice_when_the_window_is_over():
    assert lines_needed(10, 45, 0) == 0
    assert members_that_fit(10, -5) == 0


def test_cost_of_calls_lies_between_nobody_and_everybody():
    cost = cost_of_calls(PRICES, {"hi": Tongue(1000, 45)})
    assert 0 < cost.low < cost.likely < cost.high
    assert cost.low == Decimal("800.00")  # four of ten pick up at the first try, a minute each
    assert cost.high == Decimal("3040.00")  # everybody, and half of them twice


def test_longer_words_cost_the_minute_that_they_begin():
    short, long = ({"hi": Tongue(1000, seconds)} for seconds in (55, 65))
    assert cost_of_calls(PRICES, long).likely > cost_of_calls(PRICES, short).likely


def test_cost_of_texts_is_exact_by_language():
    cost = cost_of_texts(PRICES, {"hi": Tongue(300, parts=2), "en": Tongue(100, parts=1)})
    assert (cost.low, cost.likely, cost.high) == (Decimal("560.00"),) * 3


def test_fallback_goes_to_whom_the_curve_leaves():
    cost = cost_of_fallback(PRICES, {"hi": Tongue(1000, parts=1)})
    assert (cost.low, cost.high) == (0, Decimal("800.00"))
    assert cost.likely == Decimal("243.20")  # 30.4 % are not reached by four tries


def test_costs_add_up():
    texts = cost_of_texts(PRICES, {"hi": Tongue(10, parts=1)})
    assert (texts + texts).likely == Decimal("16.00")


def test_shorter_words_fit_when_lines_are_few():
    fits = seconds_that_fit(4000, 4, HOURS_11)
    assert fits is not None and 40 <= fits <= 50
    assert seconds_that_fit(4000, 1, HOURS_11) is None
    assert seconds_that_fit(0, 4, HOURS_11) is None
