"""A flow drawn in rows: every question has one place, and every way leads from a place to a place."""

import pytest

from flows.catalog import FLOWS
from flows.engine import WAITING
from flows.layout import OVER, lay_out, order
from flows.model import Pause


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_every_question_has_one_place_and_every_way_two(name):
    flow, layout = FLOWS[name], lay_out(FLOWS[name])
    placed = [each for row in layout.rows for each in row]
    asks = {node for node, each in flow.nodes.items() if isinstance(each, WAITING)}
    assert len(placed) == len(set(placed))
    assert asks <= set(placed)
    assert {each for way in layout.ways for each in (way.start, way.end)} <= set(placed)


def test_problem_is_told_before_its_urgency_is_asked():
    told = order(FLOWS["problem"])
    assert told.index("record") < told.index("urgency") < told.index("people")


def test_end_stands_below_everything():
    assert lay_out(FLOWS["announcement"]).rows[-1] == (OVER,)


def test_pause_asks_nothing():
    assert not [
        each for each in order(FLOWS["announcement"]) if isinstance(FLOWS["announcement"].nodes[each], Pause)
    ]


def test_key_stands_at_its_way():
    keys = {(way.start, way.end): way.keys for way in lay_out(FLOWS["problem"]).ways}
    assert keys["urgency", "hide"] == "5"
