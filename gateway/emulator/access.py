"""Who may speak to the emulator: the API's key as Africa's Talking checks it, and loopback callers elsewhere.

Also keeps the API's exchanges on the wire. Used by app.py around the blueprints.
"""

import hmac
from time import perf_counter, sleep
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from gateway.emulator.network import Network

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
API_PATHS = ("/call", "/queueStatus", "/mediaUpload", "/callTransfer", "/version1/", "/auth-token/")
STATUS_FAULTS = {"status_401": 401, "status_429": 429, "status_500": 500}
TEXTS = {
    401: "The supplied authentication is invalid",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


def asked() -> dict[str, object]:
    """The request's fields, form or JSON."""
    if request.mimetype == "application/json":
        body = request.get_json(silent=True)
        return body if isinstance(body, dict) else {}
    return {**request.args.to_dict(), **request.form.to_dict()}


def refuse(status: int) -> Response:
    """Plain text, as the provider refuses before it looks at the request (E3)."""
    answer = Response(TEXTS[status], status, content_type="text/plain; charset=UTF-8")
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="api"'
    return answer


def guard(app: Flask, network: Network) -> None:
    """Put the checks and the wire around every request of the app."""

    @app.before_request
    def check() -> Response | None:
        if request.path.startswith(API_PATHS):
            return _check_api(network)
        return _check_neighbour()

    @app.after_request
    def note(answer: Response) -> Response:
        if "exchange" in g:
            _close_exchange(network, answer)
        if not request.path.startswith(API_PATHS):
            answer.headers["Content-Security-Policy"] = (
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                " media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            )
            answer.headers["X-Content-Type-Options"] = "nosniff"
            answer.headers["Referrer-Policy"] = "no-referrer"
        return answer


def _check_api(network: Network) -> Response | None:
    fields = asked()
    with network.lock:
        path = request.path
        exchange = network.wire.open(
            "from_gateway", request.method, path, {name: _text(value) for name, value in fields.items()}
        )
        to = _text(fields.get("to") or fields.get("phoneNumbers") or "")
        exchange.number = to if "," not in to else ""
        g.exchange, g.began = exchange, perf_counter()
    kind = "call" if path == "/call" else "sms"
    for name, status in STATUS_FAULTS.items():
        if network.faults.strike(name, exchange.number, kind):
            return refuse(status)
    if not _knows_key(network, fields):
        return refuse(401)
    if network.faults.strike("not_json", exchange.number, kind):
        return Response("<html>Bad Gateway</html>", 200, content_type="application/json")
    return None


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _knows_key(network: Network, fields: dict[str, object]) -> bool:
    config = network.config
    if token := request.headers.get("authToken"):
        return token in network.tokens
    key = request.headers.get("apiKey", "")
    return (
        hmac.compare_digest(key.encode(), config.api_key.encode())
        and fields.get("username") == config.username
    )


def _close_exchange(network: Network, answer: Response) -> None:
    with network.lock:
        exchange = g.exchange
        exchange.status, exchange.body = answer.status_code, answer.get_data(as_text=True)
        exchange.ms = (perf_counter() - g.began) * 1000
        network.lock.notify_all()


def stall(network: Network, number: str, kind: str) -> None:
    """Everything was accepted: now keep the caller waiting where a fault wants it (real seconds)."""
    for name in ("timeout_after_accept", "early_post"):
        if fault := network.faults.strike(name, number, kind):
            sleep(fault.seconds)


def _check_neighbour() -> Response | None:
    """Pages of other sites may reach loopback through the browser: refuse them."""
    host = urlsplit(f"//{request.host}").hostname or ""
    origin = request.headers.get("Origin")
    if host not in LOOPBACK or (origin and urlsplit(origin).netloc != request.host):
        return Response("only from this machine", 403, content_type="text/plain; charset=UTF-8")
    return None
