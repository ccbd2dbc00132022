"""The account's transport: hosts, time limits, redirects, and which error each mishap is."""

import time
from decimal import Decimal

import pytest

from gateway.channels.africastalking.client import Client, money
from gateway.channels.africastalking.sms import AfricasTalkingSms
from gateway.channels.africastalking.voice import AfricasTalkingVoice
from gateway.errors import NumberRefused, ProviderRefused, ProviderSilent, ProviderUnreachable, SettingsError
from gateway.phones import Number
from tests.gateway.channels.africastalking.payloads import CASES, answers, fields
from tests.gateway.channels.stand_in import (
    PATIENT_SECONDS,
    answer,
    break_off,
    close,
    drip,
    free_port,
    hang,
    reset,
    stand_in,
)

ASHA, LINE, OURS = Number("+254722000111"), Number("+254711000100"), Number("+917000000001")
BAD_KEY = answer(401, "The supplied authentication is invalid", "text/plain; charset=UTF-8")

SERVICES = {
    "queue_status": (lambda c: c.voice.fetch_queued_calls(LINE), "/queueStatus", "queue_status_response"),
    "media_upload": (
        lambda c: c.voice.media_upload(LINE, "https://gw.example.org/audio/menu-hi-3fa9c1.mp3"),
        "/mediaUpload",
        "media_upload_response",
    ),
    "token": (lambda c: c.token.generate_auth_token(), "/auth-token/generate", "token_response"),
    "user": (lambda c: c.balance(), "/version1/user?username=memberline", "user_response_GET"),
}
MISHAPS = {
    "401": (BAD_KEY, ProviderRefused),
    "bad key with 200": (answer(200, "The supplied authentication is invalid"), ProviderRefused),
    "403": (answer(403), ProviderRefused),
    "400": (answer(400, "what?"), ProviderRefused),
    "404": (answer(404), ProviderRefused),
    "413": (answer(413), ProviderRefused),
    "429": (answers("api_response_throttled"), ProviderUnreachable),
    "503": (answer(503), ProviderUnreachable),
    "500": (answer(500), ProviderSilent),
    "502": (answer(502), ProviderSilent),
    "504": (answer(504, "<html>"), ProviderSilent),
    "accept and hang": (hang, ProviderSilent),
    "accept and drip": (drip, ProviderSilent),
    "accept and reset": (reset, ProviderSilent),
    "accept and close": (close, ProviderSilent),
    "accept and break off": (break_off, ProviderSilent),
    "accept and garbage": (answer(200, "<html>OK</html>", "text/html"), ProviderSilent),
    "accept and half a JSON": (answer(200, '{"entries": ['), ProviderSilent),
    "accept and another JSON": (answer(200, "[1, 2]"), ProviderSilent),
    "accept and deep JSON": (answer(200, "[" * 100_000), ProviderSilent),
    "accept and no bytes": (answer(201), ProviderSilent),
    "accept and no UTF-8": (answer(200, b'{"a": "\xff"}'), ProviderSilent),
    "no HTTP at all": (lambda sock, request: sock.sendall(b"SSH-2.0-x\r\n\r\n"), ProviderSilent),
}


def place(server, seconds=0.4):
    client = Client("memberline", "key", server.url, total_seconds=seconds)
    return AfricasTalkingVoice(client).place_calls([ASHA], LINE)


@pytest.mark.parametrize("name", MISHAPS)
def test_mishap_is_one_of_our_errors_and_never_repeated(name):
    mishap, error = MISHAPS[name]
    started = time.monotonic()
    with stand_in(mishap) as server, pytest.raises(error) as raised:
        place(server)
    assert type(raised.value) is error
    assert time.monotonic() - started < PATIENT_SECONDS
    assert len(server.requests) == 1


def test_provider_is_unreachable_when_the_port_is_closed():
    with pytest.raises(ProviderUnreachable):
        AfricasTalkingVoice(Client("memberline", "key", f"http://127.0.0.1:{free_port()}")).place_calls(
            [ASHA], LINE
        )


@pytest.mark.parametrize("url", ["http://no-such-host.invalid", "http://" + "a" * 64 + ".invalid"])
def test_provider_is_unreachable_when_its_name_is_unknown(url):
    with pytest.raises(ProviderUnreachable):
        Client("memberline", "key", url).balance()


def test_provider_is_unreachable_when_tls_fails():
    def no_tls(sock, request):
        raise OSError

    with stand_in(no_tls) as server, pytest.raises(ProviderUnreachable):
        Client("memberline", "key", server.url.replace("http:", "https:"), total_seconds=0.5).balance()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_key_stays_here_when_the_provider_redirects(status):
    with stand_in() as other:
        move = answer(status, headers=f"Location: {other.url}/call\r\n")
        with stand_in(move) as server, pytest.raises(ProviderRefused, match="another address"):
            place(server)
    assert (other.connections, other.requests) == (0, [])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ("Retry-After: 7\r\n", 7),
        ("Retry-After: 999999999\r\n", 86_400),
        ("Date: Sun, 22 Nov 2026 06:00:00 GMT\r\nRetry-After: Sun, 22 Nov 2026 06:01:30 GMT\r\n", 90),
        ("Retry-After: Sun, 22 Nov 2026 06:01:30 GMT\r\n", None),
        ("Retry-After: soon\r\n", None),
        ("", None),
    ],
)
def test_pause_is_kept_when_the_provider_asks_for_one(headers, seconds):
    with stand_in(answer(503, headers=headers)) as server, pytest.raises(ProviderUnreachable) as raised:
        place(server)
    assert raised.value.retry_after_seconds == seconds


def test_connection_is_kept_when_requests_follow_each_other():
    with stand_in(*[answers("user_response_GET")] * 3) as server:
        client = Client("memberline", "key", server.url)
        assert [client.balance() for _ in range(3)] == [(Decimal("412.6168"), "USD")] * 3
    assert (server.connections, len(server.requests)) == (1, 3)


@pytest.mark.parametrize("header", ["", "Connection: close\r\n"])
def test_next_request_is_answered_when_the_provider_hung_up_in_between(header):
    whole = answer(200, CASES["user_response_GET"]["body"], headers=header)

    def answer_and_close(sock, request):
        whole(sock, request)
        sock.close()

    with stand_in(*[answer_and_close] * 2) as server:
        client = Client("memberline", "key", server.url)
        client.balance()
        time.sleep(0.02)
        assert client.balance() == (Decimal("412.6168"), "USD")
    assert server.connections == 2


def test_proxy_is_not_asked_when_the_environment_names_one(monkeypatch):
    with stand_in() as proxy, stand_in(answers("user_response_GET")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        Client("memberline", "key", server.url).balance()
    assert proxy.connections == 0


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_goes_our_way_when_used(name):
    use, path, response = SERVICES[name]
    with stand_in(answers(response)) as server:
        use(Client("memberline", "key", server.url))
    (request,) = server.requests
    assert (request.path, request.headers["apikey"]) == (path, "key")
    if name in ("queue_status", "media_upload"):
        assert request.form == fields(f"{name}_request")
    if name == "token":
        assert (request.headers["content-type"], request.body) == (
            "application/json",
            '{"username": "memberline"}',
        )


@pytest.mark.parametrize(
    ("username", "voice", "api"),
    [
        ("memberline", "https://voice.africastalking.com", "https://api.africastalking.com"),
        ("sandbox", "https://voice.sandbox.africastalking.com", "https://api.sandbox.africastalking.com"),
        ("Sandbox", "https://voice.sandbox.africastalking.com", "https://api.sandbox.africastalking.com"),
    ],
)
def test_hosts_are_the_providers_when_no_url_is_set(username, voice, api):
    client = Client(username, "key")
    assert (client.voice._baseUrl, client.sms._baseUrl) == (voice, f"{api}/version1")
    assert (client.application._baseUrl, client.token._baseUrl) == (f"{api}/version1", api)


def test_no_host_of_the_provider_is_left_when_a_url_is_set():
    client = Client("memberline", "key", "http://127.0.0.1:8841/at/")
    services = (client.voice, client.sms, client.application, client.token)
    hosts = {getattr(each, name) for each in services for name in ("_baseUrl", "_contentUrl")}
    assert hosts == {"http://127.0.0.1:8841/at", "http://127.0.0.1:8841/at/version1"}


def test_sdk_still_has_what_we_replace():
    from africastalking.Service import Service

    assert callable(Service._make_request)
    assert {"_baseUrl", "_contentUrl", "_headers"} <= set(vars(Client("memberline", "key").voice))


def test_invented_numbers_are_refused_when_the_provider_is_real():
    client = Client("memberline", "key", "https://provider.invalid")
    for handed in (
        *AfricasTalkingVoice(client).place_calls([OURS], LINE),
        *AfricasTalkingSms(client).send_sms("Hello", [OURS]),
    ):
        assert isinstance(handed.error, NumberRefused)
        assert handed.error.code == "invented"


def test_invented_numbers_are_rung_when_the_provider_is_an_emulator():
    body = f'{{"entries": [{{"phoneNumber": "{OURS}", "status": "Queued", "sessionId": "x"}}]}}'
    with stand_in(answer(200, body)) as server:
        (handed,) = AfricasTalkingVoice(Client("memberline", "key", server.url)).place_calls([OURS], LINE)
    assert handed.provider_id == "x"


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX: y", "ключ"])
def test_key_is_refused_when_it_cannot_be_a_header(key):
    with pytest.raises(SettingsError):
        Client("memberline", key)


@pytest.mark.parametrize("body", ["{}", '{"UserData": 7}', '{"UserData": {}}'])
def test_balance_is_silent_when_the_answer_lacks_it(body):
    with stand_in(answer(200, body)) as server, pytest.raises(ProviderSilent):
        Client("memberline", "key", server.url).balance()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("KES 0.8000", (Decimal("0.8000"), "KES")),
        ("0", (Decimal(0), None)),
        (0, (Decimal(0), None)),
        ("-1.5", (Decimal("-1.5"), None)),
        ("²", (None, None)),
        (None, (None, None)),
        ("NaN", (None, None)),
        ("1e9", (None, None)),
        ("9" * 400, (None, None)),
    ],
)
def test_money_is_read_when_it_is_money(text, wanted):
    assert money(text) == wanted
