"""TLS as it is really spoken: the name that was asked for is verified although we connect to a checked address."""

import datetime
import ssl
import time
from decimal import Decimal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.channels.africastalking.client import Client
from gateway.channels.fetch import fetch_recording
from gateway.channels.transport import tls_context
from gateway.errors import ProviderSilent, ProviderUnreachable
from tests.gateway.channels.africastalking.payloads import answers
from tests.gateway.channels.stand_in import PATIENT_SECONDS, answer, drip, stand_in

HOST = "localhost"


def self_signed():
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invented")])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=1)
    )
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName("recordings.example.net")])
    certificate = built.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(pem), plain


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A server's context whose certificate this process trusts from here on; the names are of no real host."""
    certificate, key = self_signed()
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(certificate + key)
    tls_context().load_verify_locations(cadata=certificate.decode())
    return context_of(path)


@pytest.fixture(scope="module")
def untrusted(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(b"".join(self_signed()))
    return context_of(path)


def context_of(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def fetch(server, host, **limits):
    port = server.host.split(":")[1]
    allowed = {f"{host}:{port}"}
    return fetch_recording(f"https://{host}:{port}/x", allowed, resolve=lambda *_: ["127.0.0.1"], **limits)


def test_recording_comes_when_the_certificate_names_its_host(tls):
    with stand_in(answer(200, b"sound"), tls=tls) as server:
        assert fetch(server, "recordings.example.net").content == b"sound"
    assert server.requests[0].headers["host"].startswith("recordings.example.net:")


def test_nothing_is_asked_when_the_certificate_names_another_host(tls):
    with stand_in(answer(200, b"sound"), tls=tls) as server, pytest.raises(ProviderUnreachable):
        fetch(server, "other.example.net")
    assert server.requests == []


def test_nothing_is_asked_when_nobody_vouches_for_the_certificate(untrusted):
    with stand_in(answer(200, b"sound"), tls=untrusted) as server:
        with pytest.raises(ProviderUnreachable):
            fetch(server, "recordings.example.net")
        with pytest.raises(ProviderUnreachable):
            Client("memberline", "key", server.url.replace("http://127.0.0.1", f"https://{HOST}")).balance()
    assert server.requests == []


def test_one_connection_serves_when_requests_follow_each_other(tls):
    with stand_in(*[answers("user_response_GET")] * 3, tls=tls) as server:
        client = Client("memberline", "key", server.url.replace("http://127.0.0.1", f"https://{HOST}"))
        assert {client.balance() for _ in range(3)} == {(Decimal("412.6168"), "USD")}
    assert (server.connections, len(server.requests)) == (1, 3)


def test_answer_ends_in_time_when_it_drips(tls):
    started = time.monotonic()
    with stand_in(drip, tls=tls) as server, pytest.raises(ProviderSilent):
        url = server.url.replace("http://127.0.0.1", f"https://{HOST}")
        Client("memberline", "key", url, total_seconds=0.4).balance()
    assert time.monotonic() - started < PATIENT_SECONDS
