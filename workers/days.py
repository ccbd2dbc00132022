"""Asks the leads of units how the day was, and freezes and sends the day's roll-up; rung by the sweep."""

from __future__ import annotations

from gateway.days import asking
from gateway.rollups import freeze, send
from workers.process import job, runtime


@job
def ask_leads() -> None:
    """Ask who is still to be asked this evening; twice, or twice at once, changes nothing more."""
    asking.ask_leads(runtime())


@job
def freeze_day() -> None:
    """Freeze the day whose hour has come, then owe it to whoever wants it; each happens once."""
    rt = runtime()
    freeze.freeze_due(rt)
    send.send_due(rt)
