"""Judging many at once is never weaker than judging one by one: both ways give the same verdict, whatever the facts are."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.deliveries import contact, crowd
from gateway.models import Attempt, Batch, Broadcast, Consent, Delivery, Member, PollSilence, Unit
from gateway.rules.contact import Suppressed
from gateway.rules.guard import Verdict, may_contact
from gateway.rules.verdicts import Allowed
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome
from gateway.store import numbers, suppressions
from gateway.store.batches import Claim
from tests.builders import a_unit
from tests.gateway.deliveries.crowds import a_crowd, begin

SIZE = 120


def one_by_one(db: Session, rt: Runtime, now: object) -> dict[int, Verdict]:
    found = list(db.scalars(select(Delivery)))
    situations = contact.load(db, found)
    questions = contact.contacts(db, rt, situations, rt.clock())
    return {each.id: may_contact(question) for each, question in zip(found, questions, strict=True)}


def together(db: Session, rt: Runtime) -> tuple[dict[int, Verdict], int]:
    batch = db.scalars(select(Batch)).one()
    claim = Claim(batch.id, 1, batch.broadcast_id, batch.language, batch.first_id, batch.last_id)
    groups = crowd.judge(db, rt, claim, rt.clock())
    said = {each: group.verdict for group in groups for each in group.delivery_ids}
    assert sum(len(group.delivery_ids) for group in groups) == len(said)
    return said, len(groups)


def shake(db: Session, rt: Runtime, dice: random.Random, broadcast_id: int) -> None:
    """Let anything happen to anybody between planning and sending."""
    now = rt.clock()
    places = [a_unit(db, code, code.title()).id for code in ("BOOTH-2", "BOOTH-3")]
    zone = dice.choice([None, "Africa/Nairobi", "Asia/Kolkata", "America/New_York"])
    db.execute(update(Unit).where(Unit.id == places[0]).values(zone=zone))
    if dice.random() < 0.5:
        db.add(PollSilence(unit_id=places[1], closes_at=now + timedelta(hours=5), hours_before=48))
    for delivery in db.scalars(select(Delivery)):
        member = db.get_one(Member, delivery.member_id)
        for chance in range(7):
            if dice.random() < 0.12:
                _happen(db, rt, dice, chance, delivery, member, places)
    broadcast = db.get_one(Broadcast, broadcast_id)
    if dice.random() < 0.15:
        broadcast.texts = {"hi": "और कुछ।"}
    broadcast.message_class = dice.choice(["organisational", "organisational", "campaign", "emergency"])
    db.flush()


def _happen(
    db: Session,
    rt: Runtime,
    dice: random.Random,
    what: int,
    delivery: Delivery,
    member: Member,
    places: list[int],
) -> None:
    now = rt.clock()
    index = numbers.index_of(db, delivery.number_id)
    match what:
        case 0:
            suppressions.add_suppression(db, index, str(dice.choice(list(Suppressed))), now)
        case 1:
            member.consent = dice.choice(["none", "organisational", "all", "introduction"])
        case 2:
            numbers.mark_invalid(db, delivery.number_id, now)
        case 3:
            member.unit_id = dice.choice(places)
        case 4:
            delivery.expires_at = now + timedelta(hours=dice.choice([-1, 1]))
        case 5:
            delivery.language = dice.choice(["bn", "en", None])
        case _:
            _tried(db, rt, dice, delivery)
    if dice.random() < 0.3:
        how = {"purpose": "all", "action": "given", "how": "sms", "form_id": None, "message_id": None}
        db.add(Consent(member_id=member.id, number_id=delivery.number_id, at=now, **how))


def _tried(db: Session, rt: Runtime, dice: random.Random, delivery: Delivery) -> None:
    """Another broadcast came to this number, or this one to another member with it."""
    db.add(
        Attempt(
            delivery_id=1_000_000 + delivery.id,
            broadcast_id=dice.choice([delivery.broadcast_id, 901, 902, 903, 904]),
            number_id=delivery.number_id,
            kind=dice.choice(["sms", "voice"]),
            try_number=dice.randrange(10_000),
            provider=rt.provider,
            line="x",
            profile="x",
            outcome=dice.choice(list(AttemptOutcome)),
            placed_at=rt.clock() - timedelta(hours=dice.choice([1, 8, 20, 70, 167, 169, 300])),
        )
    )


@pytest.mark.parametrize("seed", range(12))
def test_verdicts_are_those_of_single_rows(rt: Runtime, seed: int) -> None:
    dice = random.Random(seed)
    a_crowd(rt, SIZE)
    broadcast_id = begin(rt)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(text("SET LOCAL session_replication_role = replica"))  # attempts of no delivery
        shake(unit.db, rt, dice, broadcast_id)
        rt.clock.forward(hours=dice.choice([0, 0, 4, 9, 12]))  # type: ignore[attr-defined]
        said, _ = together(unit.db, rt)
        assert said == one_by_one(unit.db, rt, rt.clock())


def test_thousand_who_agree_in_everything_are_one_question(rt: Runtime) -> None:
    a_crowd(rt, 1_000)
    begin(rt)
    with unit_of_work(rt.engine) as unit:
        said, questions = together(unit.db, rt)
    assert questions == 1
    assert set(said.values()) == {Allowed()}
