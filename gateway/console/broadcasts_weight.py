"""What a broadcast weighs, as the compose page and the check page say it: whom it reaches, calls, money, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext, ngettext

from flows.sms_text import is_gsm, segments
from gateway.broadcasts.plan import Change, Forecast, Remedy
from gateway.broadcasts.size import Size, size_of
from gateway.console.amounts import shown_amount, typed_amount
from gateway.console.broadcasts_form import BroadcastForm
from gateway.console.formats import moment, number
from gateway.console.locale import SPOKEN
from gateway.db import UnitOfWork
from gateway.deliveries.owe import SMS
from gateway.models import Broadcast
from gateway.rules.prices import Money
from gateway.runtime import Runtime

ROUNDS_SHOWN = 4


def usual_budget(money: Money) -> str:
    """What stands in the budget's field of a new broadcast."""
    return typed_amount(money.budget)


def of_form(rt: Runtime, form: BroadcastForm) -> Broadcast:
    """A broadcast as the form has it, to be weighed and thrown away."""
    assert form.place is not None
    return Broadcast(unit_id=form.place.id, **{**form.values(rt), "title": ""})


def weigh(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> dict[str, Any]:
    """Return what the fragment shows of a broadcast as it stands."""
    return shown_of(size_of(unit, rt, broadcast), broadcast, rt.clock())


def shown_of(size: Size, broadcast: Broadcast, now: datetime) -> dict[str, Any]:
    """The words of a size that is known."""
    made, currency = size.forecast, size.money.prices.currency
    return {
        "audience": size.audience,
        "rounds": made.rounds[:ROUNDS_SHOWN],
        "cost": {
            name: shown_amount(getattr(made.cost, name), currency) for name in ("low", "likely", "high")
        },
        "is_exact": made.cost.low == made.cost.high,
        "minutes": made.minutes,
        "lines": made.lines,
        "starts": None if made.first.begins_at <= now else moment(made.first.begins_at),
        "ends": ends(made),
        "all_over": moment(made.ends_at) if made.ends_at and broadcast.kind != SMS else None,
        "is_cut": made.is_cut,
        "budget": shown_amount(broadcast.budget, currency) if broadcast.budget is not None else None,
        "parts": parts(broadcast.texts) if broadcast.kind == SMS else [],
        "fallback_parts": parts(broadcast.fallback_texts or {}),
    }


def ends(made: Forecast) -> str:
    """Say when the first round ends, or that it will not in time."""
    first = made.first
    if first.ends_at is None:
        return str(gettext("This would take more than two weeks."))
    if not made.is_cut:
        return str(gettext("Everybody is tried once by %(when)s.", when=moment(first.ends_at)))
    if made.deadline < first.closes_at:
        return str(
            gettext(
                "It will not finish: %(n)s of %(all)s are tried before it ends %(when)s.",
                n=number(made.in_time),
                all=number(made.rounds[0]),
                when=moment(made.deadline),
            )
        )
    return str(
        gettext(
            "Will not finish in one day: %(n)s before %(when)s, the rest until about %(end)s.",
            n=number(made.in_time),
            when=moment(made.deadline),
            end=moment(first.ends_at),
        )
    )


def parts(texts: dict[str, Any]) -> list[str]:
    """Say of each language in which letters its SMS travels, and in how many parts."""
    said = []
    for language, text in texts.items():
        if text:
            n = segments(str(text))
            letters = (
                gettext("plain letters, 160 in one part")
                if is_gsm(str(text))
                else gettext("letters of all scripts, 70 in one part")
            )
            said.append(
                ngettext(
                    "%(language)s: %(num)s part (%(letters)s)",
                    "%(language)s: %(num)s parts (%(letters)s)",
                    n,
                    language=SPOKEN.get(language, language),
                    letters=letters,
                )
            )
    return said


def remedy_words(remedy: Remedy) -> str:
    """Say what would let it finish."""
    n = number(remedy.n)
    when = moment(remedy.at) if remedy.at else ""
    match remedy.change:
        case Change.LATER:
            return str(gettext("Start when the next calling hours begin: %(when)s", when=when))
        case Change.EXPIRY:
            return str(gettext("Let it go on until %(when)s", when=when))
        case Change.SHORTER:
            return str(gettext("Say it in %(n)s seconds, greeting and goodbye included", n=n))
        case Change.FEWER:
            return str(gettext("Choose a smaller unit or fewer members: %(n)s fit", n=n))
        case Change.LINES:
            return str(gettext("With %(n)s lines it would fit; your provider sets how many there are", n=n))
