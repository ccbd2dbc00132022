"""Prices and ceilings as staff keep them: a row of the settings, the country's first figures where there is none."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.models import Spending
from gateway.rules.prices import Money, Per, Prices
from gateway.store.settings import find_value, keep_value

SETTING = "money"
_AMOUNTS = ("hour", "day", "budget", "second_amount")


def find_money(db: Session, default: Money) -> Money:
    """Return what holds now; `default` is that of the country (`rt.profile.money`)."""
    kept = find_value(db, SETTING)
    if not kept:
        return default
    prices = kept["prices"]
    return Money(
        prices=Prices(
            currency=prices["currency"],
            call=Decimal(prices["call"]),
            sms=Decimal(prices["sms"]),
            per=Per(prices["per"]),
        ),
        second_members=kept["second_members"],
        **{name: _amount(kept[name]) for name in _AMOUNTS},
    )


def keep_money(db: Session, money: Money) -> None:
    """Keep it for the whole organisation; amounts as text, so that not a cent is rounded."""
    prices = {name: str(value) for name, value in asdict(money.prices).items()}
    amounts = {name: _text(getattr(money, name)) for name in _AMOUNTS}
    keep_value(db, SETTING, {"prices": prices, "second_members": money.second_members, **amounts})


def is_kept(db: Session) -> bool:
    """Whether staff have put in figures of their own."""
    return bool(find_value(db, SETTING))


def spent_lately(db: Session, now: datetime) -> dict[str, Decimal]:
    """Return what was kept back or charged in the hour and in the day that run now, by scope."""
    spans = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
    return {
        scope: db.scalars(
            select(func.coalesce(func.sum(Spending.spent), 0)).where(
                Spending.scope == scope, Spending.since > now - span, Spending.since <= now
            )
        ).one()
        for scope, span in spans.items()
    }


def _amount(kept: Any) -> Decimal | None:
    return None if kept is None else Decimal(kept)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
