"""Phone numbers as people write them."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.phones import (
    Number,
    NumberUnreadable,
    country_of,
    display,
    is_invented,
    is_mobile,
    is_premium,
    mask,
    may_call_back,
    parse_number,
    plain_mobile,
)

SITA = Number("+917000012345")
KENYAN = Number("+254711082200")


@pytest.mark.parametrize(
    "written",
    [
        "+917000012345",
        "7000012345",
        "07000012345",
        "917000012345",
        "00917000012345",
        "0917000012345",
        "091-70000-12345",
        " 70000 12345 ",
        "70000-12345",
        "(+91) 70000.12345",
        "tel:+91-70000-12345",
        "TEL:7000012345",
        "७००००१२३४५",
        "+৯১ ৭০০০০ ১২৩৪৫",
        "7000012345.0",
        "'7000012345",
        "\u202a+917000012345\u202c",
        "70000\u00a012345",
        "\uff0b917000012345",
        "70000 12345 ext 5",
    ],
)
def test_number_is_the_same_however_it_is_typed(written: str) -> None:
    assert parse_number(written, "in") == SITA


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "no number"),
        ("Sita Devi", "no number"),
        ("²³²³²³²³²³", "no number"),
        ("9.17000E+11", "spreadsheet"),
        ("12345", "not a number"),
        ("+917000", "not a number"),
        ("0000000000", "not a number"),
        ("+9991234567890", "not a number"),
        ("9" * 10_000, "too long"),
        ("९" * 10_000, "too long"),
        ("7" * 60, "too long"),
    ],
)
def test_reason_is_given_when_unreadable(written: str, reason: str) -> None:
    with pytest.raises(NumberUnreadable, match=reason) as refusal:
        parse_number(written, "in")
    assert len(written) < 5 or written not in str(refusal.value)


def test_local_form_is_read_as_of_the_country() -> None:
    assert parse_number("0711 082 200", "ke") == KENYAN
    assert parse_number("+254711082200", "in") == KENYAN


def test_call_back_goes_to_mobiles_of_allowed_countries_only() -> None:
    assert may_call_back(SITA, {"in"})
    assert not may_call_back(KENYAN, {"in"})
    assert may_call_back(KENYAN, {"in", "ke"})
    landline, toll_free = Number("+911412345678"), Number("+911800123456")
    assert not may_call_back(landline, {"in"})
    assert not may_call_back(toll_free, {"in"})


def test_country_and_kind_are_known() -> None:
    assert (country_of(SITA), country_of(KENYAN)) == ("in", "ke")
    assert is_mobile(SITA)
    assert not is_mobile(Number("+911412345678"))


def test_invented_blocks_are_recognised() -> None:
    assert is_invented("+917000000001")
    assert is_invented("+918000000001")
    assert not is_invented("+919876543210")
    assert not is_invented(KENYAN)


def test_number_is_shortened_and_written_for_people() -> None:
    assert mask(SITA) == "+91…2345"
    assert mask(KENYAN) == "+254…2200"
    assert mask("7000012345") == "…2345"
    assert display(SITA) == "+91 70000 12345"
    assert display(KENYAN) == "+254 711 082200"


WRITTEN = st.from_regex(
    r"(\+91|0091|91|0|\+254|254|\+)?[ -]?[0-9]{3,5}[ -]?[0-9]{3,5}[ -]?[0-9]{0,3}", fullmatch=True
)


@settings(max_examples=300)
@given(WRITTEN, st.sampled_from(["in", "ke"]))
def test_short_cut_for_plain_mobiles_reads_as_the_library_does(written: str, country: str) -> None:
    short = plain_mobile(written, country)
    if short is not None:
        parsed = phonenumbers.parse(written, country.upper())
        assert phonenumbers.is_valid_number(parsed)
        assert short == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        assert is_mobile(short)
        assert country_of(short) == country
        assert not is_premium(short)


@pytest.mark.parametrize(
    ("written", "country"), [("70000 12345", "in"), ("+91 70000-12345", "in"), ("0711082200", "ke")]
)
def test_short_cut_takes_what_lists_are_full_of(written: str, country: str) -> None:
    assert plain_mobile(written, country) == parse_number(written, country)
