"""Which pace a kind of channel keeps: new calls a second on a line, or requests a second for texts."""

from __future__ import annotations

from gateway.deliveries.owe import SMS
from gateway.runtime import Runtime


def take(rt: Runtime, kind: str, line: str, wanted: int) -> int:
    """Take as many calls, or requests for texts, as the pace allows now and are wanted."""
    rate = _rate(rt, kind)
    return rt.pace.take(_bucket(rt, kind, line), rate, min(wanted, max(1, int(rate))))


def give_back(rt: Runtime, kind: str, line: str, unused: int) -> None:
    """Return what was not used; below nothing: more was used than had been taken."""
    if unused:
        rt.pace.give_back(_bucket(rt, kind, line), unused)


def _rate(rt: Runtime, kind: str) -> float:
    return float(rt.settings.sms_requests_per_second if kind == SMS else rt.settings.calls_per_second)


def _bucket(rt: Runtime, kind: str, line: str) -> str:
    return f"{rt.provider}:{kind}:{line}"
