"""One ground for all seeds of a run, whichever test plays them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.ground import Ground


@pytest.fixture(scope="session")
def ground(template_database: str) -> Iterator[Ground]:
    made = Ground(template_database)
    yield made
    made.close()
