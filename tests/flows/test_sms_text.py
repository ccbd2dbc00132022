"""How many SMS a text takes, and cutting it."""

import pytest

from flows.sms_text import cut, segments

ROWS = [
    ("nothing", "", 1),
    ("Latin, just one", "a" * 160, 1),
    ("Latin, one letter more", "a" * 161, 2),
    ("Latin, just two", "a" * 306, 2),
    ("Latin, three", "a" * 307, 3),
    ("signs of two places", "{" * 80, 1),
    ("signs of two places, one more", "{" * 81, 2),
    ("Hindi, just one", "न" * 70, 1),
    ("Hindi, one letter more", "न" * 71, 2),
    ("one Hindi letter makes all of it dear", "a" * 70 + "न", 2),
    ("pictures take two places", "😀" * 35, 1),
    ("pictures, one more", "😀" * 36, 2),
]


@pytest.mark.parametrize(("label", "text", "count"), ROWS)
def test_segments_are_counted(label, text, count):
    assert segments(text) == count


@pytest.mark.parametrize("at_most", [1, 2, 6])
@pytest.mark.parametrize("word", ["pani ", "पानी ", "x", "😀", "{} "])
def test_cut_text_fits(word, at_most):
    shorter = cut(word * 1000, at_most)
    assert segments(shorter) == at_most
    assert shorter.endswith("...")


def test_cut_is_made_at_a_word():
    assert cut("हैंडपंप " * 20, 1).removesuffix("...").split() == ["हैंडपंप"] * 8


def test_cut_right_after_a_word_keeps_it():
    assert cut("a" * 157 + " " + "b" * 50, 1) == "a" * 157 + "..."
    assert cut("aa " + "a" * 154 + " " + "b" * 50, 1) == "aa " + "a" * 154 + "..."


def test_text_that_fits_is_left_alone():
    assert cut("पानी नहीं है", 1) == "पानी नहीं है"
