"""The API as the real SDK meets it, and every refusal."""

import pytest
from africastalking.Application import ApplicationService
from africastalking.Service import AfricasTalkingException
from africastalking.SMS import SMSService
from africastalking.Token import TokenService
from africastalking.Voice import VoiceService

from gateway.emulator.api_sms import REFUSALS
from tests.emulator.conftest import LINE, RAMESH, SITA, Desk, FakeGateway


def service(kind: type, desk: Desk, key: str = "emulator", base: str = "") -> object:
    built = kind("memberline", key)
    built._baseUrl = desk.url + base
    return built


def test_sdk_places_calls(desk: Desk) -> None:
    answer = service(VoiceService, desk).call(LINE, [RAMESH, SITA])
    assert answer["errorMessage"] == "None"
    assert [entry["status"] for entry in answer["entries"]] == ["Queued", "Queued"]
    assert all(entry["sessionId"].startswith("ATVId_") for entry in answer["entries"])


def test_sdk_gets_queue_and_upload_answers(desk: Desk) -> None:
    voice = service(VoiceService, desk)
    assert voice.fetch_queued_calls(LINE)["status"] == "Success"
    assert voice.media_upload(LINE, "https://gw.example.org/a.mp3") == {"success": True}


def test_sdk_sends_sms_and_reads_the_inbox(desk: Desk) -> None:
    sms = service(SMSService, desk, base="/version1")
    recipient = sms.send("बैठक रविवार को", [RAMESH])["SMSMessageData"]["Recipients"][0]
    assert (recipient["status"], recipient["statusCode"]) == ("Success", 102)
    assert desk.get(f"phones/{RAMESH}")["inbox"][0]["text"] == "बैठक रविवार को"
    desk.phone(RAMESH, "sms", to=LINE, text="HELP")
    assert sms.fetch_messages()["SMSMessageData"]["Messages"][0]["text"] == "HELP"


def test_sdk_reads_balance_and_token(desk: Desk) -> None:
    user = service(ApplicationService, desk, base="/version1")
    assert user.fetch_application_data()["UserData"]["balance"].startswith("USD ")
    assert service(TokenService, desk).generate_auth_token()["lifetimeInSeconds"] == 3600


def test_sdk_raises_when_the_key_is_wrong(desk: Desk) -> None:
    with pytest.raises(AfricasTalkingException, match="The supplied authentication is invalid"):
        service(VoiceService, desk, key="wrong").call(LINE, [RAMESH])


def test_wrong_key_is_refused_in_plain_text(desk: Desk) -> None:
    answer = desk.api("/call", key="wrong")
    assert (answer.status, answer.headers["Content-Type"]) == (401, "text/plain; charset=UTF-8")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="api"'


def test_content_type_has_no_charset_when_json_is_answered(desk: Desk) -> None:
    sms = desk.api("/version1/messaging", to=RAMESH, message="Hello")
    assert (sms.status, sms.headers["Content-Type"]) == (201, "application/json")
    call = desk.api("/call", **{"from": LINE, "to": RAMESH})
    assert (call.status, call.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(("name", "code"), REFUSALS.items())
def test_sms_is_refused_when_the_last_digits_are_magic(desk: Desk, name: str, code: int) -> None:
    answer = desk.api("/version1/messaging", to=f"+9170000{99000 + code}", message="Hello").json()
    recipient = answer["SMSMessageData"]["Recipients"][0]
    assert (recipient["status"], recipient["statusCode"]) == (name, code)
    assert (recipient["messageId"], recipient["cost"]) == ("None", "0")
    assert answer["SMSMessageData"]["Message"] == "Sent to 0/1 Total Cost: 0"


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("+917000099403", "InvalidPhoneNumber"),
        ("+917000099404", "DestinationNotSupported"),
        ("+917000099405", "InsufficientCredit"),
        ("0123", "InvalidPhoneNumber"),
    ],
)
def test_call_is_refused_when_the_number_is_magic(desk: Desk, number: str, status: str) -> None:
    entry = desk.api("/call", **{"from": LINE, "to": number}).json()["entries"][0]
    assert entry == {"phoneNumber": number, "sessionId": "None", "status": status}


def test_whole_request_is_refused_when_the_sender_is_unknown(desk: Desk) -> None:
    sms = desk.api("/version1/messaging", to=RAMESH, message="x", **{"from": "OTHER"})
    assert (sms.status, sms.json()["SMSMessageData"]) == (
        201,
        {"Message": "InvalidSenderId", "Recipients": []},
    )
    call = desk.api("/call", **{"from": "0711000100", "to": RAMESH}).json()
    assert call == {"entries": [], "errorMessage": "Invalid callerId: 0711000100"}


def test_bulk_and_call_take_json(desk: Desk) -> None:
    headers = {"apiKey": "emulator"}
    bulk = {
        "username": "memberline",
        "message": "Hi",
        "senderId": "MEMBRLINE",
        "phoneNumbers": [RAMESH, SITA],
    }
    sent = desk.http.request("POST", f"{desk.url}/version1/messaging/bulk", json=bulk, headers=headers)
    assert sent.json()["SMSMessageData"]["Message"].startswith("Sent to 2/2")
    call = {
        "username": "memberline",
        "from": LINE,
        "to": [RAMESH],
        "callActions": [{"actionType": "Say", "text": "Hi"}],
    }
    placed = desk.http.request("POST", f"{desk.url}/call", json=call, headers=headers)
    assert placed.json()["entries"][0]["status"] == "Queued"


def test_number_is_refused_when_a_refusal_was_set(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("refusals", number=RAMESH, status="UserInBlacklist")
    answer = desk.api("/version1/messaging", to=RAMESH, message="Hello").json()
    assert answer["SMSMessageData"]["Recipients"][0]["statusCode"] == 406


def test_page_of_another_site_is_refused(desk: Desk) -> None:
    answer = desk.http.request(
        "POST", f"{desk.url}/control/speed", json={}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status == 403
    answer = desk.http.request("GET", f"{desk.url}/control/phones", headers={"Host": "evil.example"})
    assert answer.status == 403
