"""What a browser carries: the token of its sign-in, and one that says that it was here before. Only hashes are kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from flask import Response, request

from gateway.runtime import Runtime

ABSOLUTE, REMEMBERED = timedelta(days=7), timedelta(days=180)
SHARED_BY, LONGEST_KNOWN = 6, 600  # people who take turns at one computer
BROWSERS = (
    ("Edge", r"Edg|EdgA|EdgiOS"),
    ("Opera", r"OPR|Opera"),
    ("Samsung Internet", r"SamsungBrowser"),
    ("UC Browser", r"UCBrowser"),
    ("Firefox", r"Firefox|FxiOS"),
    ("Chrome", r"(?:Headless)?Chrome|CriOS"),
    ("Safari", r"Safari"),
)
SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("KaiOS", r"KAIOS"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("Linux", r"Linux|X11"),
)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """Return what is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def browser_of(user_agent: str) -> str:
    """Name a browser so that its owner knows it again: "Firefox · Android". Never the whole header."""
    found = (_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent))
    return " · ".join(each for each in found if each)


def is_https(rt: Runtime) -> bool:
    return rt.settings.public_url.startswith("https:")


def cookie_name(rt: Runtime) -> str:
    """`__Host-` binds a cookie to exactly this host; browsers take it only over https."""
    return "__Host-memberline" if is_https(rt) else "memberline"


def known_cookie_name(rt: Runtime) -> str:
    return f"{cookie_name(rt)}-known"


def known_tokens(rt: Runtime) -> tuple[str, ...]:
    """Return what this request's browser shows for having been here before: one token for each who uses it."""
    kept = request.cookies.get(known_cookie_name(rt), "")[:LONGEST_KNOWN]
    return tuple(filter(None, kept.split(".")))[:SHARED_BY]


def set_cookie(rt: Runtime, response: Response, token: str) -> None:
    """Give the browser the token of its sign-in."""
    _set(rt, response, cookie_name(rt), token, ABSOLUTE)


def set_known(rt: Runtime, response: Response, token: str) -> None:
    """Let the browser be known when it comes back; others who use it stay known too."""
    together = ".".join((token, *known_tokens(rt))[:SHARED_BY])
    _set(rt, response, known_cookie_name(rt), together, REMEMBERED)


def clear_cookie(rt: Runtime, response: Response) -> None:
    response.delete_cookie(cookie_name(rt), path="/", secure=is_https(rt), httponly=True, samesite="Lax")


def _set(rt: Runtime, response: Response, name: str, token: str, age: timedelta) -> None:
    response.set_cookie(
        name,
        token,
        max_age=int(age.total_seconds()),
        path="/",
        secure=is_https(rt),
        httponly=True,
        samesite="Lax",
    )


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in table if re.search(rf"\b(?:{pattern})\b", text)), "")
