"""Headers every answer carries (reliability.md C21): what a page may load, who may frame it, who may keep it."""

from __future__ import annotations

from flask import Flask, Response, request

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
    """Add the headers to all that the app answers; what names no cache of its own is private."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in ALWAYS.items():
            response.headers[name] = value
        if request.path.startswith("/clips/"):
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # the handset's page plays them
        if is_https:
            response.headers["Strict-Transport-Security"] = TWO_YEARS
        response.headers.setdefault("Cache-Control", PRIVATE)
        return response
