"""What every provider must do, whatever it is called. `test_contract` runs it over the registry.

A new provider adds one row to `OPENINGS`: how to open it on a stand-in, and posts of its dialect.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.channels.registry import Channels, open_channels
from gateway.settings import Settings
from tests.gateway.channels.stand_in import Request, answer, stand_in

ENVIRON = {
    "DATABASE_URL": "postgresql+psycopg://localhost/x",
    "REDIS_URL": "redis://localhost",
    "MEMBERLINE_PUBLIC_URL": "https://line.example.org",
    "MEMBERLINE_SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "MEMBERLINE_CALLBACK_SECRET": "0123456789abcdef0123456789abcdef",
    "MEMBERLINE_AFRICASTALKING_USERNAME": "memberline",
    "MEMBERLINE_AFRICASTALKING_API_KEY": "not-for-logs",
    "MEMBERLINE_SMS_SENDER": "MEMBRLINE",
}


@dataclass(frozen=True)
class Opening:
    """`posts`: call_begins, key_1, call_over (busy), sms ("HELP"), receipt (delivered), opt_out, ussd ("1*2"), ussd_over."""

    open: Callable[[], object]
    posts: Mapping[str, dict[str, str]]
    is_on_wire: bool


@contextmanager
def open_loopback() -> Iterator[Channels]:
    yield open_channels("loopback", Settings.from_env(ENVIRON))


@contextmanager
def open_africastalking() -> Iterator[Channels]:
    with stand_in(*[_take_all] * 20) as server:
        yield open_channels(
            "africastalking", Settings.from_env(ENVIRON | {"MEMBERLINE_AFRICASTALKING_URL": server.url})
        )


def _take_all(sock: object, request: Request) -> None:
    numbers = request.form["to"].split(",")
    entries = [{"phoneNumber": each, "status": "Queued", "sessionId": f"c{each}"} for each in numbers]
    recipients = [{"number": each, "statusCode": 102, "messageId": f"m{each}"} for each in numbers]
    body = {
        "entries": entries,
        "errorMessage": "None",
        "SMSMessageData": {"Message": "", "Recipients": recipients},
    }
    answer(201, json.dumps(body))(sock, request)  # type: ignore[arg-type]


AT_CALL = {
    "sessionId": "c1",
    "direction": "Outbound",
    "callerNumber": "+917000000001",
    "destinationNumber": "+918000000001",
    "isActive": "1",
}
LOOP_CALL = {
    "provider_id": "c1",
    "number": "+917000000001",
    "line": "+918000000001",
    "is_inbound": "no",
    "is_over": "no",
}
AT_END = {
    "isActive": "0",
    "status": "NotAnswered",
    "hangupCause": "USER_BUSY",
    "durationInSeconds": "0",
}
LOOP_SMS = {"provider_id": "m1", "number": "+917000000001"}
LOOP_USSD = LOOP_SMS | {"provider_id": "u1", "service_code": "*384#", "text": "1*2"}

OPENINGS = {
    "africastalking": Opening(
        open_africastalking,
        {
            "call_begins": AT_CALL,
            "key_1": AT_CALL | {"dtmfDigits": "1"},
            "call_over": AT_CALL | AT_END,
            "sms": {"id": "m1", "from": "+917000000001", "to": "22384", "text": "HELP"},
            "receipt": {"id": "m1", "phoneNumber": "+917000000001", "status": "Success"},
            "opt_out": {"phoneNumber": "+917000000001", "senderId": "MEMBRLINE"},
            "ussd": {
                "sessionId": "u1",
                "phoneNumber": "+917000000001",
                "serviceCode": "*384#",
                "text": "1*2",
            },
            "ussd_over": {
                "sessionId": "u1",
                "phoneNumber": "+917000000001",
                "serviceCode": "*384#",
                "input": "1*2",
                "status": "Incomplete",
                "durationInMillis": "31020",
            },
        },
        is_on_wire=True,
    ),
    "loopback": Opening(
        open_loopback,
        {
            "call_begins": LOOP_CALL,
            "key_1": LOOP_CALL | {"digits": "1"},
            "call_over": LOOP_CALL | {"is_over": "yes", "outcome": "busy", "seconds": "0"},
            "sms": LOOP_SMS | {"line": "22384", "text": "HELP"},
            "receipt": LOOP_SMS | {"outcome": "delivered", "is_final": "yes"},
            "opt_out": {"number": "+917000000001"},
            "ussd": LOOP_USSD,
            "ussd_over": LOOP_USSD | {"is_over": "yes", "outcome": "answered", "seconds": "31"},
        },
        is_on_wire=False,
    ),
}
