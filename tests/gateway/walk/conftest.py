"""The fixture of the walk: one house for all tests of a module."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests import databases
from tests.gateway.walk.house import House, runtime_on
from tests.gateway.walk.world import build

_runs = itertools.count(1)


@pytest.fixture(scope="module")
def house(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The walk's world; what one test changes in the first block no other looks at."""
    name = f"walk_{next(_runs)}"
    url = databases.cut(name, template_database)
    rt = runtime_on(url, tmp_path_factory.mktemp("walk") / "data")
    build(rt)
    yield House(rt, name)
    rt.close()
    databases.drop(name)
