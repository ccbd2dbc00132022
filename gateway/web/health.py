"""What supervisors and Prometheus ask: alive, able to work, and the numbers. No names, no numbers of people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway import sounds
from gateway.access import public, runtime
from gateway.runtime import Runtime
from gateway.web.figures import Figures

blueprint = Blueprint("health", __name__)

SEEN_WITHIN = timedelta(seconds=60)
REDIS_SECONDS = 2


@blueprint.get("/health/live")
@public
def live() -> ResponseReturnValue:
    """Answer while the process can answer at all."""
    return jsonify({"live": True})


@blueprint.get("/health/ready")
@public
def ready() -> ResponseReturnValue:
    """Say whether work can be done now: database, queue, a worker, and a sound for every prompt."""
    rt = runtime()
    checks: dict[str, Callable[[Runtime], bool]] = {
        "database": _database,
        "queue": _queue,
        "worker": _worker,
        "sounds": _sounds,
    }
    found = {name: check(rt) for name, check in checks.items()}
    answer = jsonify({"ready": all(found.values()), "checks": found})
    answer.status_code = 200 if all(found.values()) else 503
    return answer


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Print the figures, counted at this moment, in Prometheus' format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(runtime()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _database(rt: Runtime) -> bool:
    try:
        with rt.engine.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar_one() == 1)
    except SQLAlchemyError:
        return False


def _queue(rt: Runtime) -> bool:
    try:
        with _redis(rt) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def _worker(rt: Runtime) -> bool:
    """Workers write real time, our clock may run elsewhere beside an emulator."""
    now = rt.clock() - timedelta(seconds=rt.settings.clock_offset_seconds)
    try:
        with _redis(rt) as redis:
            seen = [each.last_heartbeat for each in Worker.all(connection=redis)]
    except RedisError:
        return False
    return any(at is not None and now - at < SEEN_WITHIN for at in seen)


def _sounds(rt: Runtime) -> bool:
    return not sounds.missing(rt)


def _redis(rt: Runtime) -> Redis:
    return Redis.from_url(
        rt.settings.redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )
