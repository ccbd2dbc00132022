"""A sender fell between the provider's yes and our row: its receipts find their text by number and time, and never another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from gateway import receipts
from gateway.channels.base import MessageReported, Outcome
from gateway.db import unit_of_work
from gateway.deliveries import doubt
from gateway.deliveries.send import send_some
from gateway.deliveries.sweep import sweep
from gateway.errors import ProviderSilent
from gateway.models import Attempt, Callback, Delivery, Member
from gateway.phones import Number
from gateway.posts_again import apply_unknown
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome
from gateway.store import numbers
from tests.builders import a_number
from tests.conftest import TestClock
from tests.gateway.deliveries.crowds import a_crowd, begin, stand


class _Fell(BaseException):
    """The sender's process is gone."""


def cut_off(rt: Runtime) -> None:
    """A sender is killed while the provider has its texts: nobody ever writes what the provider said."""

    def gone(text: str, to: object) -> None:
        raise _Fell

    cut = replace(rt, channels=replace(rt.channels, sms=_Channel(gone)))  # type: ignore[arg-type]
    with pytest.raises(_Fell):
        send_some(cut, "sms")


class _Channel:
    def __init__(self, send: object) -> None:
        self.send_sms = send


def lease_runs_out(rt: Runtime, clock: TestClock) -> None:
    clock.forward(seconds=41)
    with unit_of_work(rt.engine) as unit:
        sweep(unit, rt)


def urgent(rt: Runtime, **values: object) -> int:
    return begin(rt, kind="sms", message_class="emergency", **values)


def numbers_of(rt: Runtime, members: list[int]) -> list[Number]:
    with unit_of_work(rt.engine) as unit:
        ids = unit.db.scalars(select(Member.number_id).where(Member.id.in_(members)).order_by(Member.id))
        return [numbers.open_number(unit.db, rt.vault, each) for each in ids]


def receipt(rt: Runtime, number: str, provider_id: str = "m-1", outcome: Outcome = Outcome.DELIVERED) -> bool:
    form = {"provider_id": provider_id, "number": number, "outcome": str(outcome)}
    is_final = outcome is not Outcome.SENT
    event = MessageReported(
        provider_id, number, outcome, is_final, form | {"is_final": "yes" if is_final else "no"}
    )
    return receipts.message_reported(rt, event)


def half_an_hour_later(rt: Runtime, clock: TestClock) -> int:
    """How many are texted again."""
    clock.forward(minutes=31)
    with unit_of_work(rt.engine) as unit:
        doubt.give_up_waiting(unit, rt)
    clock.forward(minutes=10)
    return send_some(rt, "sms").handed


def tries(rt: Runtime) -> list[tuple[str, str | None]]:
    with unit_of_work(rt.engine) as unit:
        rows = unit.db.execute(select(Attempt.outcome, Attempt.provider_id).order_by(Attempt.id)).all()
        return [(str(outcome), provider_id) for outcome, provider_id in rows]


def strays(rt: Runtime) -> int:
    with unit_of_work(rt.engine) as unit:
        return len(unit.db.scalars(select(Callback).where(Callback.number_id.is_not(None))).all())


def test_receipt_finds_the_text_whose_id_nobody_wrote(rt: Runtime, clock: TestClock) -> None:
    first, second = numbers_of(rt, a_crowd(rt, 2))
    broadcast_id = urgent(rt)
    cut_off(rt)
    clock.forward(seconds=5)
    assert not receipt(rt, second)  # the lease still runs: our own response might come
    assert (tries(rt)[1], strays(rt)) == (("pending", None), 1)
    lease_runs_out(rt, clock)
    assert stand(rt, broadcast_id).in_doubt == 2
    assert apply_unknown(rt) == 1
    assert (tries(rt), strays(rt)) == ([("unknown", None), ("delivered", "m-1")], 0)
    assert receipt(rt, first, "m-2")  # at once: nothing is open any more
    assert stand(rt, broadcast_id).heard == 2
    assert half_an_hour_later(rt, clock) == 0


def test_receipt_is_matched_though_nobody_looked_for_hours(rt: Runtime, clock: TestClock) -> None:
    (number,) = numbers_of(rt, a_crowd(rt, 1))
    broadcast_id = urgent(rt)
    cut_off(rt)
    receipt(rt, number)
    clock.forward(hours=2)  # no sweep came in all this time
    with unit_of_work(rt.engine) as unit:
        sweep(unit, rt)
        doubt.give_up_waiting(unit, rt)
    assert stand(rt, broadcast_id).to_retry == 0
    apply_unknown(rt)
    assert stand(rt, broadcast_id).heard == 1


def test_word_on_the_way_ends_the_doubt_and_the_last_word_the_try(rt: Runtime, clock: TestClock) -> None:
    (number,) = numbers_of(rt, a_crowd(rt, 1))
    broadcast_id = urgent(rt)
    cut_off(rt)
    lease_runs_out(rt, clock)
    assert receipt(rt, number, outcome=Outcome.SENT)
    assert stand(rt, broadcast_id).in_progress == 1
    assert half_an_hour_later(rt, clock) == 0
    assert receipt(rt, number)
    assert (tries(rt), stand(rt, broadcast_id).heard) == ([("delivered", "m-1")], 1)


def test_other_id_is_taken_for_no_text_that_has_one(rt: Runtime, clock: TestClock) -> None:
    (number,) = numbers_of(rt, a_crowd(rt, 1))
    urgent(rt)
    cut_off(rt)
    lease_runs_out(rt, clock)
    assert receipt(rt, number)
    assert not receipt(rt, number, "another-house", Outcome.FAILED)
    assert tries(rt) == [("delivered", "m-1")]


@pytest.mark.parametrize("number", ["", "twelve", a_number(999_999)])
def test_receipt_of_nobody_we_know_changes_nothing(rt: Runtime, clock: TestClock, number: str) -> None:
    a_crowd(rt, 1)
    urgent(rt)
    cut_off(rt)
    lease_runs_out(rt, clock)
    assert not receipt(rt, number)
    assert (tries(rt), strays(rt)) == ([("unknown", None)], 0)
    assert half_an_hour_later(rt, clock) == 1


def test_text_begun_after_the_receipt_is_not_meant(rt: Runtime, clock: TestClock) -> None:
    (number,) = numbers_of(rt, a_crowd(rt, 1))
    assert not receipt(rt, number)
    clock.forward(seconds=1)
    urgent(rt)
    cut_off(rt)
    lease_runs_out(rt, clock)
    assert apply_unknown(rt) == 0
    assert half_an_hour_later(rt, clock) == 1


def test_receipt_of_three_days_later_is_not_meant(rt: Runtime, clock: TestClock) -> None:
    (number,) = numbers_of(rt, a_crowd(rt, 1))
    urgent(rt)
    cut_off(rt)
    lease_runs_out(rt, clock)
    clock.forward(hours=72)
    assert not receipt(rt, number)
    assert apply_unknown(rt) == 0


def two_in_doubt(rt: Runtime, clock: TestClock) -> tuple[Number, list[int]]:
    """Two urgent broadcasts to one number, both cut off."""
    (number,) = numbers_of(rt, a_crowd(rt, 1))
    made = []
    for words in ("Leave the river bank.", "The school is open tonight."):
        made.append(urgent(rt, texts={"hi": words}))
        cut_off(rt)
        lease_runs_out(rt, clock)
    return number, made


def test_where_two_could_be_meant_none_is_chosen_and_nobody_is_texted_twice(
    rt: Runtime, clock: TestClock
) -> None:
    number, made = two_in_doubt(rt, clock)
    assert not receipt(rt, number)
    assert apply_unknown(rt) == 0
    assert tries(rt) == [("unknown", None)] * 2
    assert half_an_hour_later(rt, clock) == 0
    assert [stand(rt, each).in_doubt for each in made] == [1, 1]


def test_once_one_of_the_two_is_known_the_receipt_is_the_others(rt: Runtime, clock: TestClock) -> None:
    number, made = two_in_doubt(rt, clock)
    receipt(rt, number)
    with unit_of_work(rt.engine) as unit:
        unit.db.scalars(select(Attempt).order_by(Attempt.id)).first().provider_id = "m-0"  # type: ignore[union-attr]
    assert apply_unknown(rt) == 1
    assert tries(rt) == [("unknown", "m-0"), ("delivered", "m-1")]
    assert [stand(rt, each).heard for each in made] == [0, 1]


def test_early_receipt_of_the_second_text_is_not_taken_for_the_first_ones(
    rt: Runtime, clock: TestClock
) -> None:
    """It overtakes our own response, while an older text to the number is in doubt."""
    (number,) = numbers_of(rt, a_crowd(rt, 1))
    first = urgent(rt, texts={"hi": "Leave the river bank."})
    cut_off(rt)
    lease_runs_out(rt, clock)
    second = urgent(rt, texts={"hi": "The school is open tonight."})
    send = rt.sms.send_sms
    seen: list[bool] = []

    def overtaken(text: str, to: list[Number]) -> object:
        said = send(text, to)
        seen.append(receipt(rt, number, said[0].provider_id or ""))
        return said

    assert send_some(replace(rt, channels=replace(rt.channels, sms=_Channel(overtaken))), "sms").handed == 1  # type: ignore[arg-type]
    assert seen == [False]
    assert apply_unknown(rt) == 1
    assert (stand(rt, first).in_doubt, stand(rt, second).heard) == (1, 1)


def test_calls_are_no_texts(rt: Runtime, clock: TestClock) -> None:
    (number,) = numbers_of(rt, a_crowd(rt, 1))
    begin(rt, kind="voice", message_class="emergency")
    rt.voice.script.fail(ProviderSilent("no answer"))
    send_some(rt, "voice")
    assert not receipt(rt, number)
    clock.forward(minutes=31)
    with unit_of_work(rt.engine) as unit:
        doubt.give_up_waiting(unit, rt)
        assert unit.db.scalars(select(Delivery.state)).one() == "queued"
        assert unit.db.scalars(select(Attempt.outcome)).one() == AttemptOutcome.UNKNOWN


def test_number_is_kept_with_a_receipt_no_longer_than_it_is_looked_for(rt: Runtime, clock: TestClock) -> None:
    (number,) = numbers_of(rt, a_crowd(rt, 1))
    urgent(rt)
    cut_off(rt)
    receipt(rt, number)
    assert strays(rt) == 1
    lease_runs_out(rt, clock)
    apply_unknown(rt)
    assert strays(rt) == 0
