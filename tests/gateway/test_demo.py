"""The demo organisation: loaded once for all tests here, then only read; each test asks one thing of it."""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session

from gateway.access.sign_in import sign_in
from gateway.broadcasts import audience, sums
from gateway.channels.registry import open_channels
from gateway.console.words import EVENTS
from gateway.db import unit_of_work
from gateway.deliveries.sweep import sweep
from gateway.demo import load, persons
from gateway.demo.places import BOOTH_OF_24
from gateway.errors import Conflict, NotAllowed
from gateway.models import (
    Answer,
    Attempt,
    Broadcast,
    Call,
    Consent,
    Delivery,
    Member,
    Mention,
    NewsItem,
    PhoneNumber,
    Report,
    ReportEvent,
    Rollup,
    RollupRow,
    SavedView,
    Staff,
    Unit,
    UnitDay,
    VoiceNote,
)
from gateway.phones import is_invented
from gateway.queue import SEND_DUE, Bells
from gateway.reports import deadlines, unnamed
from gateway.reports.sweep import sweep as life_sweep
from gateway.rollups import freeze
from gateway.rules.consent import Entry, derive
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.states import REPORTS_WAITING, BroadcastState, DeliveryState, MemberStatus, ReportState, Urgency
from gateway.store import activity, inbox, numbers, unit_counts, units
from gateway.store.sight import EVERYTHING
from tests import servers
from tests.builders import a_member
from tests.conftest import MONDAY_NOON

Rung = list[tuple[str, tuple[object, ...]]]


def settings_of(url: str, folder: Path) -> Settings:
    return Settings.from_env(
        {
            "DATABASE_URL": url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "MEMBERLINE_PUBLIC_URL": "http://127.0.0.1:8890",
            "MEMBERLINE_SECRET_KEY": "secret-key-of-the-tests",
            "MEMBERLINE_CALLBACK_SECRET": "callback-secret-of-the-tests",
            "MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:9",
            "MEMBERLINE_TTS": "espeak",
            "MEMBERLINE_DATA": str(folder),
        }
    )


@pytest.fixture(scope="module")
def rang() -> Rung:
    return []


@pytest.fixture(scope="module")
def house(template_database: str, tmp_path_factory: pytest.TempPathFactory, rang: Rung) -> Iterator[Runtime]:
    server = make_url(servers.postgres()).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute('CREATE DATABASE "demo_tests" TEMPLATE "template_tests"')
    url = make_url(servers.postgres()).set(database="demo_tests").render_as_string(hide_password=False)
    settings = settings_of(url, tmp_path_factory.mktemp("demo"))
    built = build_runtime(settings)
    runtime = replace(
        built,
        channels=open_channels("loopback", settings),
        bells=Bells(lambda queue, job, ids: rang.append((job, ids))),
        clock=lambda: MONDAY_NOON,
    )
    load(runtime)
    yield runtime
    built.close()


@pytest.fixture
def db(house: Runtime) -> Iterator[Session]:
    with unit_of_work(house.engine) as unit:
        yield unit.db


def count(db: Session, model: type) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0


def test_district_has_its_blocks_booths_and_members(db: Session) -> None:
    kinds = Counter(db.scalars(select(Unit.kind)))
    assert (kinds["district"], kinds["block"], kinds["panchayat"]) == (1, 15, 75)
    assert 300 <= kinds["booth"] <= 320
    assert count(db, Member) == 4000


def test_every_number_is_invented(house: Runtime, db: Session) -> None:
    found = numbers.open_numbers(db, house.vault, db.scalars(select(PhoneNumber.id)).all())
    assert len(found) > 3500
    assert all(is_invented(each) for each in found.values())


def test_booth_of_24_has_phones_to_open_beside_each_other(house: Runtime, db: Session) -> None:
    booth = units.get_unit_by_code(db, BOOTH_OF_24)
    assert unit_counts.below(db, booth.path).members == 24
    listed = json.loads((house.settings.data_dir / "phones.json").read_text(encoding="utf-8"))
    assert listed == persons(house)
    assert [each["unit"] for each in listed[:22]] == [BOOTH_OF_24] * 22
    assert set(listed[0]) == {"number", "name", "village", "unit", "language"}


def test_broadcast_to_the_booth_of_24_would_ring_many(db: Session) -> None:
    booth = units.get_unit_by_code(db, BOOTH_OF_24)
    trial = Broadcast(kind="voice", message_class="organisational", unit_id=booth.id, texts={"hi": "नमस्ते"})
    trial.texts |= {"bn": "নমস্কার", "en": "Namaste"}
    trial.sounds = {}
    asked = audience.count(db, trial)
    assert asked.count == 22
    assert asked.left_out == {"no-consent": 2} or sum(asked.left_out.values()) == 2


def test_states_of_consent_are_what_the_ledger_says(db: Session) -> None:
    ledgers: dict[int, list[Entry]] = defaultdict(list)
    for row in db.scalars(select(Consent)):
        ledgers[row.member_id].append(Entry(row.purpose, row.action, row.how, row.at, row.expires_at))
    members = db.scalars(select(Member)).all()
    assert all(derive(ledgers[each.id], MONDAY_NOON) == each.consent for each in members)
    assert len({each.consent for each in members}) == 4
    assert {each.status for each in members} == set(MemberStatus)


def test_shares_of_shared_and_dead_phones_are_as_in_the_field(db: Session) -> None:
    on_number = Counter(db.scalars(select(Member.number_id)))
    sharing = sum(each for each in on_number.values() if each > 1)
    assert 0.12 < sharing / 4000 < 0.18
    dead = db.scalar(select(func.count()).where(PhoneNumber.invalid_at.is_not(None))) or 0
    assert 0.05 < dead / count(db, PhoneNumber) < 0.11


def test_finished_broadcasts_add_up_and_agree_with_their_attempts(db: Session) -> None:
    finished = db.scalars(select(Broadcast).where(Broadcast.state == BroadcastState.FINISHED)).all()
    assert len(finished) == 3
    for each in finished:
        stand = sums.of_broadcast(db, each.id)
        settled = stand.heard + stand.answered_not_heard
        settled += sum(stand.not_reached.values()) + sum(stand.refused.values())
        assert stand.asked == settled > 100
        assert (stand.in_progress, stand.held, stand.to_retry, stand.in_doubt) == (0, 0, 0, 0)
        tries = db.scalar(select(func.sum(Delivery.tries)).where(Delivery.broadcast_id == each.id))
        made = select(func.count(Attempt.id)).where(Attempt.broadcast_id == each.id)
        assert db.scalar(made) == tries


def test_one_broadcast_waits_as_a_draft_for_tomorrow(db: Session) -> None:
    drafted = db.scalars(select(Broadcast).where(Broadcast.state == BroadcastState.DRAFT)).one()
    assert drafted.scheduled_at is not None
    assert drafted.scheduled_at > MONDAY_NOON


def test_reports_cover_the_whole_life_and_every_urgency(db: Session) -> None:
    reports = db.scalars(select(Report)).all()
    assert 55 <= len(reports) <= 70
    assert {each.state for each in reports} == set(ReportState)
    assert {each.urgency for each in reports} == set(Urgency)
    blank = sum(each.state == ReportState.BLANK for each in reports)
    told_once = sum(each.merged_into_id is None for each in reports)
    assert blank / told_once == pytest.approx(0.12, abs=0.01)
    waiting = inbox.count_waiting(db, EVERYTHING)
    assert waiting.danger == 1
    assert any(each.is_past_local and each.desk_unit_id != each.unit_id for each in reports)


def test_histories_run_forward_and_end_in_the_present_state(db: Session) -> None:
    lines: dict[int, list[ReportEvent]] = defaultdict(list)
    for line in db.scalars(select(ReportEvent).order_by(ReportEvent.at, ReportEvent.id)):
        lines[line.report_id].append(line)
    for report in db.scalars(select(Report)):
        told = lines[report.id]
        assert told[0].kind == "received"
        assert [each.state for each in told if each.state][-1] == report.state
        assert report.received_at <= told[0].at <= told[-1].at <= MONDAY_NOON
    known = {*EVENTS, "closed_unconfirmed"}
    assert {each.kind for every in lines.values() for each in every} <= known


def test_what_is_due_has_happened_and_no_first_sweep_finds_work(house: Runtime, db: Session) -> None:
    waiting = db.scalars(select(Report).where(Report.state.in_(REPORTS_WAITING))).all()
    for each in waiting:
        found = deadlines.next_for(db, house, each)
        assert (each.due_at, each.tell_at) == (found.due_at, found.tell_at)
    late = [each for each in waiting if each.due_at and each.due_at <= MONDAY_NOON]
    assert 2 <= len(late) <= 4 and all(each.climb_at is None for each in late)
    assert sum(each.ups > 0 for each in waiting) >= 4
    assert life_sweep(house) == 0
    ringing = (DeliveryState.QUEUED, DeliveryState.HELD)
    assert db.scalars(select(Delivery.id).where(Delivery.state.in_(ringing))).all() == []


def test_reports_tell_every_story(db: Session) -> None:
    reports = db.scalars(select(Report)).all()
    kept = max(reports, key=lambda each: each.reporters)
    assert kept.reporters == 9 == 1 + sum(each.merged_into_id == kept.id for each in reports)
    assert any(each.people for each in reports) and any(each.is_partial for each in reports)
    assert {each.must_act for each in reports} >= {"unit", "office"}
    told = Counter(db.scalars(select(Answer.report_id).where(Answer.is_interim.is_(False))))
    assert max(told.values()) == 2
    assert db.scalars(select(Answer.id).where(Answer.is_interim)).all()
    assert db.scalars(select(Mention.staff_id)).all() and len(db.scalars(select(SavedView.id)).all()) == 5


def test_nothing_leads_to_who_stays_unnamed(house: Runtime, db: Session) -> None:
    report = db.scalars(select(Report).where(Report.is_unnamed)).one()
    assert (report.member_id, report.number_id, report.call_id, report.is_restricted) == (
        None,
        None,
        None,
        True,
    )
    assert unnamed.number_of(house, report) is not None
    note = db.get_one(VoiceNote, report.voice_note_id)
    assert (note.call_id, note.member_id) == (None, None)
    call = db.scalars(select(Call).where(Call.is_sealed)).one()
    assert report.call_mark == unnamed.mark_of(house, call.id) and call.report_id is None


def test_units_have_told_of_three_weeks_some_stay_silent(db: Session) -> None:
    days = db.scalars(select(UnitDay).order_by(UnitDay.unit_id, UnitDay.day)).all()
    assert len({each.day for each in days}) == 21 and len({each.unit_id for each in days}) > 200
    for before, each in itertools.pairwise(days):
        if before.unit_id == each.unit_id:
            assert each.streak == (before.streak + 1 if each.said else 0)
    said = Counter(each.said for each in days)
    assert said["nothing"] > said[None] > said["could_not"] > 0
    assert max(each.streak for each in days) == 21


def test_frozen_days_are_sums_of_what_is_there(house: Runtime, db: Session) -> None:
    frozen = db.scalars(select(Rollup).where(Rollup.version == 1).order_by(Rollup.day)).all()
    assert len(frozen) == 14 and all(each.sent_at for each in frozen)
    top = units.root_unit(db)
    rows = {each.rollup_id: each for each in db.scalars(select(RollupRow).where(RollupRow.unit_id == top.id))}
    span = (Report.received_at > frozen[0].since, Report.received_at <= frozen[-1].until)
    came = db.scalar(select(func.count()).select_from(Report).where(*span, Report.state != ReportState.DRAFT))
    assert 30 < sum(each.received for each in rows.values()) == came
    assert sum(each.confirmed for each in rows.values()) >= 5
    with unit_of_work(house.engine) as unit:
        assert freeze.freeze_in(unit, house) is None


def test_spoken_reports_have_a_sound_to_play(house: Runtime, db: Session) -> None:
    notes = db.scalars(select(VoiceNote)).all()
    assert len(notes) > 35
    for each in notes:
        assert each.clip_key
        assert house.notes.clip_of(each.clip_key)
        assert len(each.peaks or []) == 160
    assert sum(bool(each.is_blank) for each in notes) == 6


def test_answered_reports_have_an_answer_and_a_call_that_is_over(db: Session) -> None:
    answers = db.scalars(select(Answer)).all()
    calls = db.scalars(select(Delivery).where(Delivery.answer_id.is_not(None))).all()
    assert {each.id for each in answers} == {each.answer_id for each in calls}
    assert all(each.ended_at and each.ended_at <= MONDAY_NOON for each in calls)


def test_news_is_there_in_three_languages_and_never_campaign(db: Session) -> None:
    items = db.scalars(select(NewsItem)).all()
    assert len(items) == 5
    assert all(set(each.texts) == {"hi", "bn", "en"} for each in items)
    assert {each.message_class for each in items} == {"organisational"}


def test_sounds_are_made_later_and_no_phone_rings(house: Runtime, rang: Rung) -> None:
    jobs = Counter(str(ids[0]) for _, ids in rang)
    assert (jobs["written"], jobs["broadcast"]) == (1, 4)
    assert sum(jobs.values()) < 12  # each is a child that loads its tools for seconds
    before = len(rang)
    with unit_of_work(house.engine) as unit:
        sweep(unit, house)
    assert SEND_DUE not in {job for job, _ in rang[before:]}


def test_danger_in_the_booth_of_24_has_phones_to_ring(house: Runtime, db: Session) -> None:
    duties = units.list_duty_numbers(db, units.get_unit_by_code(db, BOOTH_OF_24).path)
    listed = {each["number"] for each in persons(house)}
    assert len(duties) == 2
    assert all(numbers.open_number(db, house.vault, each.number_id) in listed for each in duties)


def test_staff_can_sign_in_with_the_password_that_is_shown(house: Runtime) -> None:
    demo = load(house)
    shown = (house.settings.data_dir / "demo_logins").read_text(encoding="utf-8")
    assert {each.role for each in demo.logins} >= {"administrator", "coordinator", "approver", "listener"}
    assert all(each.email in shown for each in demo.logins)
    assert demo.password in shown
    assert demo.password not in repr(demo)
    assert sign_in(house, demo.logins[0].email, demo.password, "127.0.0.1")


def test_second_load_changes_nothing(house: Runtime, db: Session, rang: Rung) -> None:
    models = (Unit, Member, PhoneNumber, Report, Delivery, Call, Staff, NewsItem)
    before = [count(db, each) for each in models]
    bells = len(rang)
    load(house)
    assert [count(db, each) for each in models] == before
    assert len(rang) == bells


def test_first_steps_of_a_visitor_are_still_to_be_taken(db: Session) -> None:
    assert activity.first_steps(db) == activity.FirstSteps(False, False, False, False)


def test_demo_is_refused_where_members_are(rt: Runtime) -> None:
    a_member(rt)
    with pytest.raises(Conflict, match="empty"):
        load(rt)


def test_demo_is_refused_beside_a_real_provider(rt: Runtime) -> None:
    real = replace(rt, settings=replace(rt.settings, africastalking_url=""))
    with pytest.raises(NotAllowed, match="emulator"):
        load(real)
