"""Calls that the API places: answered, unanswered, scripted, dialled on."""

import pytest

from tests.emulator.conftest import LINE, RAMESH, SITA, Desk, FakeGateway, response, until


def test_answered_call_posts_answered_then_the_final_when_the_list_ends(
    gateway: FakeGateway, desk: Desk
) -> None:
    gateway.voice = lambda form: response(gateway.play(3))
    provider_id = desk.call(RAMESH)
    final = gateway.final()
    first = gateway.voice_posts()[0]
    assert (first["callSessionState"], first["direction"]) == ("Answered", "Outbound")
    assert first["sessionId"] == final["sessionId"] == provider_id
    assert final["hangupCause"] == "NORMAL_CLEARING"
    assert int(final["durationInSeconds"]) in range(3, 9)


@pytest.mark.parametrize(
    ("answers", "cause", "outcome"),
    [
        ("busy", "USER_BUSY", "busy"),
        (False, "NO_ANSWER", "no_answer"),
        ("off", "SUBSCRIBER_ABSENT", "off"),
        ("reject", "CALL_REJECTED", "rejected"),
        ("invalid", "UNALLOCATED_NUMBER", "invalid"),
    ],
)
def test_unanswered_call_is_one_final_post(
    gateway: FakeGateway, desk: Desk, answers: str, cause: str, outcome: str
) -> None:
    desk.post("speed", speed=200)
    desk.post("script", number=RAMESH, answers=answers)
    desk.call(RAMESH)
    final = gateway.final()
    assert len(gateway.posts) == 1
    assert (final["status"], final["hangupCause"]) == ("NotAnswered", cause)
    assert (final["durationInSeconds"], final["callStartTime"]) == ("0", "None")
    assert desk.get("calls")["calls"][0]["outcome"] == outcome


def test_magic_number_is_busy_when_called(gateway: FakeGateway, desk: Desk) -> None:
    desk.call("+917000099001")
    assert gateway.final()["hangupCause"] == "USER_BUSY"


def test_phone_in_hand_rings_until_it_is_answered(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response("<Say>Hello from the emulator</Say>")
    desk.post("phones", number=SITA)
    desk.call(SITA)
    assert desk.get(f"phones/{SITA}?state=ringing&wait=5")["state"] == "ringing"
    desk.phone(SITA, "answer")
    gateway.final()
    assert desk.get(f"phones/{SITA}")["heard"][0]["text"] == "Hello from the emulator"


def test_call_is_refused_when_the_phone_in_hand_rejects_it(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("phones", number=SITA)
    desk.call(SITA)
    desk.phone(SITA, "reject", wait=5)
    assert gateway.final()["hangupCause"] == "CALL_REJECTED"


def test_second_call_is_busy_when_the_phone_is_in_a_call(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response("<Record/>")
    desk.phone(SITA, "dial", to=LINE)
    until(gateway.voice_posts)
    desk.call(SITA)
    assert gateway.final()["hangupCause"] == "USER_BUSY"


def test_switched_off_phone_is_absent_when_called(gateway: FakeGateway, desk: Desk) -> None:
    desk.phone(SITA, "switch", on=False)
    desk.call(SITA)
    assert gateway.final()["hangupCause"] == "SUBSCRIBER_ABSENT"


def test_scripted_person_presses_at_the_second_question(gateway: FakeGateway, desk: Desk) -> None:
    ask = response('<GetDigits numDigits="1" timeout="3"><Say>One?</Say></GetDigits>',
                   f"<Redirect>{gateway.callback}/voice</Redirect>")  # fmt: skip
    gateway.voice = lambda form: response("<Say>Bye</Say>") if "dtmfDigits" in form else ask
    desk.post("script", prefix="+9170", keys=[{"on_prompt": 2, "key": "1"}], after=1)
    desk.call(RAMESH)
    gateway.final()
    assert [form.get("dtmfDigits") for form in gateway.voice_posts()] == [None, None, "1", None]


def test_scripted_person_hangs_up_after_a_share_of_the_message(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response(gateway.play(20))
    desk.post("script", number=RAMESH, listen=0.5)
    desk.call(RAMESH)
    gateway.final()
    heard = desk.get(f"phones/{RAMESH}")["heard"][0]
    assert heard["cut"] is True
    assert 9 < heard["seconds"] < 19.9


def test_dial_reports_the_second_leg_when_the_duty_phone_answers(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response(f'<Dial phoneNumbers="{SITA}"/>', "<Say>Nobody</Say>")
    desk.post("phones", number=SITA)
    desk.phone(RAMESH, "dial", to=LINE)
    desk.phone(SITA, "answer", wait=5)
    desk.phone(SITA, "hang-up")
    final = gateway.final()
    assert final["dialDestinationNumber"] == SITA
    assert final["lastBridgeHangupCause"] == "NORMAL_CLEARING"
    assert desk.get(f"phones/{SITA}")["state"] == "idle"


def test_dial_goes_on_when_nobody_answers(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response(f'<Dial phoneNumbers="{SITA}"/>', "<Say>Nobody</Say>")
    desk.phone(SITA, "switch", on=False)
    desk.phone(RAMESH, "dial", to=LINE)
    assert gateway.final()["lastBridgeHangupCause"] == "SUBSCRIBER_ABSENT"
    assert desk.get(f"phones/{RAMESH}")["heard"][0]["text"] == "Nobody"
