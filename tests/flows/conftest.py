"""The words, read once for all tests of conversations."""

from pathlib import Path

import pytest

import flows
from flows.words import Words, load


@pytest.fixture(scope="session")
def words() -> Words:
    return load(Path(flows.__file__).parent / "words")
