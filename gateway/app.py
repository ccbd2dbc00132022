"""The web service: blueprints, headers, limits and the handlers of errors. Nothing else lives here.

`create_app()` without arguments reads the environment (any WSGI server: `gateway.app:create_app`); tests and the command
line hand over settings or a whole runtime, which is `app.extensions["runtime"]`.
"""

from __future__ import annotations

from typing import cast

from flask import Flask
from flask.typing import RouteCallable
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from gateway import settings as reading
from gateway.access.sign_in import is_https
from gateway.console import SCREENS, set_up_console
from gateway.console.trouble import trouble_page
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.web import apology, headers, health, media, sms, voice

UPLOAD_LIMIT = 20 * 1024 * 1024
SIGN_INS = "30 per minute"  # from one address; who fails is counted in SQL (gateway.access.sign_in)


def create_app(settings: Settings | None = None, runtime: Runtime | None = None) -> Flask:
    """Build the app around a runtime; connects to nothing yet."""
    rt = runtime or build_runtime(settings or Settings.from_env(reading.environment()))
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
    set_up_console(app)
    for blueprint in (voice.blueprint, sms.blueprint, health.blueprint, media.blueprint, *SCREENS):
        app.register_blueprint(blueprint)
    _limit_sign_ins(app, rt.settings)
    headers.set_up(app, is_https(rt))
    apology.set_up(app, rt, trouble_page)
    return app


def _limit_sign_ins(app: Flask, settings: Settings) -> None:
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.redis_url.replace("unix:", "redis+unix:", 1),
        in_memory_fallback_enabled=True,  # without it a missing Redis is a 500 (console.md 4)
        key_prefix="sign-in",
    )
    name = "signing_in.enter"
    limited = limiter.limit(SIGN_INS)(app.view_functions[name])
    app.view_functions[name] = cast(RouteCallable, limited)
