"""Up and inside the organisation's tree."""

import pytest

from gateway.rules.escalation import ancestors, is_within, one_level_up, parent_path

LEVELS = [  # path, above it nearest first, one level up (contract, keys: 7 goes to the level above)
    ("/1/5/23/", ("/1/5/", "/1/"), "/1/5/"),
    ("/1/5/", ("/1/",), "/1/"),
    ("/1/", (), "/1/"),
]
INSIDE = [
    ("/1/5/23/", "/1/5/", True),
    ("/1/5/", "/1/5/", True),
    ("/1/", "/1/5/", False),
    ("/1/55/", "/1/5/", False),
    ("/2/5/", "/1/", False),
]


@pytest.mark.parametrize(("path", "above", "up"), LEVELS)
def test_levels_above_when_asked(path, above, up):
    assert ancestors(path) == above
    assert parent_path(path) == (above[0] if above else None)
    assert one_level_up(path) == up


@pytest.mark.parametrize(("path", "of", "expected"), INSIDE)
def test_is_within_when_inside_beside_or_above(path, of, expected):
    assert is_within(path, of) is expected


@pytest.mark.parametrize("broken", ["", "/", "1/5/", "/1/5", "//", "/1//5/"])
def test_is_within_when_no_path(broken):
    with pytest.raises(ValueError, match="path"):
        is_within("/1/", broken)
    with pytest.raises(ValueError, match="path"):
        is_within(broken, "/1/")
