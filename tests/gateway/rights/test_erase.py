"""Erasure: nothing readable stays, nothing dialable stays, nobody is rung, and the problem of the place remains (L12)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.errors import NotFound
from gateway.models import Consent, Delivery, Erasure, Member, Report, Suppression, VoiceNote
from gateway.people.everything import find as find_member
from gateway.rights import erase
from gateway.rights.carry import write_list
from gateway.runtime import Runtime
from gateway.states import DeliveryState, MemberStatus
from gateway.store import members, numbers, suppressions
from tests.builders import a_member, a_number
from tests.gateway.rights.lives import a_life, dump, is_dialable


def forget(rt: Runtime, member_id: int, **more: bool) -> Erasure:
    with unit_of_work(rt.engine) as unit:
        return erase.erase(unit, rt, member_id, erase.STAFF, **more)


def test_nothing_of_the_member_can_be_read_any_more(rt: Runtime) -> None:
    life = a_life(rt)
    assert "kanarika" in dump(rt)
    forget(rt, life.member_id)
    left = dump(rt)
    assert "kanarika" not in left
    assert not is_dialable(rt, life.number_id)
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get_one(Member, life.member_id)
        assert (member.status, member.number_id, member.consent) == (MemberStatus.LEFT, None, "none")
        assert unit.db.get_one(VoiceNote, life.note_id).withheld_at is not None
        with pytest.raises(NotFound):
            find_member(unit.db, member.public_id)


def test_what_the_law_wants_kept_is_sealed_whole_under_a_key_of_its_own(rt: Runtime) -> None:
    life = a_life(rt)
    erasure = forget(rt, life.member_id)
    assert erasure.purge_after == rt.clock() + timedelta(days=365)
    with unit_of_work(rt.engine) as unit:
        kept = unit.db.get_one(Erasure, erasure.id)
        sealed = json.dumps(erase.open_sealed(rt, kept), ensure_ascii=False)
        assert kept.sealed is not None and b"kanarika" not in kept.sealed
    for canary in (
        "Kanarika Devi",
        str(life.number),
        "pump is broken",
        "it is mended",
        "Kanarika post",
        "Kanarika nagar",
    ):
        assert canary in sealed


def test_the_problem_stays_and_names_nobody(rt: Runtime) -> None:
    life = a_life(rt)
    forget(rt, life.member_id)
    with unit_of_work(rt.engine) as unit:
        report = unit.db.get_one(Report, life.report_id)
        assert (report.member_id, report.number_id, report.sealed_text, report.voice_note_id) == (None,) * 4
        assert report.reference and report.unit_id


def test_nobody_is_rung_any_more(rt: Runtime) -> None:
    life = a_life(rt)
    forget(rt, life.member_id)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Delivery, life.delivery_id).state == DeliveryState.CANCELLED
    assert send_some(rt, "voice").handed == 0


def test_their_number_stays_suppressed_and_the_ledger_says_why(rt: Runtime) -> None:
    life = a_life(rt)
    forget(rt, life.member_id)
    with unit_of_work(rt.engine) as unit:
        index = rt.vault.index(life.number)
        reasons = unit.db.scalars(select(Suppression.reason).where(Suppression.number_index == index)).all()
        last = unit.db.scalars(select(Consent).order_by(Consent.id.desc()).limit(1)).one()
    assert list(reasons) == ["opt-out"]
    assert (last.action, last.how, last.purpose) == ("withdrawn", "staff", "all")


def test_who_does_not_mind_calls_is_not_suppressed(rt: Runtime) -> None:
    life = a_life(rt)
    forget(rt, life.member_id, wants_no_calls=False)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalar(select(func.count(Suppression.id))) == 0


def test_who_shares_the_phone_is_left_alone(rt: Runtime) -> None:
    number = a_number()
    ramesh = a_member(rt, "Ramesh", number=number)
    life = a_life(rt, number)
    forget(rt, life.member_id)
    assert is_dialable(rt, life.number_id)
    with unit_of_work(rt.engine) as unit:
        assert [each.id for each in members.list_on_number(unit.db, life.number_id)] == [ramesh]
        assert suppressions.find_suppression(unit.db, rt.vault.index(number)) is None


def test_twice_is_harmless_and_what_came_late_is_sealed_too(rt: Runtime) -> None:
    life = a_life(rt)
    first = forget(rt, life.member_id)
    with unit_of_work(rt.engine) as unit:
        late = VoiceNote(member_id=life.member_id, announced_at=rt.clock(), sealed_url=b"x")
        unit.db.add(late)
    second = forget(rt, life.member_id)
    assert (second.id, second.at) == (first.id, first.at)
    with unit_of_work(rt.engine) as unit:
        kept = unit.db.get_one(VoiceNote, late.id)
        assert kept.withheld_at and kept.lost_at and kept.sealed_url is None
        assert unit.db.scalar(select(func.count(Erasure.id))) == 1


def test_who_rings_again_is_somebody_new_whom_we_can_ring_back(rt: Runtime) -> None:
    life = a_life(rt)
    forget(rt, life.member_id)
    with unit_of_work(rt.engine) as unit:
        again = numbers.add_number(unit.db, rt.vault, life.number, rt.clock())
        assert numbers.open_number(unit.db, rt.vault, again) == life.number
        assert members.list_on_number(unit.db, again) == []


def test_the_list_beside_the_database_names_nobody(rt: Runtime) -> None:
    life = a_life(rt)
    forget(rt, life.member_id)
    text = (rt.settings.data_dir / "erased.jsonl").read_text()
    with unit_of_work(rt.engine) as unit:
        public_id = unit.db.get_one(Member, life.member_id).public_id
    assert public_id in text and "kanarika" not in text.casefold() and str(life.number) not in text
    assert [each.public_id for each in write_list(rt)] == [public_id]
