"""`rollup`: freezing by hand, and the figures of a day as the page has them."""

from __future__ import annotations

import pytest

from gateway.db import unit_of_work
from gateway.runtime import Runtime
from gateway.store import rollups, units
from gateway.store.rollups import RollupSetting
from tests.builders import a_member
from tests.conftest import TestClock
from tests.gateway.cli.conftest import Cli
from tests.gateway.rollups.frozen import a_report, frozen


@pytest.fixture
def sita(rt: Runtime) -> int:
    """A member of a block under the top, with two reports. A command runs by the real clock: no hour has come before it."""
    with unit_of_work(rt.engine) as unit:
        units.add_unit(unit.db, "BAH", "Bah", "block", units.root_unit(unit.db))
        rollups.keep_setting(unit.db, RollupSetting(hour="00:00"))
    return a_member(rt, unit="BAH")


def test_day_is_frozen_by_hand_once(cli: Cli, sita: int) -> None:
    first = cli("rollup", "freeze", "--json").json
    assert first["is_new"]
    assert cli("rollup", "freeze", "--json").json == {"day": first["day"], "is_new": False}
    assert cli("rollup", "freeze").out == f"{first['day']} was frozen already\n"


def test_figures_are_shown_with_the_units_under_it(
    cli: Cli, rt: Runtime, clock: TestClock, sita: int
) -> None:
    a_report(rt, sita, category="21")
    clock.forward(days=1)
    frozen(rt)
    shown = cli("rollup", "show", "2026-11-24", "--json").json
    assert (shown["day"], shown["version"], shown["received"], shown["silent"]) == ("2026-11-24", 1, 1, 0)
    assert (shown["categories"], shown["differences"]) == ({"21": 1}, {})
    assert [(each["unit"], each["received"]) for each in shown["units"]] == [("BAH", 1)]
    assert cli("rollup", "show", "--unit", "BAH", "--json").json["units"] == []
    assert "received" in cli("rollup", "show").out


def test_day_that_was_not_frozen_is_one_line(cli: Cli, sita: int) -> None:
    assert "no day was frozen yet" in cli("rollup", "show").err
    cli("rollup", "freeze")
    shown = cli("rollup", "show", "2020-01-01")
    assert (shown.code, shown.err) == (1, "memberline: this day was not frozen\n")
    assert cli("rollup", "show", "tomorrow").code == 2
