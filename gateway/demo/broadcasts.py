"""Writes the broadcasts of the demo: those that ran, with what became of each delivery, and one draft for tomorrow."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.broadcasts import draft
from gateway.deliveries.contact import hash_of
from gateway.demo.content import Sending
from gateway.demo.fates import call_tries, dead_tries, text_tries
from gateway.demo.house import House, Placed
from gateway.demo.outbox import SMS, VOICE, Owed, Tried, write_owed
from gateway.models import Broadcast
from gateway.rules.verdicts import Reason
from gateway.states import BroadcastState, DeliveryReason

STARTS_HOUR, STARTS_MINUTE = 10, 30
A_SECOND = {VOICE: 2, SMS: 40}  # first tries: the pace of a small line
LETTERS_PER_SECOND = 12
CHANGED_MINDS = 5  # who left between the planning and their turn


def write_broadcasts(house: House, sendings: list[Sending]) -> None:
    """Write them in the order of the file."""
    for each in sendings:
        broadcast = _drafted(house, each)
        house.broadcasts[each.name] = broadcast.id
        if each.days > 0:
            _ran(house, each, broadcast)


def _drafted(house: House, sending: Sending) -> Broadcast:
    scheduled_at = None if sending.days > 0 else _begins(house, sending)
    made = draft.draft(
        house.unit,
        house.rt,
        kind=sending.kind,
        title=sending.title,
        place=house.units[sending.place],
        texts=sending.texts,
        sounds={},
        scheduled_at=scheduled_at,
        author_id=house.staff["coordinator"].id,
    )
    made.created_at = house.ago(max(sending.days, 0) + 0.1)
    made.tested_at = made.created_at + timedelta(minutes=20)
    return made


def _begins(house: House, sending: Sending) -> datetime:
    local = house.ago(sending.days).astimezone(house.rt.profile.timezone)
    return local.replace(hour=STARTS_HOUR, minute=STARTS_MINUTE, second=0, microsecond=0)


def _ran(house: House, sending: Sending, broadcast: Broadcast) -> None:
    started_at = _begins(house, sending)
    broadcast.created_at = started_at - timedelta(hours=20)
    broadcast.tested_at = started_at - timedelta(hours=19)
    broadcast.approver_id = house.staff["approver"].id
    broadcast.approved_hash = hash_of(broadcast)
    broadcast.approved_at = started_at - timedelta(hours=2)
    broadcast.started_at = started_at
    owed = _deliveries(house, sending, broadcast, started_at)
    # The only place besides `store.move` that names a state: this broadcast never ran, it is told as if it had.
    broadcast.state = BroadcastState.FINISHED
    broadcast.round_done_at = max(each.tries[0].ended_at for each in owed if each.tries)
    broadcast.finished_at = max(each.ended_at for each in owed) + timedelta(seconds=15)
    house.unit.db.flush()
    write_owed(house, owed)


def _deliveries(house: House, sending: Sending, broadcast: Broadcast, started_at: datetime) -> list[Owed]:
    asked = [each for each in house.people_under(sending.place) if _was_asked(house, each, started_at)]
    left = [each for each in asked if each.person.way == "withdrawn"][:CHANGED_MINDS]
    length = len(sending.texts["hi"]) // LETTERS_PER_SECOND
    owed = []
    for nth, each in enumerate(asked):
        at = started_at + timedelta(seconds=5 + nth / A_SECOND[sending.kind])
        tries = [] if each in left else _tries(house, sending, each, at, length)
        owed.append(_owed(each, sending, broadcast, started_at, tries))
    return owed


def _was_asked(house: House, each: Placed, started_at: datetime) -> bool:
    """Who had agreed by then, on a number that was not known to be dead."""
    person = each.person
    had_agreed = each.has_agreed or (person.way == "withdrawn" and house.ago(person.changed) > started_at)
    was_there = person.way != "left" or house.ago(person.changed) > started_at
    is_known_dead = person.dead_for and house.ago(person.dead_for) <= started_at
    is_open = person.phone not in house.left_alone and not is_known_dead
    return had_agreed and was_there and is_open


def _tries(house: House, sending: Sending, each: Placed, at: datetime, length: int) -> list[Tried]:
    if each.person.dead_for:
        return dead_tries(at)
    if sending.kind == SMS:
        return text_tries(at, house.dice)
    return call_tries(at, length, house.dice)


def _owed(
    each: Placed, sending: Sending, broadcast: Broadcast, started_at: datetime, tries: list[Tried]
) -> Owed:
    return Owed(
        reason=DeliveryReason.BROADCAST,
        kind=sending.kind,
        number_id=each.number_id,
        member_id=each.member_id,
        language=each.person.language,
        created_at=started_at,
        tries=tries,
        refused=None if tries else str(Reason.OPTED_OUT),
        broadcast_id=broadcast.id,
    )
