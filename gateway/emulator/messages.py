"""SMS between the gateway and the phones: handing out, receipts, texts that a phone sends. Source: C1 to C5.

Called by the API and `/control`; posts through poster.py.
"""

import itertools
import secrets
from dataclasses import dataclass
from datetime import datetime

from gateway.emulator.forms import message_form, receipt_form
from gateway.emulator.network import Network
from gateway.emulator.phones import Phone, Text
from gateway.emulator.poster import Letter

MAGIC_RECEIPTS = {
    "99601": ("Failed", "DeliveryFailure"),
    "99602": ("Failed", "UserDoesNotExist"),
    "99603": ("Rejected", "UserInBlackList"),
    "99604": ("Expired", ""),
    "99605": None,
    "99606": ("AbsentSubscriber", ""),
}
RECEIPT_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Taken:
    """An SMS that the API took, and the last word of it; one without a status has none yet."""

    id: str
    at: datetime
    last: dict[str, str]


class Messages:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._ids = itertools.count(15071)
        self.received: list[tuple[int, str, str, str, datetime]] = []
        self.taken: dict[str, list[Taken]] = {}

    def deliver(self, number: str, sender: str, text: str) -> str:
        """Take an SMS for a phone, put it into the inbox of a phone that is on, and send receipts."""
        network, message_id = self._network, f"ATXid_{secrets.token_hex(16)}"
        with network.lock:
            phone = network.phone(number)
            status, reason = self._fate(phone)
            if status == "Success":
                self._show(phone, sender, text)
            elif status == "Buffered":
                phone.waiting.append((message_id, sender, text))
            taken = Taken(message_id, network.clock(), receipt_form(message_id, number, status, reason))
            self.taken.setdefault(number, []).append(taken)
        if status:
            network.hurried.after(
                RECEIPT_SECONDS, lambda: self._receipt(receipt_form(message_id, number, status, reason))
            )
        return message_id

    def deliver_waiting(self, phone: Phone) -> None:
        """A phone came on again: what waited for it arrives, each with its receipt."""
        with self._network.lock:
            waiting, phone.waiting = phone.waiting, []
            for _, sender, text in waiting:
                self._show(phone, sender, text)
        for message_id, _, _ in waiting:
            self._receipt(receipt_form(message_id, phone.number, "Success"))

    def _show(self, phone: Phone, sender: str, text: str) -> None:
        phone.texts.append(Text(next(self._ids), self._network.clock(), sender, text))
        self._network.lock.notify_all()

    def _fate(self, phone: Phone) -> tuple[str, str]:
        number = phone.number
        if number[-5:] in MAGIC_RECEIPTS:
            return MAGIC_RECEIPTS[number[-5:]] or ("", "")
        if not phone.on:
            return ("Buffered", "")
        fails = self._network.population.receipts_fail
        if (
            phone.in_hand
            or fails == 0
            or not number[-4:].isdigit()
            or int(number[-4:]) % 1000 >= fails * 1000
        ):
            return ("Success", "")
        return ("Failed", "DeliveryFailure")

    def _receipt(self, form: dict[str, str]) -> None:
        self._post("receipts", form, form["phoneNumber"], "receipt")

    def send(self, phone: Phone, to: str, text: str) -> str:
        """A phone texts one of our numbers; returns the message's id on the wire."""
        network, message_id = self._network, secrets.token_hex(16)
        with network.lock:
            at, number_id = network.clock(), next(self._ids)
            phone.texts.append(Text(number_id, at, to, text, outgoing=True))
            self.received.append((number_id, phone.number, to, text, at))
            network.lock.notify_all()
        self._post("sms", message_form(message_id, phone.number, to, text, at), phone.number, "sms")
        return message_id

    def opt_out(self, phone: Phone) -> None:
        """The phone answered the provider's own opt-out instructions (C5)."""
        form = {"senderId": self._network.config.sms_sender, "phoneNumber": phone.number}
        self._post("opt-outs", form, phone.number, "opt-out")

    def _post(self, path: str, form: dict[str, str], number: str, kind: str) -> None:
        url = f"{self._network.config.callback_url}/{path}"
        self._network.poster.post(Letter(url, form, number, kind), self._network.hurried)
