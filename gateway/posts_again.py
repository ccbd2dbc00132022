"""Applies posts that were spooled while the database was away, as if they had come now."""

from __future__ import annotations

from collections.abc import Mapping

from gateway import inbox, receipts, spool
from gateway.calls import voice_posted
from gateway.runtime import Runtime


def apply_spooled(rt: Runtime) -> int:
    """Apply everything that was kept; returns how many posts that were."""
    return spool.apply_all(rt, {"voice": _voice, "sms": _sms, "receipts": _receipt, "opt-outs": _opt_out})


def _voice(rt: Runtime, form: Mapping[str, str], turn: int | None) -> object:
    return voice_posted(rt, rt.callbacks.parse_voice(form), turn)


def _sms(rt: Runtime, form: Mapping[str, str], turn: int | None) -> object:
    return inbox.message_arrived(rt, rt.callbacks.parse_sms(form))


def _receipt(rt: Runtime, form: Mapping[str, str], turn: int | None) -> object:
    return receipts.message_reported(rt, rt.callbacks.parse_receipt(form))


def _opt_out(rt: Runtime, form: Mapping[str, str], turn: int | None) -> object:
    inbox.opted_out(rt, rt.callbacks.parse_opt_out(form))
    return None
