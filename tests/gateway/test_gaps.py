"""A sound that lacks in a call is noted without its words, made in the background, ticked off, and seen by staff and doctor."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audio.clips import Utterance, utterance_key
from gateway import gaps, sounds
from gateway.checks import _gaps
from gateway.db import unit_of_work
from gateway.models import Call, SoundGap
from gateway.runtime import Runtime
from gateway.store import units
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.console.desk import a_desk
from tests.lines import Caller


def all_of(rt: Runtime) -> list[SoundGap]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(SoundGap).order_by(SoundGap.name)))


def test_a_gap_is_noted_made_and_ticked_off(
    app: Flask, rt: Runtime, client: FlaskClient, clock: TestClock, rung: list[tuple[str, tuple[object, ...]]]
) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number)
    Caller(client, number).ring()
    found = all_of(rt)
    assert "greeting.member" in {each.name.rsplit(".", 1)[0] for each in found} | {
        each.name for each in found
    }
    assert all(each.times == 1 and each.repaired_at is None for each in found)
    assert "Sita" not in str([vars(each) for each in found])
    with unit_of_work(rt.engine) as unit:
        call_id = unit.db.scalars(select(Call.id)).one()
        root = units.root_unit(unit.db).code
    assert any(job.endswith("build_sounds") and given == ("call", call_id) for job, given in rung)
    assert not _gaps(rt).is_well
    clock.forward(minutes=1)
    sounds.build_subject(rt, "call", call_id)
    assert all(each.repaired_at == clock.now for each in all_of(rt))
    assert _gaps(rt).is_well
    page = a_desk(app, rt, role="administrator", unit=root).read("/sounds")
    assert "What lacked in a call" in page


def test_one_that_lacks_again_is_counted_and_open_again(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number)
    for _ in range(2):
        Caller(client, number).ring()
    assert {each.times for each in all_of(rt)} == {2}


def test_only_what_has_a_sound_is_ticked_off(rt: Runtime) -> None:
    lacking = Utterance("कुछ", "hi", "some.prompt")
    with unit_of_work(rt.engine) as unit:
        gaps.gaps.add_gap(unit.db, utterance_key(lacking.text, "hi"), "hi", "some.prompt", rt.clock())
    gaps.repair(rt, [lacking])
    assert all_of(rt)[0].repaired_at is None
