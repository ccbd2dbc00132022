"""Steps of many calls share a statement; each is told for itself what became of it, and one bad step fails alone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from types import SimpleNamespace
from typing import cast

import psycopg
import pytest

from gateway.store.steps import Advance, CallRow
from gateway.store.together import MOST, Together

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def _step(call_id: int) -> Advance:
    call = cast(CallRow, SimpleNamespace(id=call_id, turn=1))
    return Advance(call=call, conversation={}, provider="loopback", digest=b"", body=b"", now=NOW)


class Table:
    """Remembers batches; holds the first until told, so that the others gather behind it."""

    def __init__(self, bad: int | None = None) -> None:
        self.batches: list[list[int]] = []
        self.moved: set[int] = set()
        self.bad, self.go_on, self.began = bad, Event(), Event()

    def write(self, steps: Sequence[Advance]) -> set[int]:
        ids = [step.call.id for step in steps]
        self.batches.append(ids)
        self.began.set()
        assert self.go_on.wait(10)
        if self.bad in ids:
            raise psycopg.DataError("a step that cannot be written")
        new = set(ids) - self.moved
        self.moved |= new
        return new


def _all_at_once(table: Table, ids: list[int]) -> list[bool | str]:
    together = Together(table.write)

    def one(call_id: int) -> bool | str:
        try:
            return together.advance(_step(call_id))
        except psycopg.Error:
            return "failed"

    with ThreadPoolExecutor(len(ids)) as pool:
        first = pool.submit(one, ids[0])
        assert table.began.wait(10)
        rest = [pool.submit(one, each) for each in ids[1:]]
        while len(together._queue) < len(rest):
            pass
        table.go_on.set()
        return [each.result(10) for each in (first, *rest)]


def test_steps_that_come_meanwhile_are_written_with_one_statement() -> None:
    table = Table()
    assert _all_at_once(table, [1, 2, 3, 4]) == [True] * 4
    assert [sorted(batch) for batch in table.batches] == [[1], [2, 3, 4]]


def test_of_two_posts_of_one_turn_one_moves_the_call() -> None:
    table = Table()
    done = _all_at_once(table, [9, 5, 5, 6])
    assert done[0] is True
    assert sorted(cast(list[bool], done[1:])) == [False, True, True]
    assert all(len(set(batch)) == len(batch) for batch in table.batches)


def test_no_statement_takes_more_than_its_share() -> None:
    table = Table()
    assert _all_at_once(table, list(range(1, 2 * MOST + 5))) == [True] * (2 * MOST + 4)
    assert max(map(len, table.batches)) == MOST


def test_one_bad_step_fails_nobody_beside_it() -> None:
    table = Table(bad=3)
    assert _all_at_once(table, [1, 2, 3, 4]) == [True, True, "failed", True]


def test_whoever_waits_learns_that_the_writer_was_interrupted() -> None:
    def broken(steps: Sequence[Advance]) -> set[int]:
        raise KeyError("no database's error")

    together = Together(broken)
    with pytest.raises(KeyError):
        together.advance(_step(1))
    with pytest.raises(KeyError):  # and the door is open again
        together.advance(_step(2))
