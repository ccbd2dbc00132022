"""The page with the phones: its HTML, the one endpoint it waits on, sounds it may hear.

The page acts through `/control`; here is only what a browser needs besides. Watching a phone holds it: while a
page watches, no scripted person answers it.
"""

import hashlib
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.exceptions import BadGateway, Forbidden

from gateway.emulator.control import phone_number
from gateway.emulator.network import Network
from gateway.emulator.phones import Phone, show_phone
from gateway.emulator.switchboard import Switchboard
from gateway.emulator.tape import write_wav
from gateway.emulator.words import LANGUAGES, words_for

WATCH_SECONDS = 12.0
HELD_SECONDS = 30.0
CAPTIONS_SHOWN = 24
EXCHANGES_SHOWN = 200


def handset_blueprint(network: Network, switchboard: Switchboard) -> Blueprint:
    handset = Blueprint("handset", __name__)

    @handset.get("/")
    def page() -> str:
        language = request.args.get("lang", "en")
        language = language if language in LANGUAGES else "en"
        return render_template(
            "handset.html",
            words=words_for(language),
            language=language,
            lines=_lines(network),
            code=network.config.service_code,
            console=_origin(network.config.callback_url),
        )

    @handset.get("/handset/directory")
    def directory() -> Response:
        booth = request.args.get("booth", "")
        return jsonify(
            persons=[
                {"number": p.number, "name": p.name, "village": p.village, "unit": p.unit}
                for p in network.config.persons
                if not booth or p.unit == booth
            ]
        )

    _add_watch(handset, network, switchboard)
    _add_sounds(handset, network)
    return handset


def _add_watch(handset: Blueprint, network: Network, switchboard: Switchboard) -> None:
    @handset.get("/handset/watch")
    def watch() -> Response:
        numbers = [phone_number(number) for number in request.args.get("phones", "").split(",") if number]
        held = set(request.args.get("held", "").split(","))
        after, sign = request.args.get("wire", 0, type=int), request.args.get("sign", "")
        phones = [network.phone(number) for number in numbers]
        with network.lock:
            _hold(network, [phone for phone in phones if phone.number in held])
            network.lock.wait_for(lambda: _sign(network, phones) != sign, WATCH_SECONDS)
            return jsonify(_view(network, switchboard, phones, after))


def _add_sounds(handset: Blueprint, network: Network) -> None:
    @handset.get("/handset/sample.wav")
    def sample() -> Response:
        seconds = min(request.args.get("seconds", 4.0, type=float), 30.0)
        return Response(write_wav(network.sample(seconds)), content_type="audio/wav")

    @handset.get("/media")
    def media() -> Response:
        url = request.args.get("url", "")
        if not network.config.may_reach(url):
            raise Forbidden("this host is not allowed")
        clip = network.clips.get(url)
        if clip.problem:
            raise BadGateway(clip.problem)
        return Response(clip.sound, content_type=clip.content_type or "application/octet-stream")


def _lines(network: Network) -> list[dict[str, str]]:
    labels = [*network.config.line_labels, *("" for _ in network.config.lines)]
    return [
        {"number": line, "label": label} for line, label in zip(network.config.lines, labels, strict=False)
    ]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _hold(network: Network, phones: list[Phone]) -> None:
    for phone in phones:
        network.make_sample(phone.person.language)
        phone.holder, phone.held_until = "page", monotonic() + HELD_SECONDS


def _sign(network: Network, phones: list[Phone]) -> str:
    """What the page shows, in short: it waits until this changes."""
    parts: list[Any] = []
    for phone in phones:
        call = phone.call
        parts.append((phone.on, phone.state, len(phone.texts), len(phone.heard)))
        if phone.session is not None:
            parts.append((phone.session.id, phone.session.state, phone.session.hops))
        if call is not None:
            parts.append((call.listening, call.questions, len(call.heard), call.sound is not None))
    latest = network.wire.since(network.wire.latest - 40, {phone.number for phone in phones})
    parts.append([(exchange.id, exchange.status) for exchange in latest[-6:]])
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def _view(network: Network, switchboard: Switchboard, phones: list[Phone], after: int) -> dict[str, Any]:
    numbers = {phone.number for phone in phones}
    exchanges = network.wire.since(after, numbers)[-EXCHANGES_SHOWN:]
    shown = [show_phone(phone) for phone in phones]
    for phone in shown:
        phone["heard"] = phone["heard"][-CAPTIONS_SHOWN:]
    return {
        "sign": _sign(network, phones),
        "time": network.clock().isoformat(),
        "phones": shown,
        "exchanges": [network.wire.show(exchange) for exchange in exchanges],
        "deeds": sorted(switchboard.deeds),
    }
