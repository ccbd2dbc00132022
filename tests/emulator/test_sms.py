"""Texts between phones and the gateway, with receipts."""

import pytest

from tests.emulator.conftest import LINE, RAMESH, Desk, FakeGateway, until


def receipts(gateway: FakeGateway) -> list[dict[str, str]]:
    return [form for kind, form in gateway.posts if kind == "receipts"]


def test_text_of_a_phone_is_posted_when_sent(gateway: FakeGateway, desk: Desk) -> None:
    desk.phone(RAMESH, "sms", to=LINE, text="बंद & रोको")
    kind, form = until(lambda: gateway.posts)[0]
    assert kind == "sms"
    assert (form["from"], form["to"], form["text"]) == (RAMESH, LINE.removeprefix("+"), "बंद & रोको")


def test_receipt_follows_when_a_text_was_delivered(gateway: FakeGateway, desk: Desk) -> None:
    sent = desk.api("/version1/messaging", to=RAMESH, message="Hello").json()
    receipt = until(lambda: receipts(gateway))[0]
    assert receipt["id"] == sent["SMSMessageData"]["Recipients"][0]["messageId"]
    assert (receipt["status"], receipt["phoneNumber"]) == ("Success", RAMESH)


@pytest.mark.parametrize(
    ("digits", "status", "reason"),
    [
        ("99601", "Failed", "DeliveryFailure"),
        ("99603", "Rejected", "UserInBlackList"),
        ("99604", "Expired", None),
    ],
)
def test_receipt_tells_the_failure_when_the_number_is_magic(
    gateway: FakeGateway, desk: Desk, digits: str, status: str, reason: str | None
) -> None:
    desk.api("/version1/messaging", to=f"+9170000{digits}", message="Hello")
    receipt = until(lambda: receipts(gateway))[0]
    assert (receipt["status"], receipt.get("failureReason")) == (status, reason)


def test_text_waits_when_the_phone_is_off(gateway: FakeGateway, desk: Desk) -> None:
    desk.phone(RAMESH, "switch", on=False)
    desk.api("/version1/messaging", to=RAMESH, message="Hello")
    assert until(lambda: receipts(gateway))[0]["status"] == "Buffered"
    assert desk.get(f"phones/{RAMESH}")["inbox"] == []
    desk.phone(RAMESH, "switch", on=True)
    until(lambda: len(receipts(gateway)) == 2)
    assert desk.get(f"phones/{RAMESH}")["inbox"][0]["text"] == "Hello"


def test_opt_out_and_ussd_are_posted_when_a_phone_makes_them(gateway: FakeGateway, desk: Desk) -> None:
    desk.phone(RAMESH, "opt-out")
    desk.phone(RAMESH, "ussd")
    until(lambda: len({kind for kind, _ in gateway.posts}) == 2)
    assert {kind for kind, _ in gateway.posts} == {"opt-outs", "ussd"}
