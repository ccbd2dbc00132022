"""What JSON keeps and what it refuses on its way to the database."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway import jsons

words = some.text(some.characters(exclude_categories=["Cs"]))
plain = some.none() | some.booleans() | some.integers(-(2**53), 2**53) | words
anything = some.recursive(
    plain, lambda inner: some.lists(inner, max_size=4) | some.dictionaries(words, inner, max_size=4)
)


@given(anything)
def test_what_is_written_is_read(value: object) -> None:
    assert jsons.loads(jsons.dumps(value)) == value


def test_number_as_a_key_becomes_text() -> None:
    assert jsons.loads(jsons.dumps({7: "seven"})) == {"7": "seven"}


@pytest.mark.parametrize("value", [datetime(2026, 8, 1, tzinfo=UTC), {1, 2}, b"bytes", "half \ud800"])
def test_what_json_has_no_form_for_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        jsons.dumps(value)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON|unexpected"):
        jsons.loads("{not json")
