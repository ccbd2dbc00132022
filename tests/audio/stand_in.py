"""A stand-in of the endpoint that gTTS asks, on loopback; each request takes the next scripted answer."""

import base64
import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.audio.sounds import file_of, tone


def mp3(hertz: float = 500) -> bytes:
    return file_of(tone(hertz, 1.0, 24000), 24000, form="MP3")


def spoken(sound: bytes) -> bytes:
    inner = json.dumps([base64.b64encode(sound).decode()], separators=(",", ":"))
    line = json.dumps([["wrb.fr", "jQ1olc", inner, None, None, None, "generic"]], separators=(",", ":"))
    return b")]}'\n\n" + str(len(line)).encode() + b"\n" + line.encode() + b"\n25\n[]\n"


def drip(wire, content: bytes) -> None:
    with suppress(OSError):
        for byte in content:
            wire.write(bytes([byte]))
            time.sleep(0.02)


class StandIn:
    def __init__(self, url: str) -> None:
        self.url = url
        self.script: list[tuple[int, bytes]] = []
        self.texts: list[str] = []
        self.languages: list[str] = []
        self.release = threading.Event()

    def answer(self, body: bytes) -> tuple[int, bytes]:
        text, language, *_ = json.loads(json.loads(parse_qs(body.decode())["f.req"][0])[0][0][1])
        self.texts.append(text)
        self.languages.append(language)
        status, content = self.script.pop(0) if self.script else (200, spoken(mp3()))
        if status == 0:
            self.release.wait(10)
        return status or 200, content


@contextmanager
def stand_in():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802 (the name that http.server calls)
            assert self.path == "/_/TranslateWebserverUi/data/batchexecute"
            status, content = place.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if status == 202:
                drip(self.wfile, content)
            else:
                self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.block_on_close = False
    place = StandIn(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield place
    finally:
        place.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def behind_tls(place: StandIn, folder: Path):
    """The same place by TLS, with a certificate for 127.0.0.1 that only whoever is given the file trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder / "certificate.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_relay, args=(listener, context, place), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _relay(listener: socket.socket, context: ssl.SSLContext, place: StandIn) -> None:
    while True:
        try:
            with context.wrap_socket(listener.accept()[0], server_side=True) as wire:
                request = _request(wire)
                status, content = place.answer(request)
                wire.sendall(
                    f"HTTP/1.1 {status} OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
                )
        except ssl.SSLError:
            continue  # who does not trust us hangs up
        except ConnectionError:
            continue
        except OSError:
            return


def _request(wire: socket.socket) -> bytes:
    read = wire.makefile("rb")
    size = 0
    while (line := read.readline().strip()) or not size:
        name, _, value = line.partition(b":")
        size = int(value) if name.lower() == b"content-length" else size
        if not line and not size:
            raise ConnectionError
    return read.read(size)


def _certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path
