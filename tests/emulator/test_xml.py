"""Reading voice XML strictly: what is understood, what is complained about."""

import pytest

from gateway.emulator.xml import GetDigits, Record, Redirect, Reject, Sound, read


def reply(inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'


@pytest.mark.parametrize(
    ("inner", "action"),
    [
        ("<Say>Good&amp;bye</Say>", Sound(text="Good&bye")),
        ('<Play url="https://gw.example.org/a.mp3"/>', Sound(url="https://gw.example.org/a.mp3")),
        ('<GetDigits numDigits="1" timeout="8"/>', GetDigits(count=1, timeout=8)),
        ("<Record/>", Record(terminal=True)),
        ("<Redirect>https://gw.example.org/v?turn=2</Redirect>", Redirect("https://gw.example.org/v?turn=2")),
        ("<Reject/>", Reject()),
    ],
)
def test_element_is_understood(inner: str, action: object) -> None:
    document = read(reply(inner))
    assert document.actions == [action]
    assert document.problems == []


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        ("<Hangup/>", "unknown element <Hangup>"),
        (
            '<GetDigits numDigits="1" callBackUrl="https://x/"/>',
            "unknown attribute callBackUrl on <GetDigits>",
        ),
        ("<GetDigits/>", "<GetDigits> needs numDigits or finishOnKey"),
        (
            '<GetDigits numDigits="x" finishOnKey="#"/>',
            "numDigits of <GetDigits> is not a positive whole number",
        ),
        ('<Play url="a.mp3"/>', "the url of <Play> is not an absolute address"),
        ("<Say/>", "<Say> without words"),
        ("<Reject/><Say>x</Say>", "<Reject> must be the only element"),
        ("<Record/><Say>x</Say>", "elements after <Record> never run"),
        ('<Record maxLength="9"><Say>a</Say><Say>b</Say></Record>', "more than one sound inside <Record>"),
        ('<GetDigits numDigits="1"><Record/></GetDigits>', "<Record> may not stand inside <GetDigits>"),
        ('<Dial phoneNumbers="+1, +2"/>', "phoneNumbers of <Dial> is missing or holds spaces"),
        ("", "an empty <Response>: whether it ends the call is not documented"),
    ],
)
def test_problem_is_told(inner: str, problem: str) -> None:
    assert problem in read(reply(inner)).problems


@pytest.mark.parametrize(
    "body", ["", "Hello", "<Answer/>", "<Response><Say></Response>", "<!DOCTYPE a><Response/>"]
)
def test_reply_is_broken_when_it_is_not_our_xml(body: str) -> None:
    assert read(body).broken is True
