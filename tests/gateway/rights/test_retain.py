"""The retention job with a moved clock: nothing older than its time stays, nothing younger goes, and a dry run tells the truth."""

from __future__ import annotations

import os
from dataclasses import replace
from io import BytesIO

import psycopg
from sqlalchemy import func, make_url, select

from gateway import voice_notes
from gateway.broadcasts import sums
from gateway.db import unit_of_work
from gateway.models import (
    Attempt,
    Base,
    Call,
    Consent,
    Delivery,
    Erasure,
    Import,
    Member,
    Message,
    PhoneNumber,
    Purge,
    Report,
    VoiceNote,
)
from gateway.rights import erase, retain
from gateway.rules.profiles import load_profile
from gateway.runtime import Runtime
from gateway.states import CallState, DeliveryReason, DeliveryState, MemberStatus, ReportState
from gateway.store import numbers, retention
from gateway.store.callbacks import add_callback
from tests.builders import a_broadcast, a_member, a_number, a_person_of_staff, a_unit
from tests.conftest import TestClock
from tests.gateway.rights.canaries import a_row, table
from tests.gateway.rights.lives import a_life, dump, is_dialable


def purge(rt: Runtime) -> dict[str, int]:
    """Run to the end; what the dry run said before it is what it does."""
    said = retain.look(rt)
    counts, is_done = retain.run(rt)
    assert is_done
    assert {name: said[name] for name in counts} == counts
    return counts


def count(rt: Runtime, model: type[Base]) -> int:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(func.count()).select_from(model)).one()


def test_nothing_young_is_touched(rt: Runtime, clock: TestClock) -> None:
    a_life(rt)
    before = dump(rt)
    clock.forward(days=6)
    assert set(purge(rt).values()) == {0}
    assert before.count("kanarika") == dump(rt).count("kanarika")


def test_raw_posts_are_forgotten_after_a_month_and_not_before(rt: Runtime, clock: TestClock) -> None:
    with unit_of_work(rt.engine) as unit:
        add_callback(unit.db, rt.vault, rt.provider, "voice", {"isActive": "1"}, "applied", clock())
    clock.forward(days=30)
    assert purge(rt)["callbacks"] == 0
    clock.forward(days=2)
    assert purge(rt)["callbacks"] == 1


def test_a_recording_is_withheld_and_later_gone_with_its_file(rt: Runtime, clock: TestClock) -> None:
    life = a_life(rt)
    rt.notes._takes.keep("0" * 31 + str(life.member_id % 10), b"x" * 100)
    with unit_of_work(rt.engine) as unit:
        report = unit.db.get_one(Report, life.report_id)
        report.state, report.closed_at = ReportState.CONFIRMED, clock()
        note = unit.db.get_one(VoiceNote, life.note_id)
        note.member_id, note.original_key = None, rt.notes.store_original(b"as it came")
        voice_notes.write_draft(rt, note, "the well is dry", "en", 0.9)
        unit.db.get_one(Member, life.member_id).name_note_id = None
        original = note.original_key
    clock.forward(days=179)
    assert purge(rt)["recordings_withheld"] == 0
    clock.forward(days=2)
    assert purge(rt)["recordings_withheld"] == 1
    clock.forward(days=186)
    found = purge(rt)
    assert (found["recordings"], found["reports_unnamed"]) == (1, 1)
    assert rt.notes._takes.size("0" * 31 + str(life.member_id % 10)) is None
    assert rt.notes._takes.size(original) is None
    with unit_of_work(rt.engine) as unit:
        note, kept = unit.db.get_one(VoiceNote, life.note_id), unit.db.get_one(Report, life.report_id)
        assert note.purged_at == clock() and note.clip_key is None and note.original_key is None
        assert (note.sealed_transcript, note.guessed_language, note.guessed_surely) == (None, None, None)
        assert (kept.state, kept.member_id, kept.sealed_text) == (ReportState.CONFIRMED, None, None)


def test_calls_and_messages_go_after_a_year_and_the_report_of_an_open_matter_stays(
    rt: Runtime, clock: TestClock
) -> None:
    life = a_life(rt)
    clock.forward(days=364)
    assert purge(rt)["calls"] == 0
    clock.forward(days=2)
    found = purge(rt)
    assert (found["calls"], found["messages"]) == (1, 1)
    assert (count(rt, Call), count(rt, Message)) == (0, 0)
    with unit_of_work(rt.engine) as unit:
        report = unit.db.get_one(Report, life.report_id)
        assert report.member_id == life.member_id and report.call_id is None


def test_a_broadcast_keeps_its_sums_when_its_deliveries_go(rt: Runtime, clock: TestClock) -> None:
    broadcast_id, member_id = a_broadcast(rt), a_member(rt)
    with unit_of_work(rt.engine) as unit:
        number_id = unit.db.scalars(select(PhoneNumber.id)).first()
        owed = Delivery(
            reason=DeliveryReason.BROADCAST,
            kind="voice",
            broadcast_id=broadcast_id,
            member_id=member_id,
            number_id=number_id or 0,
            state=DeliveryState.HEARD,
            tries=1,
            due_at=clock(),
            created_at=clock(),
        )
        unit.db.add(owed)
        unit.db.flush()
        unit.db.add(
            Attempt(
                delivery_id=owed.id,
                number_id=number_id or 0,
                kind="voice",
                try_number=1,
                provider="p",
                line="l",
                profile="in",
                placed_at=clock(),
            )
        )
    clock.forward(days=366)
    assert purge(rt)["deliveries"] == 1
    assert (count(rt, Delivery), count(rt, Attempt)) == (0, 0)
    with unit_of_work(rt.engine) as unit:
        stand = sums.of_broadcast(unit.db, broadcast_id)
    assert (stand.asked, stand.heard) == (1, 1)


def test_an_erasure_is_purged_when_the_floor_is_reached(rt: Runtime, clock: TestClock) -> None:
    life = a_life(rt)
    with unit_of_work(rt.engine) as unit:
        erase.erase(unit, rt, life.member_id, erase.KEY)
    clock.forward(days=364)
    assert purge(rt)["erasures"] == 0
    clock.forward(days=2)
    found = purge(rt)
    assert (found["erasures"], found["consents"]) == (1, 2)
    with unit_of_work(rt.engine) as unit:
        kept = unit.db.scalars(select(Erasure)).one()
        assert kept.sealed is None and kept.purged_at == clock()
        note = unit.db.get_one(VoiceNote, life.note_id)
        assert note.clip_key is None and note.purged_at is not None
        number = unit.db.get_one(PhoneNumber, life.number_id)
        assert number.index != rt.vault.index(life.number)
    assert "kanarika" not in dump(rt)
    assert set(purge(rt).values()) == {0}


def test_another_country_purges_at_once(rt: Runtime, rung: list[tuple[str, tuple[object, ...]]]) -> None:
    kenya = replace(rt, profile=load_profile("ke"))
    life = a_life(kenya)
    with unit_of_work(kenya.engine) as unit:
        erase.erase(unit, kenya, life.member_id, erase.KEY)
    assert ("workers.sweep.purge", ()) in rung
    assert purge(kenya)["erasures"] == 1
    assert count(kenya, Consent) == 2  # the ledger as long as the relation, and a year


def test_who_left_is_forgotten_a_year_later(rt: Runtime, clock: TestClock) -> None:
    life = a_life(rt)
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get_one(Member, life.member_id)
        member.status, member.left_at = MemberStatus.LEFT, clock()
    clock.forward(days=366)
    assert purge(rt)["members"] == 1
    assert "kanarika" not in dump(rt)


def test_the_number_of_a_stranger_is_forgotten_with_their_calls(rt: Runtime, clock: TestClock) -> None:
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, a_number(), clock())
        a_row(unit.db, table("calls"), number_id=number_id, started_at=clock(), state=CallState.ENDED)
    clock.forward(days=366)
    assert (purge(rt)["calls"], is_dialable(rt, number_id)) == (1, True)
    assert (purge(rt)["numbers"], is_dialable(rt, number_id)) == (1, False)


def test_lists_handed_in_go_after_a_week_and_strays_after_a_day(rt: Runtime, clock: TestClock) -> None:
    with unit_of_work(rt.engine) as unit:
        place = a_unit(unit.db)
        key = rt.files.put(BytesIO(b"a list"))
        unit.db.add(Import(kind="members", unit_id=place.id, file_key=key, created_at=clock()))
    stray = rt.settings.data_dir / "files" / "ff" / ("f" * 32)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"x")
    os.utime(stray, (1, 1))
    clock.forward(days=8)
    found = purge(rt)
    assert (found["lists"], found["files"]) == (1, 1)
    assert rt.files.size(key) is None and not stray.exists()


def test_how_somebody_read_aloud_is_no_stray(rt: Runtime) -> None:
    staff_id, key = a_person_of_staff(rt), rt.files.put(BytesIO(b"a reading"))
    with unit_of_work(rt.engine) as unit:
        script = a_row(
            unit.db, table("scripts"), name="menu.main", language="hi", words="x", made_at=rt.clock()
        )
        read = {"script_id": script, "staff_id": staff_id, "original_key": key, "clip_key": "0" * 32}
        a_row(unit.db, table("takes"), **read, faults=[], via="upload", is_chosen=True, made_at=rt.clock())
    (path,) = (rt.settings.data_dir / "files").glob(f"??/{key}")
    os.utime(path, (1, 1))
    assert purge(rt)["files"] == 0 and rt.files.read(key) == b"a reading"


def test_a_run_that_was_cut_off_goes_on_in_the_same_row(rt: Runtime, clock: TestClock) -> None:
    a_life(rt)
    clock.forward(days=400)
    assert retain.run(rt, seconds=0)[1] is False
    while not retain.run(rt, seconds=0)[1]:
        continue
    with unit_of_work(rt.engine) as unit:
        run = unit.db.scalars(select(Purge)).one()
    assert run.finished_at is not None and run.counts["calls"] == 1


def test_whatever_points_to_a_purged_table_is_indexed(rt: Runtime) -> None:
    url = make_url(rt.settings.database_url).set(drivername="postgresql")
    query = (
        "SELECT t.relname, a.attname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]"
    )
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        indexed = set(connection.execute(query).fetchall())
    for each in ("calls", "messages", "deliveries", "consents", "paper_forms"):
        assert set(retention.pointing_to(each)) <= indexed | {("consents", "form_id")}
