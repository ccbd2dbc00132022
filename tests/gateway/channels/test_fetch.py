"""Fetching recordings: what comes, what does not come yet, and where we never go."""

import socket
import threading
import time

import pytest

from gateway.channels.addresses import is_public
from gateway.channels.fetch import Recording, RecordingNotYet, RecordingRefused, fetch_recording, resolve
from gateway.errors import ChannelError, ProviderUnreachable
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

SOUND = b"RIFF" + b"\x00" * 2000

# Everything that has been used to name an inside address; {port} is a listener on all loopback addresses.
INSIDE = [
    "http://127.0.0.1:{port}/x",
    "http://127.1:{port}/x",
    "http://127.0.1:{port}/x",
    "http://0x7f.1:{port}/x",
    "http://0x7f000001:{port}/x",
    "http://0x7f.0x0.0x0.0x1:{port}/x",
    "http://2130706433:{port}/x",
    "http://017700000001:{port}/x",
    "http://0177.0.0.1:{port}/x",
    "http://0177.0.0.01:{port}/x",
    "http://127.0.0.1.:{port}/x",
    "http://127.255.255.254:{port}/x",
    "http://0:{port}/x",
    "http://0.0.0.0:{port}/x",
    "http://localhost:{port}/x",
    "http://LOCALHOST:{port}/x",
    "http://localhost.:{port}/x",
    "HTTP://127.0.0.1:{port}/x",
    "http://[::1]:{port}/x",
    "http://[::]:{port}/x",
    "http://[0:0:0:0:0:0:0:1]:{port}/x",
    "http://[::ffff:127.0.0.1]:{port}/x",
    "http://[::ffff:7f00:1]:{port}/x",
    "http://[::127.0.0.1]:{port}/x",
    "http://[64:ff9b::7f00:1]:{port}/x",
    "http://[2002:7f00:1::]:{port}/x",
    "http://[2001:0:0:0:0:0:80ff:fffe]:{port}/x",
    "http://[fe80::1%25lo]:{port}/x",
    "http://[fe80::1]:{port}/x",
    "http://[fc00::1]:{port}/x",
    "http://[fec0::1]:{port}/x",
    "http://[ff02::1]:{port}/x",
    "http://10.0.0.1:{port}/x",
    "http://172.16.0.1:{port}/x",
    "http://192.168.0.1:{port}/x",
    "http://100.64.0.1:{port}/x",
    "http://169.254.169.254:{port}/latest/meta-data",
    "http://[fd00:ec2::254]:{port}/x",
    "http://192.0.0.1:{port}/x",
    "http://192.0.2.10:{port}/x",
    "http://198.18.0.1:{port}/x",
    "http://224.0.0.1:{port}/x",
    "http://240.0.0.1:{port}/x",
    "http://255.255.255.255:{port}/x",
    "https://127.0.0.1:{port}/x",
    "https://localhost:{port}/x",
    "http://user@127.0.0.1:{port}/x",
    "http://recordings.example.net@127.0.0.1:{port}/x",
    "http://127.0.0.1:{port}@recordings.example.net/x",
    "http://127.0.0.1:{port}\\@recordings.example.net/x",
    "http://recordings.example.net\\@127.0.0.1:{port}/x",
    "http:\\\\127.0.0.1:{port}/x",
    "http:/127.0.0.1:{port}/x",
    "http:127.0.0.1:{port}/x",
    "//127.0.0.1:{port}/x",
    "http://127.0.0.1:{port}/x\r\nHost: y",
    " http://127.0.0.1:{port}/x",
    "http://127.0.0.1 :{port}/x",
    "http://１２７.0.0.1:{port}/x",
    "http://①②⑦.⓪.⓪.①:{port}/x",
    "http://127。0。0。1:{port}/x",
    "http://%31%32%37.0.0.1:{port}/x",
    "http://127.0.0.1%00:{port}/x",
    "ftp://127.0.0.1:{port}/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/x",
    "data:audio/wav;base64,AAAA",
    "http://:{port}/x",
    "http://[::1:{port}/x",
    "http://127.0.0.1:99999/x",
    "http://recordings.example.net:22/x",
    "",
    "x" * 9000,
]


@pytest.fixture
def listener():
    """Hears everything that knocks at this machine, by IPv4 or IPv6."""
    heard = []
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        server.setblocking(False)
        yield server.getsockname()[1], heard
        while True:
            try:
                heard.append(server.accept())
            except BlockingIOError:
                break
    assert heard == []


def numeric_or_local(host, port):
    """As the system's, without asking the internet for names."""
    if host == "recordings.example.net":
        return ["93.184.215.14"]
    return resolve(host, port) if host.startswith("localhost") or not host[-2:].isalpha() else []


@pytest.mark.parametrize("url", INSIDE)
def test_recording_is_refused_when_it_is_inside(url, listener):
    port, _ = listener
    with pytest.raises(ChannelError) as raised:
        fetch_recording(url.replace("{port}", str(port)), resolve=numeric_or_local)
    assert isinstance(raised.value, RecordingRefused | ProviderUnreachable)
    assert "127" not in str(raised.value)


def test_recording_is_refused_when_one_of_its_addresses_is_inside(listener):
    port, _ = listener
    with pytest.raises(RecordingRefused, match="not public"):
        fetch_recording(f"http://two.example.net:{port}/x", resolve=lambda *_: ["93.184.215.14", "127.0.0.1"])


def test_host_is_looked_up_once_when_it_changes_its_address():
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with stand_in(answer(200, SOUND)) as server:
        port = server.host.split(":")[1]
        fetch_recording(
            f"http://turns.example.net:{port}/x", {f"turns.example.net:{port}"}, resolve=rebinding
        )
    assert asked == ["turns.example.net"]
    assert server.requests[0].headers["host"] == f"turns.example.net:{port}"


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:{port}/x", "//127.0.0.1:{port}/x", "http://[::1]:{port}/x"]
)
def test_redirect_is_refused_when_it_leads_inside(where, listener):
    location = where.replace("{port}", str(listener[0]))
    with (
        stand_in(answer(302, headers=f"Location: {location}\r\n")) as server,
        pytest.raises(RecordingRefused),
    ):
        fetch_recording(f"{server.url}/x", {server.host})


def test_redirect_is_followed_when_it_is_allowed():
    with stand_in(answer(302, headers="Location: /there?a=1\r\n"), answer(200, SOUND)) as server:
        assert fetch_recording(f"{server.url}/here", {server.host}).content == SOUND
    assert [each.path for each in server.requests] == ["/here", "/there?a=1"]


@pytest.mark.parametrize("location", ["Location: /x\r\n", ""])
def test_redirects_end_when_they_lead_in_circles(location):
    with (
        stand_in(*[answer(307, headers=location)] * 9) as server,
        pytest.raises(RecordingRefused, match="circles"),
    ):
        fetch_recording(f"{server.url}/x", {server.host})
    assert len(server.requests) == 4


def test_recording_comes_when_its_host_is_allowed():
    with stand_in(answer(200, SOUND, "audio/wav")) as server:
        assert fetch_recording(f"{server.url}/a.wav?b=1", {server.host}) == Recording(SOUND, "audio/wav")
    (request,) = server.requests
    assert (request.method, request.path, request.headers["host"]) == ("GET", "/a.wav?b=1", server.host)
    assert "apikey" not in request.headers


def test_recording_comes_by_ipv4_when_its_host_has_both():
    with stand_in(answer(200, SOUND)) as server:
        port = server.host.split(":")[1]
        url = f"http://localhost:{port}/x"
        assert (
            fetch_recording(url, {f"localhost:{port}"}, resolve=lambda *_: ["::1", "127.0.0.1"]).content
            == SOUND
        )


def test_recording_is_refused_when_its_address_holds_a_password():
    with stand_in(answer(200, SOUND)) as server, pytest.raises(RecordingRefused):
        fetch_recording(f"http://user:pw@{server.host}/x", {server.host})
    assert server.connections == 0


def test_recording_is_refused_when_only_another_port_is_allowed(listener):
    with pytest.raises(RecordingRefused):
        fetch_recording(f"http://127.0.0.1:{listener[0]}/x", {"127.0.0.1:8001"})


MISHAPS = {
    "404": (answer(404), RecordingNotYet),
    "403": (answer(403), RecordingNotYet),
    "empty": (answer(200), RecordingNotYet),
    "410": (answer(410), RecordingRefused),
    "401": (answer(401), RecordingRefused),
    "204": (answer(204), RecordingRefused),
    "too long": (answer(200, b"x" * 5001), RecordingRefused),
    "429": (answer(429), ProviderUnreachable),
    "500": (answer(500), ProviderUnreachable),
    "hang": (hang, ProviderUnreachable),
    "drip": (drip, ProviderUnreachable),
    "reset": (reset, ProviderUnreachable),
    "close": (close, ProviderUnreachable),
    "broken off": (break_off, ProviderUnreachable),
}


@pytest.mark.parametrize("name", MISHAPS)
def test_mishap_is_one_of_our_errors(name):
    mishap, error = MISHAPS[name]
    started = time.monotonic()
    with stand_in(mishap) as server, pytest.raises(error) as raised:
        fetch_recording(f"{server.url}/x", {server.host}, most_bytes=5000, most_seconds=0.4)
    assert type(raised.value) is error
    assert raised.value.retryable is (error is not RecordingRefused)
    assert time.monotonic() - started < PATIENT_SECONDS


def test_body_is_cut_when_it_drips():
    def slow(sock, request):
        sock.sendall(b"HTTP/1.1 200 So\r\nContent-Length: 500\r\n\r\n")
        for _ in range(60):
            sock.sendall(b"x")
            time.sleep(0.02)

    with stand_in(slow) as server, pytest.raises(ProviderUnreachable, match="broke off"):
        fetch_recording(f"{server.url}/x", {server.host}, most_seconds=0.3)


def test_reading_stops_when_the_cap_is_reached():
    sent = threading.Event()

    def endless(sock, request):
        sock.sendall(b"HTTP/1.1 200 So\r\n\r\n")
        try:
            while True:
                sock.sendall(b"x" * 65_536)
        finally:
            sent.set()

    with stand_in(endless) as server, pytest.raises(RecordingRefused, match="too long"):
        fetch_recording(f"{server.url}/x", {server.host}, most_bytes=100_000)
    assert sent.wait(2)


def test_host_is_unreachable_when_nobody_listens():
    port = free_port()
    with pytest.raises(ProviderUnreachable):
        fetch_recording(f"http://127.0.0.1:{port}/x", {f"127.0.0.1:{port}"})


def test_host_is_unreachable_when_its_name_is_unknown():
    with pytest.raises(ProviderUnreachable, match="not found"):
        fetch_recording("https://no-such-host.invalid/x")


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_address_is_public_when_anybody_may_be_meant(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "x", "", "1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]
)
def test_address_is_not_public_when_something_is_hidden_in_it(address):
    assert not is_public(address)
