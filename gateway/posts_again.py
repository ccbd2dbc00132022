"""Applies posts as if they had come now: spooled while the database was away, too early, or told when we asked for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gateway import inbox, receipts, spool
from gateway.calls import ussd_posted, voice_posted
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import doubt, outcomes, strays
from gateway.deliveries.owe import SMS
from gateway.errors import CallbackInvalid
from gateway.models import Callback
from gateway.runtime import Runtime
from gateway.store import callbacks, doubts

UNKNOWN_FOR = timedelta(minutes=10)


def apply_spooled(rt: Runtime) -> int:
    """Apply everything that was kept; returns how many posts that were."""
    kinds = {"voice": _voice, "sms": _sms, "receipts": _receipt, "opt-outs": _opt_out, "ussd": _ussd}
    return spool.apply_all(rt, kinds)


def apply_unknown(rt: Runtime) -> int:
    """Apply receipts that overtook our own response, for ten minutes, and those whose text is known by its number alone, for
    three days; returns how many found their message (A5)."""
    with unit_of_work(rt.engine) as unit:
        now = rt.clock()
        early = callbacks.list_unknown_receipts(unit.db, now - UNKNOWN_FOR)
        lost = doubts.list_strays(unit.db, rt.provider, SMS, strays.LATEST, now - strays.LATEST)
        return sum(_receipt_again(unit, rt, each) for each in dict.fromkeys((*early, *lost)))


def ask_about_doubts(rt: Runtime) -> None:
    """Ask the provider what became of what nobody has heard of; the last word of a call counts as if it were posted now."""
    doubt.ask(rt, lambda event: voice_posted(rt, event, None))


def _receipt_again(unit: UnitOfWork, rt: Runtime, kept: Callback) -> bool:
    try:
        event = rt.callbacks.parse_receipt(callbacks.open_body(rt.vault, kept))
    except CallbackInvalid:
        return False
    is_known = outcomes.reported(unit, rt, event)
    if not is_known and not strays.match(unit, rt, event, kept.number_id, kept.at):
        return False
    kept.outcome, kept.number_id = "applied", None
    return True


def _voice(rt: Runtime, form: Mapping[str, str], turn: int | None) -> object:
    return voice_posted(rt, rt.callbacks.parse_voice(form), turn)


def _sms(rt: Runtime, form: Mapping[str, str], turn: int | None) -> object:
    return inbox.message_arrived(rt, rt.callbacks.parse_sms(form))


def _receipt(rt: Runtime, form: Mapping[str, str], turn: int | None) -> object:
    return receipts.message_reported(rt, rt.callbacks.parse_receipt(form))


def _opt_out(rt: Runtime, form: Mapping[str, str], turn: int | None) -> object:
    inbox.opted_out(rt, rt.callbacks.parse_opt_out(form))
    return None


def _ussd(rt: Runtime, form: Mapping[str, str], turn: int | None) -> None:
    ussd_posted(rt, rt.callbacks.parse_ussd(form))
