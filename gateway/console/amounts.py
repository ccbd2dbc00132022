"""Amounts of money: as people type them, and as the pages print them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from babel.numbers import format_currency
from flask_babel import get_locale

MOST = Decimal(10) ** 9  # as a broadcast's budget is kept
_ROUND = Decimal(100)


class AmountUnreadable(ValueError):
    """What was typed is no amount."""


def read_amount(typed: str) -> Decimal | None:
    """Read "2,00,000", "₹ 0.80" or "८०" as an amount with at most four decimals; None where nothing was typed."""
    plain = "".join(letter for letter in typed if not (letter.isspace() or letter in ",₹'"))
    if not plain:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise AmountUnreadable(typed) from error
    exponent = amount.as_tuple().exponent
    if not amount.is_finite() or not 0 <= amount < MOST or not isinstance(exponent, int) or exponent < -4:
        raise AmountUnreadable(typed)
    return amount


def typed_amount(amount: Decimal | None) -> str:
    """An amount as it stands in its field."""
    return "" if amount is None else f"{amount.normalize():f}"


def shown_amount(amount: Decimal, currency: str) -> str:
    """An amount on a page, grouped as in its language: "₹2,00,000", "₹0.80"; whole from a hundred on."""
    is_whole = amount >= _ROUND or amount == amount.to_integral_value()
    pattern = "¤#,##,##0" if is_whole else "¤#,##,##0.00##"
    if get_locale() is not None and currency != "INR":
        pattern = pattern.replace("#,##,##0", "#,##0").replace("¤", "¤ ")
    return str(format_currency(amount, currency, pattern, locale=get_locale(), currency_digits=False))
