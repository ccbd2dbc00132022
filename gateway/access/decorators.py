"""The decorators of routes: `public`, `signed_in`, `may(permission)` and `provider_post`.

Views behind a sign-in get the `Viewer` as their first argument, so that nothing they call has to look for it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway.access.duties import SECOND_FACTOR
from gateway.access.permissions import Permission
from gateway.access.sign_in import viewer_of_request
from gateway.access.viewer import Viewer
from gateway.errors import NotAllowed
from gateway.runtime import Runtime

FREE = frozenset({"signing_in", "account", "second_factor"})  # where a person does what they must do first
MARK = "access"  # the attribute that tells the route test what guards a view
CALLBACK_LIMIT = 64 * 1024

P = ParamSpec("P")
View = TypeVar("View", bound=Callable[..., Any])


def runtime() -> Runtime:
    """Return the runtime of the app that serves this request."""
    return cast(Runtime, current_app.extensions["runtime"])


def public(view: View) -> View:
    """Let everybody in."""
    setattr(view, MARK, "public")
    return view


def signed_in(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Let every person of staff in."""
    return _guard(view, None)


def may(
    permission: str,
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Let in whose role carries the permission; others get 403. A misspelt one fails at import."""
    needed = Permission(permission)
    return lambda view: _guard(view, needed)


def provider_post(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Let the provider in: `<provider>` and `<secret>` of the path must be ours, else there is nothing here (404).

    The view is called without both. A body of more than 64 KB is 413 when it is read.
    """

    @wraps(view)
    def guarded(provider: str, secret: str, **rest: Any) -> ResponseReturnValue:
        rt = runtime()
        is_ours = hmac.compare_digest(secret.encode(), rt.settings.callback_secret.encode())
        if not is_ours or provider != rt.provider:
            abort(404)
        request.max_content_length = CALLBACK_LIMIT
        if (request.content_length or 0) > CALLBACK_LIMIT:
            abort(413)
        return view(**rest)

    setattr(guarded, MARK, "provider")
    return guarded


def _guard(
    view: Callable[..., ResponseReturnValue], permission: Permission | None
) -> Callable[..., ResponseReturnValue]:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        viewer = viewer_of_request(runtime())
        if viewer is None:
            return _to_sign_in()
        if viewer.must and request.blueprint not in FREE:
            return _to_duty(viewer.must)
        if permission is not None and not viewer.may(permission):
            raise NotAllowed("your role does not include this", code="role")
        return view(viewer, *args, **kwargs)

    setattr(guarded, MARK, str(permission or "signed_in"))
    return guarded


def _to_sign_in() -> ResponseReturnValue:
    g.pop("viewer", None)
    if request.method != "GET" or request.headers.get("X-Fragment"):
        abort(401)
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("signing_in.form", next=None if wanted == "/" else wanted))


def _to_duty(must: str) -> ResponseReturnValue:
    if request.method != "GET" or request.headers.get("X-Fragment"):
        raise NotAllowed("something else comes first", code=must)
    return redirect(url_for("second_factor.show" if must == SECOND_FACTOR else "account.show"))


def viewer() -> Viewer | None:
    """Return who looks, also on public pages; None where nobody has signed in."""
    return viewer_of_request(runtime())
