"""The voice side of the provider's API, byte for byte as the SDK meets it. Source: africastalking.md B.

Magic last digits of a number are refused: 99403 invalid, 99404 not supported, 99405 no credit.
"""

import re

from flask import Blueprint, Response, jsonify

from gateway.emulator.access import asked, stall
from gateway.emulator.network import Network
from gateway.emulator.switchboard import Switchboard
from gateway.emulator.xml import Document, Sound

MAGIC = {"99403": "InvalidPhoneNumber", "99404": "DestinationNotSupported", "99405": "InsufficientCredit"}
CALL_REFUSALS = set(MAGIC.values())
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def numbers_of(value: object) -> list[str]:
    """A comma list or a JSON list as numbers."""
    parts = value if isinstance(value, list) else str(value or "").split(",")
    return [str(part).strip() for part in parts if str(part).strip()]


def voice_blueprint(network: Network, switchboard: Switchboard) -> Blueprint:
    api = Blueprint("api_voice", __name__)

    @api.post("/call")
    def call() -> Response:
        fields = asked()
        line, numbers = str(fields.get("from", "")), numbers_of(fields.get("to"))
        only = numbers[0] if len(numbers) == 1 else ""
        if line not in network.config.lines or network.faults.strike("invalid_caller_id", only, "call"):
            return jsonify(entries=[], errorMessage=f"Invalid callerId: {line}")
        tag, given = str(fields.get("clientRequestId", "")), _given(fields.get("callActions"))
        entries = [_place(network, switchboard, number, line, tag, given) for number in numbers]
        stall(network, only, "call")
        answer = jsonify(entries=entries, errorMessage="None")
        answer.headers["X-Current-Queue-Size"] = str(len(entries))
        return answer

    @api.post("/queueStatus")
    def queue_status() -> Response:
        return jsonify(entries=[], errorMessage="None", status="Success")

    @api.post("/mediaUpload")
    def media_upload() -> tuple[Response, int]:
        return jsonify(success=True), 201

    @api.post("/callTransfer")
    def call_transfer() -> Response:
        return jsonify(callTransferResponse={"errorMessage": "NotAllowed", "status": "Failed"})

    return api


def _place(
    network: Network, switchboard: Switchboard, number: str, line: str, tag: str, given: Document | None
) -> dict[str, str]:
    status = _refusal(network, number)
    provider_id = "None" if status else switchboard.place(number, line, tag, given)
    return {"phoneNumber": number, "sessionId": provider_id, "status": status or "Queued"}


def _refusal(network: Network, number: str) -> str:
    if not E164.fullmatch(number):
        return "InvalidPhoneNumber"
    if network.refusals.get(number) in CALL_REFUSALS:
        return network.refusals[number]
    if network.switches().refuse_india and number.startswith("+91"):
        return "DestinationNotSupported"
    return MAGIC.get(number[-5:], "")


def _given(actions: object) -> Document | None:
    """`callActions` of a JSON request: Say and Play only."""
    if not isinstance(actions, list) or not actions:
        return None
    document = Document()
    for action in actions:
        if isinstance(action, dict) and action.get("actionType") in ("Say", "Play"):
            document.actions.append(Sound(url=str(action.get("url", "")), text=str(action.get("text", ""))))
    return document
