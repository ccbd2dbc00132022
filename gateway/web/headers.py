"""Headers every answer carries (reliability.md C21): what a page may load, who may frame it, who may keep it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PRIVATE = "no-store"
CONTENT_SECURITY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}
TWO_YEARS = "max-age=63072000"


def set_up(app: Flask, is_https: bool) -> None:
    """Add the headers to all that the app answers; what names a header of its own keeps it, no cache is the rule.

    Outside Flask, as one list: its header objects would cost a step of a call more than the conversation itself.
    """
    always = {**ALWAYS, "Cache-Control": PRIVATE}
    if is_https:
        always["Strict-Transport-Security"] = TWO_YEARS
    answered = app.wsgi_app

    def with_headers(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            own = {name.title() for name, _ in headers}
            more = [each for each in always.items() if each[0].title() not in own]
            return start_response(status, headers + more, *rest)

        return answered(environ, start)

    app.wsgi_app = with_headers  # type: ignore[method-assign]
