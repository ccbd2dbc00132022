"""A round with the do-not-disturb register: whose numbers go out, what comes back, and what may start after it (L8)."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select, text

from gateway import scrubs
from gateway.broadcasts import audience, launch, register
from gateway.db import unit_of_work
from gateway.deliveries import contact
from gateway.errors import Conflict, NotFound
from gateway.models import Broadcast, Consent, Delivery, Member, Scrub, Unit
from gateway.phones import Number
from gateway.rules.guard import may_contact
from gateway.rules.verdicts import Reason, Refused
from gateway.runtime import Runtime
from gateway.store import consents
from gateway.store import scrubs as kept
from gateway.suppressions import By
from tests.builders import a_broadcast, a_member, a_number
from tests.conftest import TestClock
from tests.gateway.consent.looks import left_alone
from tests.gateway.console.seats import a_tree

SITA, RAMESH = a_number(), a_number()


@pytest.fixture
def people(rt: Runtime, clock: TestClock) -> dict[str, int]:
    """Sita agreed in a list, Ramesh by a key that we can show; both under ACH. Asha is of the sibling block."""
    a_tree(rt)
    made = {
        "sita": a_member(rt, "Sita", number=SITA),
        "ramesh": a_member(rt, "Ramesh", number=RAMESH, consent=None),
        "asha": a_member(rt, "Asha", unit="BOOTH-2"),
    }
    with unit_of_work(rt.engine) as unit:
        row = {"purpose": "all", "action": "given", "how": "key", "at": rt.clock(), "call_id": a_call(unit)}
        consents.add_consent(unit.db, Consent(member_id=made["ramesh"], **row))
    clock.forward(minutes=1)
    return made


def a_call(unit) -> int:
    made = text(
        "INSERT INTO calls (provider, provider_id, is_inbound, line, state, turn, started_at, stepped_at)"
        " VALUES ('loopback', 'call-0', true, '', 'ended', 1, now(), now()) RETURNING id"
    )
    return unit.db.scalars(made).one()


def ask(rt: Runtime, code: str = "ACH") -> tuple[str, list[Number]]:
    with unit_of_work(rt.engine) as unit:
        place = unit.db.scalars(select(Unit).where(Unit.code == code)).one()
        scrub = scrubs.ask(unit, rt, By(), place)
        return scrub.public_id, list(scrubs.hand_out(unit, rt, By(), scrub, place))


def answer(rt: Runtime, public_id: str, *numbers: str) -> scrubs.Answer:
    listed = io.BytesIO("\n".join(("phone", *numbers)).encode())
    with unit_of_work(rt.engine) as unit:
        scrub, place = kept.get_visible(unit.db, "/", public_id)
        return scrubs.take_answer(unit, rt, By(), scrub, place, listed)


def a_campaign(rt: Runtime) -> int:
    broadcast_id = a_broadcast(rt, "ACH", message_class="campaign")
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).state = "approved"
    return broadcast_id


def uncovered(rt: Runtime, broadcast_id: int) -> int:
    with unit_of_work(rt.engine) as unit:
        return register.count_uncovered(unit, rt, unit.db.get_one(Broadcast, broadcast_id))


def test_only_numbers_without_proof_go_out(rt: Runtime, people: dict[str, int]) -> None:
    assert ask(rt)[1] == [SITA]
    assert len(ask(rt, "AGRA")[1]) == 2


def test_listed_numbers_are_left_alone_and_freed_by_a_later_answer(
    rt: Runtime, clock: TestClock, people: dict[str, int]
) -> None:
    first, _ = ask(rt)
    taken = answer(rt, first, SITA, RAMESH, "no number")
    assert (taken.listed, taken.strange, len(taken.refused)) == (1, 1, 1)  # Ramesh was not asked about
    assert (left_alone(rt, SITA), left_alone(rt, RAMESH)) == (["do-not-disturb"], [])
    clock.forward(days=1)
    again, asked = ask(rt)
    assert asked == [SITA]
    for listed, expected in (((SITA,), ["do-not-disturb"]), ((SITA,), ["do-not-disturb"]), ((), [])):
        clock.forward(minutes=1)
        answer(rt, again, *listed)
        assert left_alone(rt, SITA) == expected


def test_file_that_is_no_answer_changes_nothing(rt: Runtime, people: dict[str, int]) -> None:
    first, _ = ask(rt)
    with pytest.raises(Conflict):
        answer(rt, first, "abc", "def")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Scrub.answered_at)).one() is None


def test_campaign_starts_only_after_a_round_that_is_fresh(
    rt: Runtime, clock: TestClock, people: dict[str, int]
) -> None:
    campaign = a_campaign(rt)
    assert uncovered(rt, campaign) == 1
    with unit_of_work(rt.engine) as unit, pytest.raises(Conflict) as refused:
        launch.start(unit, rt, unit.db.get_one(Broadcast, campaign))
    assert refused.value.code in ("no-scrub", "no-sound")
    public_id, _ = ask(rt)
    assert uncovered(rt, campaign) == 1  # asked is not answered
    answer(rt, public_id)
    assert uncovered(rt, campaign) == 0
    clock.forward(minutes=1)
    a_member(rt, "Rama")  # came after the numbers had gone out
    assert uncovered(rt, campaign) == 1
    clock.forward(days=rt.profile.scrub_days["campaign"])
    assert uncovered(rt, campaign) == 2


def test_other_classes_need_no_round(rt: Runtime, people: dict[str, int]) -> None:
    assert uncovered(rt, a_broadcast(rt, "ACH")) == 0


def test_guard_asks_for_proof_or_a_round_and_spares_who_is_listed(
    rt: Runtime, people: dict[str, int]
) -> None:
    campaign = a_campaign(rt)
    assert verdicts(rt, campaign, people) == {"sita": Refused(Reason.NOT_SCRUBBED), "ramesh": None}
    public_id, _ = ask(rt)
    answer(rt, public_id)
    assert verdicts(rt, campaign, people) == {"sita": None, "ramesh": None}
    answer(rt, public_id, SITA)
    with unit_of_work(rt.engine) as unit:  # Ramesh has told the register, too; what he told us outweighs it
        unit.db.execute(
            text(
                "INSERT INTO suppressions (number_index, reason, at) VALUES (:index, 'do-not-disturb', now())"
            ),
            {"index": rt.vault.index(RAMESH)},
        )
    assert verdicts(rt, campaign, people) == {"sita": Refused(Reason.SUPPRESSED), "ramesh": None}
    with unit_of_work(rt.engine) as unit:
        found = audience.count(unit.db, unit.db.get_one(Broadcast, campaign))
    assert (found.count, found.left_out) == (1, {"suppressed": 1})


def verdicts(rt: Runtime, broadcast_id: int, people: dict[str, int]) -> dict[str, object]:
    """What stands in the way of each; None for what concerns the broadcast and not the person."""
    with unit_of_work(rt.engine) as unit:
        owed = []
        for name in ("sita", "ramesh"):
            member = unit.db.get_one(Member, people[name])
            row = {
                "reason": "broadcast",
                "kind": "voice",
                "priority": 5,
                "state": "queued",
                "tries": 0,
                "fence": 0,
            }
            owed.append(
                Delivery(
                    **row,
                    broadcast_id=broadcast_id,
                    member_id=member.id,
                    number_id=member.number_id,
                    language="hi",
                    due_at=rt.clock(),
                    created_at=rt.clock(),
                )
            )
        unit.db.add_all(owed)
        unit.db.flush()
        asked = contact.contacts(unit.db, rt, contact.load(unit.db, owed), rt.clock())
        found = {name: may_contact(each) for name, each in zip(("sita", "ramesh"), asked, strict=True)}
        unit.db.rollback()
    personal = (Reason.NOT_SCRUBBED, Reason.SUPPRESSED)
    return {
        name: each if isinstance(each, Refused) and each.reason in personal else None
        for name, each in found.items()
    }


def test_sibling_unit_sees_no_round(rt: Runtime, people: dict[str, int]) -> None:
    public_id, _ = ask(rt)
    with unit_of_work(rt.engine) as unit:
        bah = unit.db.scalars(select(Unit.path).where(Unit.code == "BAH")).one()
        assert kept.list_visible(unit.db, bah) == []
        with pytest.raises(NotFound):
            kept.get_visible(unit.db, bah, public_id)
