"""`/control`: the wire, faults, scripts, speed, switches and the list of calls. For tests and trials."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, NotFound

from gateway.emulator.control import body, phone_number
from gateway.emulator.network import Network
from gateway.emulator.people import POPULATIONS, Population, read_script
from gateway.emulator.phones import show_call
from gateway.emulator.switchboard import Switchboard

FASTEST = 1000.0


def run_blueprint(network: Network) -> Blueprint:
    """The wire, faults, speed, switches and refusals."""
    control = Blueprint("control_run", __name__, url_prefix="/control")

    @control.get("/wire")
    def wire() -> Response:
        after = request.args.get("after", 0, type=int)
        numbers = set(filter(None, request.args.get("numbers", "").split(","))) or None
        with network.lock:
            return jsonify(exchanges=[network.wire.show(e) for e in network.wire.since(after, numbers)])

    @control.post("/wire/<int:exchange_id>/replay")
    def replay(exchange_id: int) -> Response:
        with network.lock:
            exchange = network.wire.find(exchange_id)
        if exchange is None or not exchange.url:
            raise NotFound("no such post to the gateway")
        network.poster.replay(exchange)
        return jsonify(replayed=exchange_id)

    @control.get("/faults")
    def show_faults() -> Response:
        return jsonify(faults=network.faults.show())

    @control.post("/faults")
    def set_faults() -> Response:
        network.faults.set(body())
        return jsonify(faults=network.faults.show())

    @control.post("/speed")
    def speed() -> Response:
        network.hurried.set_speed(min(max(float(body().get("speed", 1)), 0.01), FASTEST))
        return jsonify(speed=network.hurried.speed)

    @control.post("/switches")
    def switches() -> Response:
        network.turn(body())
        return jsonify(asdict(network.switches()))

    @control.post("/refusals")
    def refusals() -> Response:
        wanted = body()
        number, status = phone_number(wanted.get("number")), str(wanted.get("status") or "")
        network.refusals.pop(number, None)
        if status:
            network.refusals[number] = status
        return jsonify(refusals=network.refusals)

    return control


def people_blueprint(network: Network, switchboard: Switchboard) -> Blueprint:
    """How the phones that nobody holds behave, and what became of the calls."""
    control = Blueprint("control_people", __name__, url_prefix="/control")

    @control.post("/script")
    def script() -> Response:
        wanted = body()
        number, prefix = wanted.pop("number", ""), str(wanted.pop("prefix", ""))
        wanted.pop("default", None)
        forget = wanted.pop("forget", False)
        network.set_script(
            phone_number(number) if number else "", prefix, None if forget else read_script(wanted)
        )
        return jsonify(ok=True)

    @control.post("/profile")
    def profile() -> Response:
        wanted = body()
        name = str(wanted.pop("name", "everybody"))
        if name not in POPULATIONS:
            raise BadRequest(f"known profiles: {', '.join(POPULATIONS)}")
        network.population = Population(**(asdict(POPULATIONS[name]) | wanted))
        return jsonify(asdict(network.population))

    @control.get("/calls")
    def calls() -> Response:
        return jsonify(_calls(network, switchboard, request.args.get("number", "")))

    @control.get("/accepted")
    def accepted() -> Response:
        """Only whom it took calls for, in order: of thousands of calls this may be asked many times a second."""
        with network.lock:
            return jsonify(numbers=[taken.number for taken in switchboard.accepted])

    return control


def _calls(network: Network, switchboard: Switchboard, number: str) -> dict[str, Any]:
    with network.lock:
        chosen = [call for call in switchboard.calls if not number or call.number == number]
        return {
            "states": Counter(call.state for call in chosen),
            "outcomes": Counter(call.outcome or "pending" for call in chosen),
            "running": sum(1 for call in chosen if call.state != "ended"),
            "calls": [show_call(call) for call in chosen],
            "accepted": [
                {"number": taken.number, "sessionId": taken.provider_id, "time": taken.at.isoformat()}
                for taken in switchboard.accepted
                if not number or taken.number == number
            ],
        }
