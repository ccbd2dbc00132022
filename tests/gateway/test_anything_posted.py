"""Whatever a provider posts about a call, in whatever order and however often: it is answered, and each word kept once."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select

from flows.model import Flow, Goto, Say
from gateway.app import create_app
from gateway.db import unit_of_work
from gateway.models import Call, Member, Report, VoiceNote
from gateway.runtime import Runtime
from gateway.states import CallState
from tests.builders import a_member, a_number
from tests.lines import Caller

SOUND = "http://127.0.0.1:9/recordings/{}.wav"
POST = some.one_of(
    some.sampled_from([{"digits": key} for key in "0123456789*#"]),
    some.sampled_from(
        [
            {"digits": each}
            for each in ("5" * 10_000, "४", "٣", "²", "ABC", " ", "\u202e1", "🙏🏽", "1#", "\x00")
        ]
    ),
    some.just({}),
    some.integers(1, 4).map(lambda nth: {"recording_url": SOUND.format(nth)}),
)
AGAIN, LATE = "again", "late"


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    is_known=some.booleans(),
    posts=some.lists(some.tuples(POST, some.sampled_from(["", "", AGAIN, LATE])), min_size=1, max_size=8),
    ends_twice=some.booleans(),
)
def test_every_post_is_answered_and_every_recording_kept_once(
    rt: Runtime,
    client: FlaskClient,
    is_known: bool,
    posts: list[tuple[dict[str, str], str]],
    ends_twice: bool,
) -> None:
    number = a_number()
    if is_known:
        a_member(rt, number=number)
    caller = Caller(client, number)
    caller.ring()
    spoken = set()
    for nth, (form, how) in enumerate(posts):
        fields = {name: f"{value}?{number}" if "url" in name else value for name, value in form.items()}
        spoken |= {fields["recording_url"]} if "recording_url" in fields else set()
        place = caller.heard[:]
        answer = caller.post(**fields)
        assert answer
        if how == AGAIN:  # the same post once more: the same answer
            caller.heard[:] = place
            assert caller.post(**fields) == answer
        elif how == LATE and nth:  # an old post, after all that came since
            caller.heard[:] = place[:1]
            caller.post(**fields)
            caller.heard[:] = [*place, answer]
    for _ in range(1 + ends_twice):
        caller.hang_up()
    with unit_of_work(rt.engine) as unit:
        call = unit.db.scalars(select(Call).where(Call.provider_id == caller.provider_id)).one()
        notes = unit.db.scalars(select(VoiceNote.id).where(VoiceNote.call_id == call.id)).all()
        told = select(func.count()).select_from(Report).where(Report.voice_note_id.in_(notes))
        assert call.state is CallState.ENDED
        assert len(notes) == len(spoken)
        assert unit.db.scalars(told).one() <= len(notes)


def test_member_whose_language_vanished_hears_the_base(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    member_id = a_member(rt, number=number)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Member, member_id).language = "sat"
    caller = Caller(client, number)
    assert rt.words.texts["hi"]["main_menu.problem"] in caller.ring()
    assert "record 60" in caller.press("1")
    caller.hang_up()


@pytest.mark.parametrize(
    "nodes", [{"a": Goto("main_menu")}, {"a": Say("no.such_prompt", "a")}, {"a": Say("goodbye.member", "a")}]
)
def test_flow_that_loops_apologises_and_logs(rt: Runtime, nodes, caplog: pytest.LogCaptureFixture) -> None:
    turning = replace(rt, flows={**rt.flows, "main_menu": Flow("main_menu", 99, "a", nodes)})
    number = a_number()
    a_member(rt, number=number)
    caller = Caller(create_app(turning.settings, turning).test_client(), number)
    assert rt.words.texts["hi"]["apology.sorry"] in caller.ring()
    assert any(record.levelname == "ERROR" for record in caplog.records)
