"""Live pages by polling: the same view gives the whole page or only its living part, with an ETag (console.md 7)."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request

from gateway.console.page import is_fragment


def page_or_fragment(page: str, fragment: str, /, **values: Any) -> Response:
    """Render the page; with `fragment=1` in the address the part alone, or 304 where it has not changed."""
    if not is_fragment():
        return make_response(render_template(page, **values))
    answer = make_response(render_template(fragment, **values))
    answer.add_etag()
    answer.make_conditional(request)
    return answer
