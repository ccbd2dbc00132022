"""`members.consent` is what the ledger says: on random ledgers, over time, and where somebody tampered with it (L5)."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from audio.build import build
from audio.clips import Utterance
from flows.steps import GiveConsent, Speak
from gateway import ledger
from gateway.db import unit_of_work
from gateway.models import Consent, Member, Notice
from gateway.rules.classes import MessageClass
from gateway.rules.consent import ConsentState, Entry, derive, permits, proven
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.sounds import voices
from gateway.speech import utterances
from gateway.store import consents
from tests.builders import a_member
from tests.conftest import MONDAY_NOON, TestClock
from tests.gateway.consent.looks import ledger as ledger_of
from tests.gateway.consent.looks import state

S = ConsentState
PURPOSES, ACTIONS = ("all", "organisational", "campaign"), ("given", "withdrawn")
HOWS = ("key", "sms", "voice", "paper", "coordinator")
entries = some.lists(
    some.tuples(
        some.sampled_from(PURPOSES),
        some.sampled_from(ACTIONS),
        some.sampled_from(HOWS),
        some.integers(-40, -1),  # days ago
        some.sampled_from((None, 20, 60)),  # days it lasts
        some.booleans(),  # a form names it
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=entries)
def test_random_ledgers_say_the_same_in_python_and_in_sql(rt: Runtime, written: list[tuple]) -> None:
    member_id = a_member(rt, consent=None)
    rows = [_row(rt, member_id, *each) for each in written]
    with unit_of_work(rt.engine) as unit:
        for row in rows:
            consents.add_consent(unit.db, Consent(**row))
        consents.rederive(unit.db, member_id, MONDAY_NOON)
    known = [_entry(row) for row in rows]
    assert state(rt, member_id) == derive(known, MONDAY_NOON)
    for message_class in (MessageClass.ORGANISATIONAL, MessageClass.CAMPAIGN):
        is_shown = permits(proven([_for_ever(each) for each in known], MONDAY_NOON), message_class, False)
        with unit_of_work(rt.engine) as unit:
            query = select(consents.is_proven(message_class, Member.id)).where(Member.id == member_id)
            assert unit.db.scalars(query).one() is is_shown
            assert list(consents.wrong_states(unit.db, MONDAY_NOON)) == []


def _row(
    rt: Runtime,
    member_id: int,
    purpose: str,
    action: str,
    how: str,
    days: int,
    lasts: int | None,
    is_shown: bool,
) -> dict:
    at = MONDAY_NOON + timedelta(days=days)
    ends = at + timedelta(days=lasts) if lasts and action == "given" else None
    row = {
        "member_id": member_id,
        "purpose": purpose,
        "action": action,
        "how": how,
        "at": at,
        "expires_at": ends,
    }
    return row | {"form_id": _a_form(rt) if is_shown else None}


def _a_form(rt: Runtime) -> int:
    with unit_of_work(rt.engine) as unit:
        made = text(
            "INSERT INTO paper_forms (public_id, file_key, media_type, at)"
            " VALUES (substr(md5(random()::text), 1, 11), 'k', 'image/jpeg', now()) RETURNING id"
        )
        return unit.db.scalars(made).one()


def _entry(row: dict) -> Entry:
    facts = {name: row[name] for name in ("purpose", "action", "how", "at", "expires_at")}
    return Entry(**facts, has_proof=row["form_id"] is not None)


def _for_ever(entry: Entry) -> Entry:
    return Entry(entry.purpose, entry.action, entry.how, entry.at, None, entry.has_proof)


def test_ledger_takes_no_change(rt: Runtime) -> None:
    a_member(rt)
    for deed in ("UPDATE consents SET purpose = 'campaign'", "DELETE FROM consents"):
        with pytest.raises(DatabaseError, match="append-only"), unit_of_work(rt.engine) as unit:
            unit.db.execute(text(deed))


def test_what_was_kept_wrongly_is_found(rt: Runtime) -> None:
    member_id = a_member(rt, consent=None)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Member).where(Member.id == member_id).values(consent=S.ALL))
    with unit_of_work(rt.engine) as unit:
        assert list(consents.wrong_states(unit.db, rt.clock())) == [(member_id, S.ALL, S.NONE)]


def test_consent_ends_when_its_term_is_over(rt: Runtime, clock: TestClock) -> None:
    member_id = a_member(rt)
    clock.forward(days=rt.profile.consent_days, seconds=-1)
    for expected, count in ((S.ALL, 0), (S.NONE, 1), (S.NONE, 0)):
        with unit_of_work(rt.engine) as unit:
            assert ledger.end_what_ran_out(unit, rt) == count
        assert state(rt, member_id) == expected
        clock.forward(seconds=1)


def test_merged_member_brings_their_withdrawal_along(rt: Runtime, clock: TestClock) -> None:
    kept, gone = a_member(rt, "Sita"), a_member(rt, "Sita Devi")
    clock.forward(days=1)
    with unit_of_work(rt.engine) as unit:
        scene = Scene(unit.db.get_one(Member, gone).number_id, gone, "hi")
        ledger.leave(unit, rt, scene, ledger.Line("campaign", "withdrawn"))
        unit.db.execute(update(Member).where(Member.id == gone).values(merged_into_id=kept))
        assert consents.rederive(unit.db, kept, rt.clock()) == S.ORGANISATIONAL


def test_notice_is_kept_with_the_sound_that_was_heard(rt: Runtime, clock: TestClock) -> None:
    build(rt.clips, voices(rt), _said(rt, "join.notice", "bn"))
    step = GiveConsent("all", "join.notice", "bn")
    sita, ramesh, asha = (a_member(rt, name, consent=None) for name in ("Sita", "Ramesh", "Asha"))
    for member_id in (sita, ramesh):
        _agree(rt, member_id, step, is_heard=True)
    _agree(rt, asha, step, is_heard=False)
    heard, again, read = (ledger_of(rt, each)[-1] for each in (sita, ramesh, asha))
    assert heard.notice_id == again.notice_id != read.notice_id
    with unit_of_work(rt.engine) as unit:
        kept = unit.db.get_one(Notice, heard.notice_id)
        assert unit.db.get_one(Notice, read.notice_id).sound_hash == ""
    assert (kept.name, kept.language, kept.text_hash) == ("join.notice", "bn", heard.notice_hash)
    assert rt.settings.organisation in kept.text
    assert kept.sound_hash == _hash_of_clips(rt, "join.notice", "bn")


def _agree(rt: Runtime, member_id: int, step: GiveConsent, is_heard: bool) -> None:
    with unit_of_work(rt.engine) as unit:
        number_id = unit.db.get_one(Member, member_id).number_id
        call_id = unit.db.scalar(
            text(
                "INSERT INTO calls (provider, provider_id, is_inbound, line, state, turn, started_at, stepped_at)"
                " VALUES ('loopback', :id, true, '', 'answered', 1, now(), now()) RETURNING id"
            ),
            {"id": f"heard-{member_id}"},
        )
        ledger.agree(
            unit,
            rt,
            Scene(number_id, member_id, "bn", call_id=call_id if is_heard else None),
            member_id,
            step,
        )


def _hash_of_clips(rt: Runtime, prompt: str, language: str) -> str:
    clips = rt.clips.find_many(_said(rt, prompt, language))
    assert all(clips)
    return hashlib.sha256(b"".join(each.path.read_bytes() for each in clips if each)).hexdigest()


def _said(rt: Runtime, prompt: str, language: str) -> list[Utterance]:
    return utterances(rt.words, [Speak(prompt, language, {"organisation": rt.settings.organisation})])
