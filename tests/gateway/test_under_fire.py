"""Posts out of order, twice or too early, half rows and shared phones: nothing is lost, nothing happens twice or stands for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from flask.testing import FlaskClient
from sqlalchemy import event, make_url, select

from gateway.broadcasts import draft as drafts
from gateway.broadcasts import launch, settle
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.deliveries.sweep import sweep
from gateway.inbox import MOST_REPLIES
from gateway.models import Broadcast, Delivery, Member, Message, Report, Staff
from gateway.posts_again import apply_spooled, apply_unknown
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryState, ReportState
from gateway.store import numbers
from tests.builders import a_broadcast, a_member, a_number, a_person_of_staff
from tests.conftest import SECRET, TestClock
from tests.gateway.test_broadcasts import stand, start
from tests.lines import CALLS_BACK, Caller

CALLBACKS = f"/callbacks/loopback/{SECRET}"


def write(client: FlaskClient, number: str, text: str, provider_id: str = "sms-1") -> None:
    form = {"provider_id": provider_id, "number": number, "line": "12345", "text": text}
    assert client.post(f"{CALLBACKS}/sms", data=form).status_code == 200


def receipt(client: FlaskClient, provider_id: str, number: str) -> None:
    form = {"provider_id": provider_id, "number": number, "outcome": "delivered", "is_final": "yes"}
    assert client.post(f"{CALLBACKS}/receipts", data=form).status_code == 200


def rows(rt: Runtime, model: type, *where: object) -> list:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(model).where(*where).order_by(model.id)))


def test_half_a_certificate_holds_up_nobody_else(rt: Runtime) -> None:
    staff_id = a_person_of_staff(rt)
    broadcast_id = a_broadcast(rt, message_class="campaign")
    with unit_of_work(rt.engine) as unit:
        staff = unit.db.get_one(Staff, staff_id)
        staff.number_id = numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        broadcast.certificate = {"number": "17/2026"}
        drafts.test_on_own_phone(unit, rt, broadcast, staff, "hi")
    assert send_some(rt, "voice").handed == 1


def test_stop_by_sms_stops_everybody_on_a_shared_phone(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number)
    a_member(rt, "Ramesh", number=number)
    write(client, number, "STOP")
    assert {each.consent for each in rows(rt, Member)} == {"none"}
    a_member(rt, "Gita", number=a_number())
    start(rt, broadcast_id := a_broadcast(rt))
    assert stand(rt, broadcast_id).asked == 1  # Gita, who has a phone of her own


def test_receipt_that_beats_our_response_is_applied_later(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, number=number)
    start(rt, broadcast_id := a_broadcast(rt, kind="sms"))
    receipt(client, "loop-sms-1", number)
    send_some(rt, "sms")
    assert rt.sms.sent[-1].provider_id == "loop-sms-1"
    assert stand(rt, broadcast_id).in_progress == 1
    apply_unknown(rt)
    assert stand(rt, broadcast_id).heard == 1


def test_sms_broadcast_ends_though_no_receipt_ever_comes(
    rt: Runtime, client: FlaskClient, clock: TestClock
) -> None:
    number = a_number()
    a_member(rt, number=number)
    start(rt, broadcast_id := a_broadcast(rt, kind="sms"))
    send_some(rt, "sms")
    clock.forward(hours=73)
    with unit_of_work(rt.engine) as unit:
        sweep(unit, rt)
    with unit_of_work(rt.engine) as unit:
        settle.settle(unit, rt)
        assert unit.db.get_one(Broadcast, broadcast_id).state == BroadcastState.FINISHED
    assert stand(rt, broadcast_id).in_doubt == 1
    receipt(client, "loop-sms-1", number)
    assert stand(rt, broadcast_id).heard == 1


def test_second_missed_call_is_answered_at_once_when_the_first_was_not_reached(
    rt: Runtime, client: FlaskClient, clock: TestClock
) -> None:
    number = a_number()
    a_member(rt, number=number)
    Caller(client, number, CALLS_BACK).ring()
    assert send_some(rt, "voice").handed == 1
    called = rt.voice.placed[-1]
    Caller(client, number, CALLS_BACK, False, called.provider_id).hang_up(0, "busy")
    clock.forward(seconds=90)
    Caller(client, number, CALLS_BACK).ring()
    assert send_some(rt, "voice").handed == 1
    assert len(rows(rt, Delivery)) == 1


def test_ring_posted_twice_is_declined_twice(client: FlaskClient, rt: Runtime) -> None:
    ring = Caller(client, a_number(), CALLS_BACK)
    assert [ring.ring(), ring.ring()] == ["decline", "decline"]
    assert len(rows(rt, Delivery)) == 1


def test_ring_whose_end_comes_first_is_called_back(client: FlaskClient, rt: Runtime) -> None:
    ring = Caller(client, a_number(), CALLS_BACK)
    ring.hang_up(0, "rejected")
    ring.ring()
    assert [each.reason for each in rows(rt, Delivery)] == ["ring"]


def test_call_that_ends_busy_after_the_stop_is_not_to_be_tried_again(
    rt: Runtime, client: FlaskClient
) -> None:
    a_member(rt)
    start(rt, broadcast_id := a_broadcast(rt))
    send_some(rt, "voice")
    with unit_of_work(rt.engine) as unit:
        launch.stop(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
    called = rt.voice.placed[-1]
    Caller(client, called.number, CALLS_BACK, False, called.provider_id).hang_up(0, "busy")
    found = stand(rt, broadcast_id)
    assert (found.not_reached, found.to_retry) == ({"busy": 1}, 0)
    assert rows(rt, Delivery)[0].state == DeliveryState.FAILED


def test_recording_that_comes_after_silence_took_its_turn_is_kept(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, number=number)
    sita = Caller(client, number)
    sita.ring()
    record = sita.press("1")
    address = record.splitlines()[-1].removeprefix("then http://127.0.0.1:8000")
    sita.wait()
    late = sita.form(recording_url="http://127.0.0.1:9/recordings/7.wav")
    for _ in range(2):
        assert client.post(address, data=late).get_data(as_text=True) == sita.heard[-1]
    assert [each.voice_note_id is not None for each in rows(rt, Report)] == [True]


def test_two_problems_in_one_call_get_a_reference_each(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, number=number)
    sita = Caller(client, number)
    sita.ring()
    for nth in (1, 2):
        sita.press("1")
        sita.speak(f"http://127.0.0.1:9/recordings/{nth}.wav")
        sita.press("0")
    sita.hang_up()
    made = rows(rt, Report)
    assert len(made) == 2
    assert {each.dedupe for each in rows(rt, Delivery)} == {f"reference:{each.id}" for each in made}


def test_words_that_answer_no_question_are_kept_for_staff(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    write(client, number, "JOIN")
    write(client, number, "the handpump of our lane gives no water", "sms-2")
    assert [each.state for each in rows(rt, Report)] == [ReportState.DRAFT]


def test_last_post_is_applied_later_when_the_database_restarts_under_it(
    rt: Runtime, client: FlaskClient
) -> None:
    number = a_number()
    a_member(rt, number=number)
    start(rt, broadcast_id := a_broadcast(rt))
    send_some(rt, "voice")
    placed = rt.voice.placed[-1]
    form = {"provider_id": placed.provider_id, "number": number, "line": placed.line, "is_inbound": "no"}
    form |= {"is_over": "yes", "outcome": "busy", "seconds": "0"}
    with connections_cut(rt):
        assert client.post(f"{CALLBACKS}/voice", data=form).status_code == 200
    assert stand(rt, broadcast_id).in_progress == 1
    apply_spooled(rt)
    assert stand(rt, broadcast_id).not_reached == {"busy": 1}


@contextmanager
def connections_cut(rt: Runtime) -> Iterator[None]:
    """The database ends every connection once, in the middle of the first unit of work that asks it something."""
    url = (
        make_url(rt.settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )

    is_cut: list[bool] = []

    def cut(*_: object) -> None:
        if is_cut:
            return
        is_cut.append(True)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    event.listen(rt.engine, "before_cursor_execute", cut)
    yield
    event.remove(rt.engine, "before_cursor_execute", cut)


def test_torn_line_of_the_spool_keeps_nobody_waiting(rt: Runtime, client: FlaskClient) -> None:
    rt.settings.data_dir.mkdir(parents=True, exist_ok=True)
    (rt.settings.data_dir / "spool").write_bytes(b"c29tZXRoaW5n\nAAA")
    apply_spooled(rt)
    assert not (rt.settings.data_dir / "spool.taken").exists()
    assert (rt.settings.data_dir / "spool.torn").read_bytes() == b"c29tZXRoaW5n\nAAA\n"


def test_two_machines_do_not_text_each_other_for_ever(
    rt: Runtime, client: FlaskClient, clock: TestClock
) -> None:
    number = a_number()
    for each in range(MOST_REPLIES + 5):
        write(client, number, "HELP", f"sms-{each}")
    assert len(rows(rt, Delivery)) == MOST_REPLIES
    assert len(rows(rt, Message)) == MOST_REPLIES + 5
    clock.forward(hours=2)
    write(client, number, "HELP", "sms-later")
    assert len(rows(rt, Delivery)) == MOST_REPLIES + 1
