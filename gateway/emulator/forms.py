"""The fields of each post as Africa's Talking sends them (africastalking.md A2, A3, C3, C4). Pure but for chance.

Called by story.py (voice) and messages.py (SMS, receipts).
"""

import math
import random
from datetime import datetime
from typing import Literal

from gateway.emulator.call import Call
from gateway.emulator.config import Switches

COUNTRY_CODES = ("254", "256", "255", "250", "234", "233", "260", "265", "251", "225", "91", "27")
CURRENCIES = {"254": "KES", "256": "UGX", "255": "TZS", "250": "RWF", "234": "NGN", "91": "INR"}
CARRIERS = {"254": ("Safaricom", "Airtel"), "256": ("MTN", "Airtel"), "234": ("MTN", "Airtel")}
NETWORK_CODES = {"Safaricom": "63902", "Airtel": "63903", "MTN": "64110"}
PRICE_PER_MINUTE = 2.0


def country_code(number: str) -> str:
    """The dialling code, `-1` where unknown (as for a SIP caller)."""
    return next((code for code in COUNTRY_CODES if number.startswith("+" + code)), "-1")


def carrier(number: str) -> str:
    """A carrier by the number's digits; the provider says `None` for Indian ones."""
    choices = CARRIERS.get(country_code(number), ("None",))
    return choices[int(number[-3:]) // 7 % len(choices)] if number[-3:].isdigit() else "None"


def network_code(number: str) -> str:
    return NETWORK_CODES.get(carrier(number), "99999")


def voice_form(call: Call, extra: dict[str, str], switches: Switches) -> dict[str, str]:
    """Every post of a call has these; `extra` brings what the caller just did."""
    first = "Ringing" if call.direction == "Inbound" else "Answered"
    fields = {
        "isActive": "1",
        "sessionId": call.provider_id,
        "direction": call.direction,
        "callerNumber": call.number,
        "destinationNumber": call.line,
        "callSessionState": first,
        "callerCountryCode": country_code(call.number),
        "callerCarrierName": carrier(call.number),
        "callStartTime": _time(call.started_at, switches),
        **_nulls(switches, extra),
        **extra,
    }
    if call.tag and switches.tag_in_posts:
        fields["clientRequestId"] = call.tag
    return fields


def final_form(call: Call, switches: Switches) -> dict[str, str]:
    """The last post: `isActive` 0, duration, cost and cause."""
    unanswered = call.direction == "Outbound" and call.answered is None
    fields = voice_form(call, {}, switches) | {
        "isActive": "0",
        "callSessionState": "NotAnswered" if unanswered else "Completed",
        "status": call.status or ("NotAnswered" if unanswered else "Success"),
        "durationInSeconds": str(call.seconds),
        "amount": "0" if unanswered else f"{math.ceil(call.seconds / 60) * PRICE_PER_MINUTE:.3f}",
        "currencyCode": CURRENCIES.get(country_code(call.line), "KES"),
    }
    if unanswered:
        fields["callStartTime"] = "None"
    if call.cause:
        fields["hangupCause"] = call.cause
    if call.recording_url:
        fields["recordingUrl"] = call.recording_url
    if call.dialled:
        fields |= {
            "dialDestinationNumber": call.dialled,
            "dialDurationInSeconds": str(round(call.dialled_seconds)),
            "dialStartTime": _time(call.dialled_at, switches),
            "lastBridgeHangupCause": call.bridge_cause or "NORMAL_CLEARING",
        }
    return fields


def _nulls(switches: Switches, extra: dict[str, str]) -> dict[str, str]:
    spelling: Literal["absent", "empty", "none", "mixed"] | str = switches.null_spelling
    if spelling == "mixed":
        spelling = random.choice(("absent", "empty", "none"))  # noqa: S311
    if spelling == "absent":
        return {}
    return {"dtmfDigits": "", "recordingUrl": ""} if spelling == "empty" else {"dtmfDigits": "None"}


def _time(at: datetime | None, switches: Switches) -> str:
    if at is None:
        return "None"
    return at.strftime("%Y-%m-%d+%H:%M:%S" if switches.plus_in_times else "%Y-%m-%d %H:%M:%S")


def message_form(message_id: str, number: str, to: str, text: str, at: datetime) -> dict[str, str]:
    """An SMS to us: our number without its plus, the date in either spelling."""
    pattern = "%Y-%m-%dT%H:%M:%SZ" if random.random() < 0.5 else "%Y-%m-%d %H:%M:%S"  # noqa: S311
    return {
        "id": message_id,
        "from": number,
        "to": to.removeprefix("+"),
        "text": text,
        "date": at.strftime(pattern),
        "linkId": "",
        "networkCode": network_code(number),
    }


def receipt_form(message_id: str, number: str, status: str, reason: str = "") -> dict[str, str]:
    fields = {
        "id": message_id,
        "status": status,
        "phoneNumber": number,
        "networkCode": network_code(number),
        "retryCount": "0",
    }
    return fields | {"failureReason": reason} if reason else fields
