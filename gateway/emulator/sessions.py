"""USSD sessions as the provider carries them (africastalking.md D): one a phone, its inputs joined by `*`, its end told.

Called by `/control`; posts through poster.py. A screen that asks waits thirty seconds for an input, a session lasts three
minutes; a reply that begins with neither `CON ` nor `END ` ends it as a network error does.
"""

import secrets
from collections.abc import Callable
from typing import Literal

from gateway.emulator.forms import network_code
from gateway.emulator.network import Network
from gateway.emulator.poster import Letter, Reply
from gateway.emulator.session import Session

IDLE_SECONDS, LONGEST_SECONDS = 30.0, 180.0
SCREEN = 182
BROKEN = "Connection problem or invalid MMI code."
COST = "0.10"
Status = Literal["Success", "Incomplete", "Failed"]


class Sessions:
    """Opens, feeds and ends sessions; the network's lock guards them."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def dial(self, number: str, code: str) -> bool:
        """Dial a service code; False where the phone is busy or off. One that was open is cancelled."""
        network = self._network
        with network.lock:
            phone = network.phone(number)
            if not phone.on or phone.busy:
                return False
            if phone.session is not None:
                self._end(phone.session, "Incomplete", "cancelled by the subscriber")
            timeline = network.natural if phone.in_hand == "page" else network.hurried
            session = Session(f"ATUid_{secrets.token_hex(16)}", code, number, timeline, timeline.now())
            phone.session = session
        timeline.after(LONGEST_SECONDS, lambda: self._too_long(session, "session timed out"))
        self._post(session)
        return True

    def reply(self, number: str, text: str) -> bool:
        """Send what was typed; False where no screen asks."""
        with self._network.lock:
            session = self._network.phone(number).session
            if session is None or session.state != "asking":
                return False
            session.inputs.append(text)
        self._post(session)
        return True

    def cancel(self, number: str) -> None:
        """Leave the session, or put the last screen away."""
        with self._network.lock:
            phone = self._network.phone(number)
            if phone.session is not None:
                self._end(phone.session, "Incomplete", "cancelled by the subscriber")
            phone.session = None
            self._network.lock.notify_all()

    def _post(self, session: Session) -> None:
        with self._network.lock:
            if session.idle is not None:
                session.idle.call_off()
            session.state = "sending"
            session.hops += 1
            self._network.lock.notify_all()
        form = {
            "sessionId": session.id,
            "serviceCode": session.code,
            "phoneNumber": session.number,
            "text": session.text,
            "networkCode": network_code(session.number),
        }
        hop = session.hops
        self._send(session, form, "ussd", lambda reply: self._shown(session, hop, reply))

    def _shown(self, session: Session, hop: int, reply: Reply) -> None:
        body = reply.body.decode("utf-8", "replace")
        prefix, screen = body[:4], body[4:]
        with self._network.lock:
            if session.state == "over" or session.hops != hop:
                return
            session.last = body
            if reply.status != 200 or prefix not in ("CON ", "END "):
                session.screen = BROKEN
                self._end(session, "Failed", "the application gave no screen")
                return
            if len(body) > SCREEN and reply.exchange is not None:
                reply.exchange.problems.append(f"a screen of {len(body)} letters: a phone shows {SCREEN}")
            session.screen = screen[: SCREEN - len(prefix)]
            if prefix == "END ":
                self._end(session, "Success", "")
                return
            session.state = "asking"
            session.idle = session.timeline.after(IDLE_SECONDS, lambda: self._idle(session, hop))
            self._network.lock.notify_all()

    def _idle(self, session: Session, hop: int) -> None:
        if session.hops == hop:
            self._too_long(session, "no input within 30 seconds")

    def _too_long(self, session: Session, reason: str) -> None:
        with self._network.lock:
            if session.state != "over":
                session.screen = BROKEN
            self._end(session, "Incomplete", reason)

    def _end(self, session: Session, status: Status, reason: str) -> None:
        """Tell the end once; the lock is held."""
        if session.state == "over":
            return
        session.state, session.status = "over", status
        if session.idle is not None:
            session.idle.call_off()
        self._network.lock.notify_all()
        form = {
            "date": self._network.clock().strftime("%Y-%m-%d %H:%M:%S"),
            "sessionId": session.id,
            "serviceCode": session.code,
            "networkCode": network_code(session.number),
            "phoneNumber": session.number,
            "status": status,
            "cost": COST,
            "durationInMillis": str(round((session.timeline.now() - session.began) * 1000)),
            "hopsCount": str(session.hops),
            "input": session.text,
            "lastAppResponse": session.last,
            "errorMessage": reason,
        }
        self._send(session, form, "ussd-end", None)

    def _send(
        self, session: Session, form: dict[str, str], kind: str, then: Callable[[Reply], None] | None
    ) -> None:
        url = f"{self._network.config.callback_url}/ussd"
        letter = Letter(url, form, session.number, kind, session.id)
        self._network.poster.post(letter, session.timeline, then)
