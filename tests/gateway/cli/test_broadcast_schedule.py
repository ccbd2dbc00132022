"""`broadcast schedule`: from a script."""

from __future__ import annotations

import pytest

from gateway.db import unit_of_work
from gateway.models import Broadcast
from gateway.runtime import Runtime
from tests.gateway.cli.conftest import Cli
from tests.gateway.schedules.weeks import an_approved


def an_id(rt: Runtime) -> str:
    broadcast_id = an_approved(rt)
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Broadcast, broadcast_id).public_id


def test_command_adds_lists_and_stops(rt: Runtime, cli: Cli) -> None:
    made = cli("broadcast", "schedule", "add", an_id(rt), "--weekly", "mon", "--time", "09:00", "--json").json
    assert made["next_at"].endswith("T09:00+05:30")
    assert cli("broadcast", "schedule", "list", "--json").json == [made]
    ended = cli("broadcast", "schedule", "stop", made["id"], "--json").json
    assert (ended["ended"], ended["next_at"]) == (True, None)
    assert made["id"] in cli("broadcast", "schedule", "list").out


USAGE = [
    ([], "say one of"),
    (["--weekly", "mon", "--monthly", "1", "--time", "09:00"], "say one of"),
    (["--weekly", "moon", "--time", "09:00"], "--weekly is written as"),
    (["--monthly", "0", "--time", "09:00"], "--monthly is written as"),
    (["--monthly", "1"], "--time is written as"),
    (["--event", "soon"], "--event is written as"),
    (["--event", "2030-01-01T10:00", "--before", "3w"], "--before is written as"),
]


@pytest.mark.parametrize(("options", "words"), USAGE)
def test_what_is_not_understood_is_a_usage_error(cli: Cli, options: list[str], words: str) -> None:
    ended = cli("broadcast", "schedule", "add", "A" * 11, *options)
    assert (ended.code, words in ended.err) == (2, True)


def test_an_event_of_the_past_is_one_line_on_standard_error(rt: Runtime, cli: Cli) -> None:
    ended = cli("broadcast", "schedule", "add", an_id(rt), "--event", "2020-01-01T10:00")
    assert (ended.code, ended.err) == (1, "memberline: the event lies in the past\n")
