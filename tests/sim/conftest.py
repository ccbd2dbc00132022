"""One ground for all seeds of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.ground import Ground


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    made = Ground()
    yield made
    made.close()
