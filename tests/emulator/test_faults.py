"""A provider's bad days, each on demand."""

from time import monotonic

import urllib3

from tests.emulator.conftest import LINE, RAMESH, Desk, FakeGateway, response, until


def test_post_comes_twice_when_duplicates_are_on(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("faults", duplicate={"count": 1, "kind": "final"})
    gateway.voice = lambda form: response("<Say>Bye</Say>")
    desk.phone(RAMESH, "dial", to=LINE)
    until(lambda: len(gateway.voice_posts()) == 3)
    assert gateway.voice_posts()[1] == gateway.voice_posts()[2]
    assert desk.get("faults")["faults"][0]["struck"] == 1


def test_final_overtakes_when_the_first_post_is_late(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("faults", late={"count": 1, "seconds": 20, "kind": "voice"})
    desk.phone(RAMESH, "dial", to=LINE)
    desk.phone(RAMESH, "hang-up")
    until(lambda: len(gateway.voice_posts()) == 2)
    assert [form["isActive"] for form in gateway.voice_posts()] == ["0", "1"]


def test_final_never_comes_when_it_is_lost(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("faults", lost_final=1)
    gateway.voice = lambda form: response("<Say>Bye</Say>")
    desk.phone(RAMESH, "dial", to=LINE)
    until(lambda: desk.get("calls")["running"] == 0)
    assert [form["isActive"] for form in gateway.voice_posts()] == ["1"]
    assert any(e["problems"] == ["lost: never sent"] for e in desk.get("wire")["exchanges"])


def test_call_goes_on_when_the_api_answers_too_late(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("faults", timeout_after_accept={"count": 1, "seconds": 2.0})
    began = monotonic()
    try:
        desk.http.request(
            "POST", f"{desk.url}/call", fields={"username": "memberline", "from": LINE, "to": RAMESH},
            encode_multipart=False, headers={"apiKey": "emulator"}, timeout=urllib3.Timeout(0.3),
        )  # fmt: skip
    except urllib3.exceptions.TimeoutError:
        assert monotonic() - began < 2.0
    gateway.final()
    assert [taken["number"] for taken in desk.get("calls")["accepted"]] == [RAMESH]


def test_recording_is_missing_at_first_when_it_is_slow(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("faults", slow_recording={"count": 1, "seconds": 0.4})
    gateway.voice = lambda form: response('<Record maxLength="2" timeout="9"/>') if "rec" not in form else ""
    desk.phone(RAMESH, "dial", to=LINE)
    url = until(lambda: [f["recordingUrl"] for f in gateway.voice_posts() if "recordingUrl" in f])[0]
    assert desk.http.request("GET", url).status == 404
    until(lambda: desk.http.request("GET", url).status == 200)


def test_nothing_is_accepted_when_the_api_throttles(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("faults", status_429=1)
    answer = desk.api("/call", **{"from": LINE, "to": RAMESH})
    assert (answer.status, answer.data) == (429, b"Too Many Requests")
    assert desk.get("calls")["accepted"] == []
    assert desk.api("/call", **{"from": LINE, "to": RAMESH}).status == 200


def test_post_is_repeated_when_replayed_from_the_wire(gateway: FakeGateway, desk: Desk) -> None:
    desk.phone(RAMESH, "sms", to=LINE, text="HELP")
    until(lambda: gateway.posts)
    desk.post(f"wire/{desk.get('wire')['exchanges'][0]['id']}/replay")
    until(lambda: len(gateway.posts) == 2)
    assert gateway.posts[0] == gateway.posts[1]


def test_nothing_is_sent_when_the_host_is_not_allowed(gateway: FakeGateway, desk: Desk) -> None:
    gateway.voice = lambda form: response("<Redirect>http://192.0.2.1/voice</Redirect>")
    desk.phone(RAMESH, "dial", to=LINE)
    until(lambda: desk.get("calls")["running"] == 0)
    problems = [problem for e in desk.get("wire")["exchanges"] for problem in e["problems"]]
    assert "this host is not allowed: nothing was sent" in problems


def test_unknown_fault_is_refused(desk: Desk) -> None:
    answer = desk.http.request("POST", f"{desk.url}/control/faults", json={"gremlins": 1})
    assert answer.status == 400
    assert "no such fault" in answer.json()["error"]
