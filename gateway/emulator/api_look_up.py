"""What became of a call or a text: an address that the emulator has beyond its model, for whoever got no answer.

Says of each that was taken for a number since an instant what its last post holds; nothing where that is still to come.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from gateway.emulator.forms import final_form
from gateway.emulator.messages import Messages
from gateway.emulator.network import Network
from gateway.emulator.switchboard import Switchboard

FINAL_RECEIPTS = ("Success", "Failed", "Rejected", "Expired", "AbsentSubscriber")


def look_up_blueprint(network: Network, switchboard: Switchboard, messages: Messages) -> Blueprint:
    api = Blueprint("api_look_up", __name__)

    @api.get("/version1/look-up")
    def look_up() -> tuple[Response, int] | Response:
        number = request.args.get("number", "")
        try:
            since = datetime.fromisoformat(request.args.get("since", ""))
        except ValueError:
            return jsonify(error="since is no instant"), 400
        with network.lock:
            if request.args.get("kind") == "voice":
                return jsonify(found=_calls(network, switchboard, number, since))
            return jsonify(found=_texts(messages, number, since))

    return api


def _calls(network: Network, switchboard: Switchboard, number: str, since: datetime) -> list[dict[str, Any]]:
    placed = [
        each
        for each in switchboard.calls
        if each.direction == "Outbound" and each.number == number and each.requested_at >= since
    ]
    return [
        {
            "id": each.provider_id,
            "last": final_form(each, network.switches()) if each.state == "ended" else None,
        }
        for each in placed
    ]


def _texts(messages: Messages, number: str, since: datetime) -> list[dict[str, Any]]:
    taken = [each for each in messages.taken.get(number, ()) if each.at >= since]
    return [
        {"id": each.id, "last": each.last if each.last["status"] in FINAL_RECEIPTS else None}
        for each in taken
    ]
