"""`/control`: what tests and the handset page do with phones. JSON in, JSON out; errors are `{"error": …}`.

Faults, scripts, the wire and the list of calls are in control_run.py.
"""

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, Conflict

from gateway.emulator.messages import Messages
from gateway.emulator.network import Network
from gateway.emulator.people import read_script
from gateway.emulator.phones import Phone, show_phone
from gateway.emulator.sessions import Sessions
from gateway.emulator.switchboard import Switchboard
from gateway.emulator.tape import RATE, read_wav

LONGEST_WAIT_SECONDS = 60.0
KEYS = set("0123456789*#")
SERVICE_CODE = re.compile(r"\*[0-9]{2,6}(\*[0-9]{1,8}){0,4}#")
LONGEST_INPUT = 182


def body() -> dict[str, Any]:
    """The request's JSON object; nothing sent reads as {}."""
    if not request.data:
        return {}
    raw = request.get_json(force=True, silent=True)
    if not isinstance(raw, dict):
        raise BadRequest("a JSON object is wanted")
    return raw


def phone_number(text: object) -> str:
    number = str(text or "").strip()
    number = number if number.startswith("+") else f"+{number}"
    if not number[1:].isdigit() or not 3 <= len(number) <= 16:
        raise BadRequest("a number in international form is wanted")
    return number


class PhoneControl:
    """The verbs of one phone; `wait` in a request is how many real seconds to wait until it can be done."""

    def __init__(self, network: Network, switchboard: Switchboard, messages: Messages) -> None:
        self.network, self.switchboard, self.messages = network, switchboard, messages
        self.sessions = Sessions(network)

    def wait_until(self, ready: Callable[[], bool], seconds: object) -> bool:
        with self.network.lock:
            return self.network.lock.wait_for(ready, min(float(str(seconds or 0)), LONGEST_WAIT_SECONDS))

    def take(self, phone: Phone) -> None:
        """A person of a test holds it now, unless a page does."""
        if phone.in_hand != "page":
            phone.holder = "test"

    def dial(self, phone: Phone) -> None:
        wanted = body()
        line = phone_number(wanted.get("to") or self.network.config.lines[0])
        if line not in self.network.config.lines:
            raise BadRequest("this number is not one of the lines")
        script = read_script(wanted["script"]) if wanted.get("script") else None
        if script is None and phone.script is None:
            self.take(phone)
        if not self.switchboard.dial(phone, line, script):
            raise Conflict(f"the phone is {phone.state}")

    def press(self, phone: Phone) -> dict[str, str]:
        wanted = body()
        pressed = lost = ""
        for key in str(wanted.get("keys", "")):
            if key not in KEYS:
                raise BadRequest("keys are 0 to 9, * and #")
            self.wait_until(lambda: bool(phone.call and phone.call.listening), wanted.get("wait"))
            with self.network.lock:
                taken = phone.driver is not None and phone.driver.press(key)
            pressed, lost = (pressed + key, lost) if taken else (pressed, lost + key)
        return {"pressed": pressed, "lost": lost}

    def speak(self, phone: Phone) -> dict[str, Any]:
        if request.mimetype in ("audio/wav", "audio/x-wav", "audio/wave"):
            pcm, wait = read_wav(request.get_data()), request.args.get("wait")
        else:
            wanted = body()
            seconds = min(float(wanted["seconds"]), 120.0) if wanted.get("seconds") else None
            pcm = self.network.sample(seconds, phone.person.language)
            wait = wanted.get("wait")
        self.wait_until(lambda: bool(phone.call and phone.call.tape), wait)
        captured = request.args.get("captured") == "1"
        with self.network.lock:
            taken = phone.driver is not None and phone.driver.speak(pcm, captured=captured)
        if not taken:
            raise Conflict("nothing records what this phone speaks")
        return {"seconds": pcm.size / RATE}

    def answer(self, phone: Phone) -> None:
        self.wait_until(lambda: phone.ringing is not None, body().get("wait"))
        self.take(phone)
        if not self.switchboard.answer(phone):
            raise Conflict("the phone does not ring")

    def reject(self, phone: Phone) -> None:
        self.wait_until(lambda: phone.ringing is not None, body().get("wait"))
        if not self.switchboard.reject(phone):
            raise Conflict("the phone does not ring")

    def hang_up(self, phone: Phone) -> None:
        self.switchboard.hang_up(phone)

    def switch(self, phone: Phone) -> None:
        on = bool(body().get("on", True))
        self.switchboard.switch(phone, on)
        if on:
            self.messages.deliver_waiting(phone)

    def put_down(self, phone: Phone) -> None:
        phone.holder = ""

    def opt_out(self, phone: Phone) -> None:
        self.messages.opt_out(phone)

    def ussd(self, phone: Phone) -> None:
        """Dial a service code, wait for its screen where asked to."""
        wanted = body()
        code = str(wanted.get("code", self.network.config.service_code))
        if not SERVICE_CODE.fullmatch(code):
            raise BadRequest("a service code is *, digits and #")
        self.take(phone)
        if not self.sessions.dial(phone.number, code):
            raise Conflict(f"the phone is {phone.state}")
        self._until_shown(phone, wanted.get("wait"))

    def reply(self, phone: Phone) -> None:
        """Type something into the session's screen and send it."""
        wanted = body()
        if not self.sessions.reply(phone.number, str(wanted.get("text", ""))[:LONGEST_INPUT]):
            raise Conflict("no screen asks for anything")
        self._until_shown(phone, wanted.get("wait"))

    def cancel(self, phone: Phone) -> None:
        self.sessions.cancel(phone.number)

    def _until_shown(self, phone: Phone, seconds: object) -> None:
        self.wait_until(lambda: phone.session is None or phone.session.state != "sending", seconds)

    def send_sms(self, phone: Phone) -> dict[str, str]:
        wanted = body()
        if not phone.on:
            raise Conflict("the phone is off")
        to = str(wanted.get("to") or self.network.config.lines[0])
        return {"id": self.messages.send(phone, to, str(wanted.get("text", "")))}


def control_blueprint(network: Network, switchboard: Switchboard, messages: Messages) -> Blueprint:
    control = Blueprint("control", __name__, url_prefix="/control")
    verbs = PhoneControl(network, switchboard, messages)

    def answer(phone: Phone, more: dict[str, Any] | None = None) -> Response:
        with network.lock:
            return jsonify(show_phone(phone) | (more or {}))

    @control.get("/phones")
    def list_phones() -> Response:
        with network.lock:
            shown = [
                {"number": p.number, "name": p.person.name, "village": p.person.village, "unit": p.person.unit,
                 "on": p.on, "state": p.state, "in_hand": p.in_hand, "texts": len(p.texts)}
                for p in network.phones.values()
            ]  # fmt: skip
        return jsonify(phones=shown)

    @control.post("/phones")
    def open_phone() -> Response:
        phone = network.phone(phone_number(body().get("number")))
        verbs.take(phone)
        return answer(phone)

    @control.get("/phones/<number>")
    def show(number: str) -> Response:
        phone = network.phone(phone_number(number))
        if state := request.args.get("state"):
            verbs.wait_until(lambda: phone.state == state, request.args.get("wait"))
        return answer(phone)

    @control.post("/phones/<number>/<verb>")
    def act(number: str, verb: str) -> Response:
        phone = network.phone(phone_number(number))
        if verb not in VERBS:
            raise BadRequest(f"a phone can {', '.join(VERBS)}")
        return answer(phone, VERBS[verb](verbs, phone))

    return control


VERBS: dict[str, Callable[[PhoneControl, Phone], dict[str, Any] | None]] = {
    "dial": PhoneControl.dial,
    "press": PhoneControl.press,
    "speak": PhoneControl.speak,
    "answer": PhoneControl.answer,
    "reject": PhoneControl.reject,
    "hang-up": PhoneControl.hang_up,
    "switch": PhoneControl.switch,
    "put-down": PhoneControl.put_down,
    "sms": PhoneControl.send_sms,
    "opt-out": PhoneControl.opt_out,
    "ussd": PhoneControl.ussd,
    "reply": PhoneControl.reply,
    "cancel": PhoneControl.cancel,
}
