"""What became of calls or texts: an address that the emulator has beyond its model, for whoever got no answer.

Says of each that was taken for a number since an instant what its last post holds; nothing where that is still to come.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from gateway.emulator.forms import final_form
from gateway.emulator.messages import Messages
from gateway.emulator.network import Network
from gateway.emulator.switchboard import Switchboard

FINAL_RECEIPTS = ("Success", "Failed", "Rejected", "Expired", "AbsentSubscriber")
Found = dict[str, list[dict[str, Any]]]


def look_up_blueprint(network: Network, switchboard: Switchboard, messages: Messages) -> Blueprint:
    api = Blueprint("api_look_up", __name__)

    @api.post("/version1/look-up")
    def look_up() -> tuple[Response, int] | Response:
        asked = request.get_json(silent=True) or {}
        try:
            since = {str(number): datetime.fromisoformat(at) for number, at in asked["since"].items()}
        except (KeyError, AttributeError, TypeError, ValueError):
            return jsonify(error="since holds no instant for each number"), 400
        with network.lock:
            if asked.get("kind") == "voice":
                return jsonify(found=_calls(network, switchboard, since))
            return jsonify(found={number: _texts(messages, number, at) for number, at in since.items()})

    return api


def _calls(network: Network, switchboard: Switchboard, since: Mapping[str, datetime]) -> Found:
    """All of them by one look at the calls."""
    found: Found = {number: [] for number in since}
    for each in switchboard.calls:
        if each.direction == "Outbound" and each.number in since and each.requested_at >= since[each.number]:
            last = final_form(each, network.switches()) if each.state == "ended" else None
            found[each.number].append({"id": each.provider_id, "last": last})
    return found


def _texts(messages: Messages, number: str, since: datetime) -> list[dict[str, Any]]:
    taken = [each for each in messages.taken.get(number, ()) if each.at >= since]
    return [
        {"id": each.id, "last": each.last if each.last["status"] in FINAL_RECEIPTS else None}
        for each in taken
    ]
