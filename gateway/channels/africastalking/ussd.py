"""USSD through Africa's Talking: reading a step or the session's end, and writing a screen.

Source: africastalking.md D. Not offered in India. A screen that is too long is cut here as a last resort; whoever writes
screens keeps them short (`flows.screens`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.channels.africastalking.client import money
from gateway.channels.africastalking.fields import (
    LONGEST_ID,
    clean,
    note_unknown,
    optional,
    raw,
    required,
    written,
)
from gateway.channels.base import Outcome, Reply, UssdStep

SCREEN = 182  # characters, the prefix included
GOES_ON, ENDS = "CON ", "END "
PLAIN = "text/plain"
# `Incomplete`: whoever dialled cancelled, or was too slow: they were there all the same.
STATUSES = {"Success": Outcome.ANSWERED, "Incomplete": Outcome.ANSWERED, "Failed": Outcome.FAILED}


def parse_ussd(form: Mapping[str, str]) -> UssdStep:
    """Read one input, or the post at the session's end (it has `status` and `input`); raises CallbackInvalid."""
    is_over = "text" not in form and "status" in form
    end = _end(form) if is_over else {}
    return UssdStep(
        provider_id=required(form, "sessionId", LONGEST_ID),
        number=required(form, "phoneNumber", LONGEST_ID),
        service_code=required(form, "serviceCode", LONGEST_ID),
        text=written(form, "input") if is_over else written(form, "text"),
        is_over=is_over,
        raw=raw(form),
        **end,
    )


def _end(form: Mapping[str, str]) -> Mapping[str, Any]:
    status = optional(form, "status") or ""
    if status not in STATUSES:
        note_unknown("ussd status", status)
    duration = optional(form, "durationInMillis") or ""
    cost, currency = money(optional(form, "cost"))
    return {
        "outcome": STATUSES.get(status, Outcome.UNKNOWN),
        "seconds": round(int(duration) / 1000) if re.fullmatch("[0-9]{1,9}", duration) else None,
        "cost": cost,
        "currency": currency,
    }


def ussd_reply(screen: str, goes_on: bool) -> Reply:
    """Write a screen that asks for more, or the last one; cut to what a phone shows."""
    shown = "\n".join(" ".join(line.split()) for line in clean(screen).splitlines())
    body = (GOES_ON if goes_on else ENDS) + shown
    return Reply(body if len(body) <= SCREEN else f"{body[: SCREEN - 3].rstrip()}...", PLAIN)
