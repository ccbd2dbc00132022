"""The SMS side of the provider's API, with user and token. Source: africastalking.md C1, C2, E3.

Magic last digits are refused with their code: 99401 RiskHold … 99502 RejectedByGateway; 99402 as the whole
request's refusal. A status set for a number by configuration or `/control/refusals` does the same.
"""

import secrets
from typing import Any

from flask import Blueprint, Response, jsonify, request

from gateway.emulator.access import asked, stall
from gateway.emulator.api_voice import E164, numbers_of
from gateway.emulator.forms import CURRENCIES, country_code
from gateway.emulator.messages import Messages
from gateway.emulator.network import Network

REFUSALS = {
    "RiskHold": 401,
    "InvalidSenderId": 402,
    "InvalidPhoneNumber": 403,
    "UnsupportedNumberType": 404,
    "InsufficientBalance": 405,
    "UserInBlacklist": 406,
    "CouldNotRoute": 407,
    "DoNotDisturbRejection": 409,
    "InternalServerError": 500,
    "GatewayError": 501,
    "RejectedByGateway": 502,
}
MAGIC = {f"99{code}": name for name, code in REFUSALS.items()}
TOKEN_SECONDS = 3600


def sms_blueprint(network: Network, messages: Messages) -> Blueprint:
    api = Blueprint("api_sms", __name__)

    @api.post("/version1/messaging")
    def send() -> tuple[Response, int]:
        fields = asked()
        return _send(network, messages, fields, numbers_of(fields.get("to")), str(fields.get("from", "")))

    @api.post("/version1/messaging/bulk")
    def send_bulk() -> tuple[Response, int]:
        fields = asked()
        sender = str(fields.get("senderId", ""))
        return _send(network, messages, fields, numbers_of(fields.get("phoneNumbers")), sender)

    @api.get("/version1/messaging")
    def inbox() -> Response:
        after = request.args.get("lastReceivedId", 0, type=int)
        found = [
            {
                "id": number_id,
                "from": number,
                "to": to.removeprefix("+"),
                "text": text,
                "date": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "linkId": "",
            }
            for number_id, number, to, text, at in messages.received
            if number_id > after
        ]
        return jsonify(SMSMessageData={"Messages": found[:100]})

    @api.get("/version1/user")
    def user() -> Response:
        return jsonify(UserData={"balance": "USD 412.6168"})

    @api.post("/auth-token/generate")
    def token() -> Response:
        fresh = f"AT_{secrets.token_urlsafe(24)}"
        network.tokens.add(fresh)
        return jsonify(token=fresh, lifetimeInSeconds=TOKEN_SECONDS)

    return api


def _send(
    network: Network, messages: Messages, fields: dict[str, object], numbers: list[str], sender: str
) -> tuple[Response, int]:
    only, text = (numbers[0] if len(numbers) == 1 else ""), str(fields.get("message", ""))
    if not _may_send_as(network, sender) or network.faults.strike("invalid_sender", only, "sms"):
        return jsonify(SMSMessageData={"Message": "InvalidSenderId", "Recipients": []}), 201
    premium = str(fields.get("bulkSMSMode", "1")) == "0"
    code = 101 if str(fields.get("enqueue", "1")) == "0" else 102
    shown = sender or network.config.sms_sender
    recipients = [_recipient(network, messages, number, shown, text, code, premium) for number in numbers]
    stall(network, only, "sms")
    sent = sum(1 for recipient in recipients if recipient["status"] == "Success")
    summary = f"Sent to {sent}/{len(recipients)}"
    if not premium:
        cost = f"USD {0.0079 * sent * parts_of(text):.4f}" if sent else "0"
        summary += f" Total Cost: {cost}" + (f" Message parts: {parts_of(text)}" if sent else "")
    return jsonify(SMSMessageData={"Message": summary, "Recipients": recipients}), 201


def _may_send_as(network: Network, sender: str) -> bool:
    lines = network.config.lines
    known = {"", network.config.sms_sender, *lines, *(line.removeprefix("+") for line in lines)}
    return not network.config.sms_sender or sender in known


def _recipient(
    network: Network, messages: Messages, number: str, sender: str, text: str, code: int, premium: bool
) -> dict[str, Any]:
    refusal = _refusal(network, number)
    if refusal:
        return {
            "cost": "0", "messageId": "None", "number": number, "status": refusal, "statusCode": REFUSALS[refusal],
        }  # fmt: skip
    currency = CURRENCIES.get(country_code(number), "KES")
    return {
        "cost": "0" if premium else f"{currency} {0.8 * parts_of(text):.4f}",
        "messageId": messages.deliver(number, sender, text),
        "number": number,
        "status": "Success",
        "statusCode": code,
    }


def _refusal(network: Network, number: str) -> str:
    if not E164.fullmatch(number):
        return "InvalidPhoneNumber"
    if network.refusals.get(number) in REFUSALS:
        return network.refusals[number]
    if network.switches().refuse_india and number.startswith("+91"):
        return "UnsupportedNumberType"
    return MAGIC.get(number[-5:], "")


def parts_of(text: str) -> int:
    """Segments: 160/153 letters of the plain alphabet, 70/67 of any other."""
    single, joined = (160, 153) if text.isascii() else (70, 67)
    return 1 if len(text) <= single else -(-len(text) // joined)
