"""A whole call in one line: keys, silence and spoken words, in the order in which they come; and texts."""

from __future__ import annotations

import itertools
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from flows.steps import Speak
from gateway.channels.loopback import LoopbackVoice
from gateway.db import unit_of_work
from gateway.deliveries.owe import TEXT_PURPOSE
from gateway.deliveries.send import send_some
from gateway.models import Base, Consent, Delivery, Enrolment, Member
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from gateway.store import numbers
from tests.conftest import SECRET
from tests.lines import Caller

SILENCE, NOTE = "silence", "note"
JOINS = (
    "1",
    "1",
    "2",
    "1",
    NOTE,
    "1",
    SILENCE,
    NOTE,
)  # language, practice, join, agree, name, adult, no code, village
_ids = itertools.count(1)


def walk(caller: Caller, *inputs: str) -> str:
    """Ring and do one after the other; returns what is heard last."""
    caller.ring()
    return go_on(caller, *inputs)


def go_on(caller: Caller, *inputs: str) -> str:
    for each in inputs:
        match each:
            case "silence":
                caller.wait()
            case "note":
                caller.speak(f"http://127.0.0.1:9/recordings/{next(_ids)}.wav")
            case _:
                caller.press(each)
    return caller.heard[-1]


def words(rt: Runtime, prompt: str, language: str = "hi", **values: str) -> str:
    """What is heard of a prompt where a voice reads it."""
    return rt.words.spoken(Speak(prompt, language, {"organisation": rt.settings.organisation, **values}))


def text(client: FlaskClient, number: Number, said: str) -> None:
    """An SMS of this phone comes in."""
    form = {"provider_id": f"sms-{next(_ids)}", "number": number, "line": "+918000000001", "text": said}
    assert client.post(f"/callbacks/loopback/{SECRET}/sms", data=form).status_code == 200


def texts_to(rt: Runtime, number: Number) -> list[str]:
    """Every SMS that this number is owed, oldest first."""
    with unit_of_work(rt.engine) as unit:
        query = select(Delivery).where(Delivery.kind == "sms", Delivery.reason == DeliveryReason.REPLY)
        owed = unit.db.scalars(query.order_by(Delivery.id)).all()
        number_id = numbers.add_number(unit.db, rt.vault, number, rt.clock())
        return [
            rt.vault.open_text(each.sealed_text or b"", TEXT_PURPOSE, each.dedupe or "")
            for each in owed
            if each.number_id == number_id
        ]


def all_of(rt: Runtime, model: type[Base], *where: Any) -> list[Any]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(model).where(*where).order_by(model.id)))  # type: ignore[attr-defined]


def members_on(rt: Runtime, number: Number) -> list[Member]:
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, number, rt.clock())
        query = select(Member).where(Member.number_id == number_id).order_by(Member.id)
        return list(unit.db.scalars(query))


def the_member(rt: Runtime, number: Number) -> Member:
    found = members_on(rt, number)
    assert len(found) == 1
    return found[0]


def enrolment_of(rt: Runtime, member: Member) -> Enrolment:
    found: Enrolment = all_of(rt, Enrolment, Enrolment.member_id == member.id)[0]
    return found


def ledger_of(rt: Runtime, member: Member) -> list[tuple[str, str, str | None]]:
    return [
        (each.action, each.how, each.notice) for each in all_of(rt, Consent, Consent.member_id == member.id)
    ]


def picked_up(rt: Runtime, client: FlaskClient) -> Caller:
    """The phone that we ring next."""
    send_some(rt, "voice")
    voice = rt.channels.voice
    assert isinstance(voice, LoopbackVoice)
    placed = voice.placed[-1]
    return Caller(
        client, placed.number, line=placed.line, is_inbound=False, provider_id=str(placed.provider_id)
    )
