"""Which conversation a call enters, row by row."""

import pytest

from flows.catalog import FLOWS
from flows.catalog.entry import TABLE, enter

OUT = {"is_outbound": True}
JOINED = {"member": {"id": 1, "is_joined": True}}
ANNOUNCED = {"announcement": {"id": 1}}
DISCREET = {"is_discreet": True}

ROWS = [
    ("a stranger", {}, "joining"),
    ("somebody invited", {"member": {"id": 1, "is_joined": False}}, "joining"),
    ("a member", JOINED, "main_menu"),
    (
        "a shared phone with one member joined",
        {"members": [{"id": 1}, {"id": 2, "is_joined": True}]},
        "main_menu",
    ),
    ("a call-back", OUT | JOINED | {"is_call_back": True}, "main_menu"),
    ("who left before", JOINED | {"is_opted_out": True}, "joining"),
    ("an announcement", OUT | JOINED | ANNOUNCED, "announcement"),
    ("a test of it", OUT | ANNOUNCED | {"is_test": True}, "test_call"),
    ("an answer", OUT | JOINED | {"answer": {"report": 1}}, "answer"),
    ("a report that broke off", OUT | JOINED | {"go_on": {"report": 1}}, "go_on"),
    ("a report that is not forgotten", OUT | JOINED | {"interim": {"report": 1}}, "interim"),
    ("a unit's lead in the evening", OUT | JOINED | {"daily": {"day": 1}}, "daily"),
    ("a discreet question about the day", OUT | JOINED | DISCREET | {"daily": {"day": 1}}, "discreet"),
    ("a leader's brief names no member", OUT | DISCREET | {"brief": {"rollup": 1}}, "brief"),
    ("a duty person", OUT | JOINED | {"duty": {"report": 1}}, "duty"),
    ("a discreet announcement", OUT | ANNOUNCED | DISCREET, "discreet"),
    ("a discreet call-back", OUT | JOINED | DISCREET | {"is_call_back": True}, "discreet"),
    ("danger waits for no key", OUT | DISCREET | {"duty": {"report": 1}}, "duty"),
    ("a test is heard as it is", OUT | ANNOUNCED | DISCREET | {"is_test": True}, "test_call"),
    (
        "a campaign begins with its approved sound",
        OUT | DISCREET | {"announcement": {"id": 1, "is_campaign": True}},
        "announcement",
    ),
    ("who rings us knows whom", JOINED | DISCREET, "main_menu"),
    ("an introduction", OUT | {"is_introduction": True}, "introduction"),
    ("a member who rings while an answer waits", JOINED | {"answer": {"report": 1}}, "main_menu"),
]


@pytest.mark.parametrize(("who", "facts", "flow"), ROWS)
def test_call_enters_its_conversation(who, facts, flow):
    assert enter(facts) == flow


def test_every_row_of_the_table_names_a_flow():
    assert {name for name, _ in TABLE} <= set(FLOWS)
