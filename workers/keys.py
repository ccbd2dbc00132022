"""Finishes changes of keys that were broken off; rung every night."""

from __future__ import annotations

from gateway.keys.rotate import settle
from workers.process import job, runtime


@job
def settle_keys() -> None:
    """Seal again what retired keys hold and destroy those that hold nothing; twice does nothing twice."""
    settle(runtime())
