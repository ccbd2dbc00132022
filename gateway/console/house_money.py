"""Money: what a call and an SMS cost, how much may be spent in an hour and a day, and when a second person approves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.amounts import AmountUnreadable, read_amount, shown_amount, typed_amount
from gateway.console.formats import country
from gateway.db import unit_of_work
from gateway.rules.prices import Money, Per, Prices
from gateway.store import money, staff

blueprint = Blueprint("house_money", __name__)

CURRENCY = re.compile(r"[A-Z]{3}")
PRICES = ("call", "sms")
AMOUNTS = ("hour", "day", "budget", "second_amount")
MOST_MEMBERS = 10**7


@dataclass
class MoneyForm:
    """What was typed, and what is wrong with it."""

    typed: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def amount(self, name: str) -> Decimal | None:
        try:
            return read_amount(self.typed.get(name, "")[:40])
        except AmountUnreadable:
            self.errors[name] = gettext("Write an amount like 2.50, or leave it empty.")
        return None

    def price(self, name: str) -> Decimal:
        amount = self.amount(name)
        if amount is None:
            self.errors[name] = gettext("Write what it costs, like 0.80.")
        return amount or Decimal(0)

    def members(self, name: str) -> int | None:
        typed = self.typed.get(name, "").replace(",", "").strip()
        if not typed:
            return None
        if not typed.isdecimal() or not 1 <= int(typed[:9]) <= MOST_MEMBERS:
            self.errors[name] = gettext("Write a number of members, or leave it empty.")
            return None
        return int(typed)


@blueprint.get("/house/money")
@may("change_settings")
def form(viewer: Viewer) -> ResponseReturnValue:
    """Show what holds, and what was spent of it."""
    return _page(viewer, None)


@blueprint.post("/house/money")
@may("change_settings")
def keep(viewer: Viewer) -> ResponseReturnValue:
    """Keep it for the whole organisation; the next attempt is reckoned with it."""
    rt = runtime()
    viewer.decide_for_all()
    read = MoneyForm(request.form)
    given = _read(read)
    if read.errors:
        return make_response(_page(viewer, read), 422)
    with unit_of_work(rt.engine) as unit:
        money.keep_money(unit.db, given)
        staff.add_audit(
            unit.db, viewer.staff_id, "money-changed", rt.clock(), unit_id=viewer.unit_id, **_facts(given)
        )
    flash(gettext("Kept. It holds from the next attempt on."))
    return redirect(url_for("house_money.form"))


def _read(read: MoneyForm) -> Money:
    currency = read.typed.get("currency", "").strip().upper()
    if not CURRENCY.fullmatch(currency):
        read.errors["currency"] = gettext("Write the three letters of a currency, like INR.")
    per = Per.SECOND if read.typed.get("per") == Per.SECOND else Per.MINUTE
    prices = {name: read.price(name) for name in PRICES}
    amounts = {name: read.amount(name) for name in AMOUNTS}
    hour, day = amounts["hour"], amounts["day"]
    if hour is not None and day is not None and hour > day:
        read.errors["hour"] = gettext("An hour cannot cost more than its day.")
    return Money(
        prices=Prices(currency=currency, per=per, **prices),
        second_members=read.members("second_members"),
        **amounts,
    )


def _facts(given: Money) -> dict[str, Any]:
    amounts = {name: typed_amount(getattr(given, name)) or None for name in AMOUNTS}
    prices = {name: typed_amount(getattr(given.prices, name)) for name in PRICES}
    return {
        "currency": given.prices.currency,
        "per": str(given.prices.per),
        "second_members": given.second_members,
        **prices,
        **amounts,
    }


def _typed(chosen: Money) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in _facts(chosen).items()}


def _page(viewer: Viewer, read: MoneyForm | None) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        chosen = money.find_money(unit.db, rt.profile.money)
        is_own = money.is_kept(unit.db)
        spent = money.spent_lately(unit.db, rt.clock())
    return render_template(
        "house/money.html",
        typed=read.typed if read else _typed(chosen),
        errors=read.errors if read else {},
        chosen=chosen,
        is_own=is_own,
        country=country(),
        spent={scope: shown_amount(amount, chosen.prices.currency) for scope, amount in spent.items()},
        shown=lambda amount: shown_amount(amount, chosen.prices.currency),
        may_change=viewer.is_top,
    )
