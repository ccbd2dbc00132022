"""A trainer speaks for many, and says for how many; nobody else is asked."""

from __future__ import annotations

from gateway.models import Call, Report
from gateway.runtime import Runtime
from tests.lines import Caller
from tests.walks import NOTE, SILENCE, all_of, go_on, walk, words


def test_trainer_says_for_how_many(rt: Runtime, trainer: Caller) -> None:
    walk(trainer, "1", SILENCE, NOTE, "2")
    assert words(rt, "problem.people") in trainer.heard[-1]
    assert words(rt, "problem.people_kept", people="12") in go_on(trainer, "12")
    assert all_of(rt, Report)[0].people == 12


def test_trainer_who_waits_speaks_alone(rt: Runtime, trainer: Caller) -> None:
    walk(trainer, "1", "21", "2", SILENCE)
    report = all_of(rt, Report)[0]
    assert (report.people, report.category) == (None, "21")


def test_member_is_not_asked_for_how_many(rt: Runtime, sita: Caller) -> None:
    assert words(rt, "problem.people") not in walk(sita, "1", NOTE, "2")


def test_call_says_with_which_conversation_it_began(rt: Runtime, sita: Caller) -> None:
    sita.ring()
    assert [each.entered for each in all_of(rt, Call)] == ["main_menu"]
