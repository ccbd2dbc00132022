"""The web service: blueprints, headers, limits and the handlers of errors. Nothing else lives here.

`create_app()` without arguments reads the environment (any WSGI server: `gateway.app:create_app`); tests and the command
line hand over settings or a whole runtime, which is `app.extensions["runtime"]`.
"""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from gateway.access.limits import sign_in_limit
from gateway.access.sign_in import is_https, is_known_browser
from gateway.access.tokens import known_tokens
from gateway.console import CALLBACKS, SCREENS, set_up_console
from gateway.console.trouble import trouble_page
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.settings_files import environment
from gateway.web import apology, headers, health, media, sms, voice

UPLOAD_LIMIT = 20 * 1024 * 1024
SIGN_IN = "signing_in.enter"


def create_app(settings: Settings | None = None, runtime: Runtime | None = None) -> Flask:
    """Build the app around a runtime; connects to nothing yet."""
    rt = runtime or build_runtime(settings or Settings.from_env(environment()))
    app = Flask("gateway", static_folder=None, template_folder="console/templates")
    app.extensions["runtime"] = rt
    app.config.update(
        SECRET_KEY=rt.settings.secret_key,
        SECRET_KEY_FALLBACKS=[key for key in (rt.settings.old_secret_key,) if key],
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        SESSION_COOKIE_NAME="__Host-memberline-form" if is_https(rt) else "memberline-form",
        SESSION_COOKIE_SECURE=is_https(rt),
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the sign-in: a page left open overnight still answers
    )
    app.session_interface = FormTokens()
    _trust_proxies(app, rt.settings.trusted_proxies)
    set_up_console(app)
    for blueprint in (voice.blueprint, sms.blueprint, health.blueprint, media.blueprint, *SCREENS):
        app.register_blueprint(blueprint)
    _limit_sign_ins(app, rt)
    headers.set_up(app, is_https(rt))
    apology.set_up(app, rt, trouble_page)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Take the sender's address from as many proxies as are ours; without any, the header says nothing (C26)."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=0, x_host=0)  # type: ignore[method-assign]


class FormTokens(SecureCookieSessionInterface):
    """The cookie that guards forms; a provider posts none, and a phone is waiting."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if request.path.startswith(CALLBACKS) else super().open_session(app, request)


def _limit_sign_ins(app: Flask, rt: Runtime) -> None:
    """Count at that one view only: a hook before every request would cost each step of a call a tenth of its time."""
    view = app.view_functions[SIGN_IN]
    may_go_on = sign_in_limit(rt.settings.redis_url)

    @wraps(view)
    def limited(**arguments: Any) -> ResponseReturnValue:
        is_held_back = not may_go_on(request.remote_addr or "")
        if is_held_back and not is_known_browser(rt, known_tokens(rt)):
            raise TooManyRequests()
        return cast(ResponseReturnValue, view(**arguments))

    app.view_functions[SIGN_IN] = limited
