"""What reads ahead keeps the order, tells what went wrong where it went wrong, and leaves nobody behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from gateway.people.ahead import BATCHES, ahead


def readers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "list-reader"]


def test_order_is_kept_and_nobody_stays() -> None:
    assert list(ahead(iter(range(500)))) == list(range(500))
    assert readers() == []


def test_fault_comes_after_what_was_read_before_it() -> None:
    def broken() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("the third")

    seen = []
    with pytest.raises(ValueError, match="the third"):
        for each in ahead(broken()):
            seen.append(each)
    assert (seen, readers()) == ([1, 2], [])


def test_it_is_a_batch_ahead_and_no_more() -> None:
    asked: list[int] = []
    has_begun = threading.Event()

    def source() -> Iterator[int]:
        for each in range(50):
            asked.append(each)
            has_begun.set()
            yield each

    reading = ahead(source())
    assert next(reading) == 0 and has_begun.wait(5)
    assert len(asked) <= 1 + BATCHES + 1 + 1  # taken, waiting, in hand, and the one it may be at
    reading.close()  # type: ignore[attr-defined]
    assert readers() == [] and len(asked) < 50
