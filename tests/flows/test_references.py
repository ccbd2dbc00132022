"""References: short, without doubles, and slips of the tongue are noticed."""

import pytest

from flows.errors import FlowError
from flows.references import check_digit, is_reference, make

SOME = [make(n) for n in (1, 2, 900, 901, 9_900, 9_901, 99_900, 99_901, 999_900)]


def test_references_have_four_to_seven_digits():
    assert [len(reference) for reference in SOME] == [4, 4, 4, 5, 5, 6, 6, 7, 7]
    assert all(is_reference(reference) for reference in SOME)


def test_references_are_all_different_and_scattered():
    made = [make(n) for n in range(1, 9_901)]
    assert len(set(made)) == 9_900
    assert abs(int(made[0]) - int(made[1])) > 100


@pytest.mark.parametrize("n", [0, -1, 999_901])
def test_reference_past_the_last_is_refused(n):
    with pytest.raises(FlowError):
        make(n)


@pytest.mark.parametrize("reference", SOME)
def test_one_wrong_digit_is_noticed(reference):
    for place, digit in enumerate(reference):
        for other in set("0123456789") - {digit}:
            assert not is_reference(reference[:place] + other + reference[place + 1 :])


@pytest.mark.parametrize("reference", SOME)
def test_swapped_neighbours_are_noticed(reference):
    for place in range(len(reference) - 1):
        swapped = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
        assert swapped == reference or not is_reference(swapped)


@pytest.mark.parametrize("text", ["", "abcd", "123", "12345678", "१२", "4726x", "-4726"])
def test_what_is_no_number_of_ours_is_no_reference(text):
    assert not is_reference(text)


def test_reference_in_another_script_is_one():
    devanagari = "".join("०१२३४५६७८९"[int(digit)] for digit in SOME[0])
    assert is_reference(f" {devanagari} ")
    assert check_digit(SOME[0]) == 0
