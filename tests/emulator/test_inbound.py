"""Calls from a phone to a line: menus, silence, recordings, declining."""

from tests.emulator.conftest import LINE, RAMESH, Desk, FakeGateway, response, tone, until


def menu(gateway: FakeGateway) -> str:
    return response(
        f'<GetDigits numDigits="1" timeout="5">{gateway.play(2)}</GetDigits>',
        f"<Redirect>{gateway.callback}/voice?turn=2</Redirect>",
    )


def test_inbound_call_posts_ringing_first_when_a_phone_dials(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response(gateway.play(1))
    desk.phone(RAMESH, "dial", to=LINE)
    final = gateway.final()
    first = gateway.voice_posts()[0]
    assert first["callSessionState"] == "Ringing"
    assert first["isActive"] == "1"
    assert (first["callerNumber"], first["destinationNumber"]) == (RAMESH, LINE)
    assert (final["callSessionState"], final["status"]) == ("Completed", "Success")
    assert int(final["durationInSeconds"]) in range(1, 5)
    assert "hangupCause" not in final


def test_key_reaches_the_gateway_when_pressed_during_the_prompt(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response("<Say>Bye</Say>") if "dtmfDigits" in form else menu(gateway)
    desk.phone(RAMESH, "dial", to=LINE)
    assert desk.phone(RAMESH, "press", keys="2", wait=5)["pressed"] == "2"
    gateway.final()
    assert [form.get("dtmfDigits") for form in gateway.voice_posts()] == [None, "2", None]
    heard = desk.get(f"phones/{RAMESH}")["heard"]
    assert [(sound["text"], sound["cut"]) for sound in heard] == [("न", True), ("Bye", False)]


def test_silence_falls_through_to_the_redirect_when_no_key_comes(gateway: FakeGateway, desk: Desk) -> None:
    replies = iter([menu(gateway), response("<Say>Bye</Say>")])
    gateway.voice = lambda form: next(replies)
    desk.phone(RAMESH, "dial", to=LINE)
    gateway.final()
    exchanges = [e for e in desk.get("wire")["exchanges"] if e["direction"] == "to_gateway"]
    assert [e["path"].rpartition("/")[2] for e in exchanges] == ["voice", "voice?turn=2", "voice?turn=2"]
    assert all("dtmfDigits" not in form for form in gateway.voice_posts())


def test_finish_key_is_left_out_when_many_digits_are_typed(gateway: FakeGateway, desk: Desk) -> None:
    pin = response('<GetDigits numDigits="6" finishOnKey="#" timeout="9"/>')
    gateway.voice = lambda form: response("<Say>Bye</Say>") if "dtmfDigits" in form else pin
    desk.phone(RAMESH, "dial", to=LINE)
    desk.phone(RAMESH, "press", keys="4821#", wait=5)
    gateway.final()
    assert gateway.voice_posts()[1]["dtmfDigits"] == "4821"


def test_recording_can_be_fetched_when_the_caller_falls_silent(gateway: FakeGateway, desk: Desk) -> None:
    record = response(f'<Record maxLength="60" timeout="4" playBeep="true">{gateway.play(1)}</Record>')
    gateway.voice = lambda form: response("<Say>Bye</Say>") if "recordingUrl" in form else record
    desk.post("speed", speed=10)
    desk.phone(RAMESH, "dial", to=LINE)
    desk.phone(RAMESH, "speak", seconds=5, wait=5)
    gateway.final()
    url = gateway.voice_posts()[1]["recordingUrl"]
    sound = desk.http.request("GET", url)
    assert sound.headers["Content-Type"] == "audio/wav"
    assert 8.5 < len(sound.data) / 16000 < 15
    assert max(sound.data[1000::2]) > 0


def test_final_post_carries_the_recording_when_the_caller_hangs_up(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response('<Record maxLength="60" finishOnKey="#"/>')
    desk.phone(RAMESH, "dial", to=LINE)
    desk.phone(RAMESH, "speak", seconds=30, wait=5)
    until(lambda: desk.get(f"phones/{RAMESH}")["call"]["seconds"] >= 10)
    desk.phone(RAMESH, "hang-up")
    final = gateway.final()
    size = len(desk.http.request("GET", final["recordingUrl"]).data)
    assert 9 < size / 16000 < 28
    assert len(gateway.voice_posts()) == 2


def test_uploaded_speech_is_recorded_when_a_finish_key_ends_it(gateway: FakeGateway, desk: Desk) -> None:
    record = response('<Record finishOnKey="#" maxLength="60"/>')
    gateway.voice = lambda form: response("<Say>Bye</Say>") if "recordingUrl" in form else record
    desk.phone(RAMESH, "dial", to=LINE)
    until(lambda: (desk.get(f"phones/{RAMESH}")["call"] or {}).get("listening") == "record")
    spoken = desk.http.request(
        "POST",
        f"{desk.url}/control/phones/{RAMESH}/speak",
        body=tone(2),
        headers={"Content-Type": "audio/wav"},
    )
    assert spoken.json()["seconds"] == 2
    desk.phone(RAMESH, "press", keys="#")
    gateway.final()
    assert gateway.voice_posts()[1]["recordingUrl"].endswith(".wav")


def test_reject_costs_nothing_when_the_line_declines(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response("<Reject/>")
    desk.phone(RAMESH, "dial", to=LINE)
    final = gateway.final()
    assert (final["durationInSeconds"], final["amount"]) == ("0", "0.000")
    assert desk.get("calls")["outcomes"] == {"declined": 1}


def test_call_ends_with_a_problem_when_the_xml_has_a_misspelt_attribute(
    gateway: FakeGateway, desk: Desk
) -> None:
    gateway.voice = lambda form: response(
        '<GetDigits numDigits="1" callBackUrl="http://x/"><Say>1</Say></GetDigits>'
    )
    desk.phone(RAMESH, "dial", to=LINE)
    assert gateway.final()["status"] == "Aborted"
    problems = [problem for e in desk.get("wire")["exchanges"] for problem in e["problems"]]
    assert problems == ["unknown attribute callBackUrl on <GetDigits>"]


def test_misspelt_attribute_is_ignored_when_lenient(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("switches", strict=False)
    gateway.voice = lambda form: response('<Say vocie="man">Hello</Say>')
    desk.phone(RAMESH, "dial", to=LINE)
    assert gateway.final()["status"] == "Success"


def test_missing_clip_is_a_problem_on_the_wire_when_it_is_played(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response(f'<Play url="{gateway.url}/clips/missing.wav"/>')
    desk.phone(RAMESH, "dial", to=LINE)
    gateway.final()
    assert desk.get(f"phones/{RAMESH}")["heard"][0]["missing"] is True
    assert "clip missing.wav: HTTP 404" in desk.get("wire")["exchanges"][0]["problems"]


def test_secret_is_masked_when_the_wire_is_read(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: menu(gateway)
    desk.phone(RAMESH, "dial", to=LINE)
    until(lambda: gateway.voice_posts())
    desk.phone(RAMESH, "hang-up")
    gateway.final()
    assert "a-long-secret" not in str(desk.get("wire"))
