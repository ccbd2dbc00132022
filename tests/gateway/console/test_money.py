"""The page of prices and ceilings: what is kept, what is refused with a word, who may change it."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.console.amounts import AmountUnreadable, read_amount, typed_amount
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Spending
from gateway.rules.prices import Money, Per, Prices
from gateway.runtime import Runtime
from gateway.store import money
from tests.gateway.console.desk import a_desk

FORM = {
    "currency": "inr",
    "call": "1.20",
    "sms": "0.18",
    "per": "second",
    "hour": "50,000",
    "day": "2,00,000",
    "budget": "",
    "second_members": "5,000",
    "second_amount": "",
}


def kept(rt: Runtime) -> Money:
    with unit_of_work(rt.engine) as unit:
        return money.find_money(unit.db, rt.profile.money)


def test_countrys_figures_hold_until_staff_put_in_their_own(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt, role="administrator")
    assert "planning figures for India" in desk.read("/house/money")
    assert kept(rt) == rt.profile.money
    assert desk.post("/house/money", **FORM).status_code == 302
    assert kept(rt) == Money(
        prices=Prices(currency="INR", call=Decimal("1.20"), sms=Decimal("0.18"), per=Per.SECOND),
        hour=Decimal(50_000),
        day=Decimal(200_000),
        second_members=5_000,
    )
    assert "planning figures" not in desk.read("/house/money")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalar(select(AuditEntry.action).where(AuditEntry.action == "money-changed"))


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("currency", "rupees", "three letters"),
        ("call", "", "Write what it costs"),
        ("sms", "cheap", "Write what it costs"),
        ("day", "-1", "Write an amount"),
        ("day", "NaN", "Write an amount"),
        ("hour", "1e99", "Write an amount"),
        ("hour", "300000", "An hour cannot cost more"),
        ("second_members", "0", "Write a number of members"),
        ("second_members", "९" * 400, "Write a number of members"),
    ],
)
def test_what_is_wrong_is_told_in_place_and_nothing_is_kept(
    app: Flask, rt: Runtime, field: str, value: str, word: str
) -> None:
    answer = a_desk(app, rt, role="administrator").post("/house/money", **{**FORM, field: value})
    assert answer.status_code == 422
    assert word in answer.get_data(as_text=True)
    assert kept(rt) == rt.profile.money


def test_what_was_spent_stands_beside_its_ceiling(app: Flask, rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        unit.db.add(Spending(scope="day", since=rt.clock(), spent=Decimal("1234.20")))
    assert "₹1,234" in a_desk(app, rt, role="administrator").read("/house/money")


@pytest.mark.parametrize("role", ["coordinator", "approver", "auditor"])
def test_only_administrators_see_it(app: Flask, rt: Runtime, role: str) -> None:
    assert a_desk(app, rt, role=role).get("/house/money").status_code == 403


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("", None),
        ("  ", None),
        ("₹ 2,00,000", Decimal(200_000)),
        ("0.80", Decimal("0.80")),
        ("८०", Decimal(80)),
    ],
)
def test_amounts_as_people_type_them(typed: str, amount: Decimal | None) -> None:
    assert read_amount(typed) == amount
    assert read_amount(typed_amount(amount)) == amount


@pytest.mark.parametrize("typed", ["-1", "inf", "1e20", "0.00001", "2 rupees", "--", "१.२.३"])
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(AmountUnreadable):
        read_amount(typed)
