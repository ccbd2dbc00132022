"""What a call and an SMS cost, and from when on a second person approves (console.md 1a, reliability.md A9)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.rules.classes import Kind
from gateway.rules.prices import Money, Per, Prices, price_of
from gateway.rules.profiles import load_profile

BY_MINUTE = Prices(currency="INR", call=Decimal("2.00"), sms=Decimal("0.80"))
BY_SECOND = replace(BY_MINUTE, per=Per.SECOND)
CALLS = [  # prices, seconds, price, why
    (BY_MINUTE, 0, "0", "nobody answered"),
    (BY_MINUTE, -3, "0", "a clock that went backwards"),
    (BY_MINUTE, 0.2, "2", "a minute that has begun"),
    (BY_MINUTE, 60, "2", "a whole minute"),
    (BY_MINUTE, 60.5, "4", "the second one has begun"),
    (BY_SECOND, 0, "0", "nobody answered"),
    (BY_SECOND, 1, "0.0334", "rounded up: what is kept back suffices"),
    (BY_SECOND, 45, "1.5", "three quarters of a minute"),
    (BY_SECOND, 45.1, "1.5334", "a second that has begun"),
]


@pytest.mark.parametrize(("prices", "seconds", "price", "why"), CALLS)
def test_price_of_a_call(prices, seconds, price, why):
    assert price_of(prices, Kind.VOICE, seconds=seconds) == Decimal(price), why


@pytest.mark.parametrize(("parts", "price"), [(0, "0"), (1, "0.80"), (3, "2.40")])
def test_price_of_an_sms(parts, price):
    assert price_of(BY_MINUTE, "sms", parts=parts) == Decimal(price)


SECOND = [  # from members, from amount, members, amount, wanted
    (None, None, 10**6, "1000000", False),
    (10_000, None, 9_999, "1000000", False),
    (10_000, None, 10_000, "0", True),
    (None, Decimal(500), 10**6, "499.99", False),
    (None, Decimal(500), 1, "500", True),
]


@pytest.mark.parametrize(("members_from", "amount_from", "members", "amount", "wanted"), SECOND)
def test_second_person_is_wanted(members_from, amount_from, members, amount, wanted):
    money = Money(prices=BY_MINUTE, second_members=members_from, second_amount=amount_from)
    assert money.wants_second(members, Decimal(amount)) is wanted


@pytest.mark.parametrize(
    ("country", "currency"), [("in", "INR"), ("ke", "KES"), ("ug", "UGX"), ("ng", "NGN")]
)
def test_every_country_has_prices_and_ceilings(country, currency):
    money = load_profile(country).money
    assert money.prices.currency == currency
    assert 0 < money.prices.sms <= money.prices.call
    assert money.hour is not None and money.day is not None and money.hour < money.day
