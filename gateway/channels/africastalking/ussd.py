"""USSD through Africa's Talking: reading a step or the dialogue's end, and writing the last screen.

Source: africastalking.md D. Not offered in India; for now every dialogue ends politely.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.channels.africastalking.fields import LONGEST_ID, clean, raw, required, written
from gateway.channels.base import Reply, UssdStep

SCREEN = 182  # characters, the prefix included


def parse_ussd(form: Mapping[str, str]) -> UssdStep:
    """Read one input, or the post at the dialogue's end (it has `status` and `input`); raises CallbackInvalid."""
    is_over = "text" not in form and "status" in form
    return UssdStep(
        provider_id=required(form, "sessionId", LONGEST_ID),
        number=required(form, "phoneNumber", LONGEST_ID),
        service_code=required(form, "serviceCode", LONGEST_ID),
        text=written(form, "input") if is_over else written(form, "text"),
        is_over=is_over,
        raw=raw(form),
    )


def ussd_end(text: str) -> Reply:
    """Write the last screen, cut to what a phone shows."""
    screen = f"END {' '.join(clean(text).split())}"
    body = screen if len(screen) <= SCREEN else screen[: SCREEN - 3].rstrip() + "..."
    return Reply(body, "text/plain")
