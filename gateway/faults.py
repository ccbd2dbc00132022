"""Named places where the simulation may break us off (reliability.md 7.1): between two things that must not be torn apart.

Outside tests nobody listens and a point costs one comparison. The simulation of `tests/sim` hooks itself in, kills,
stalls or restarts there, and tells which points were never reached.
"""

from __future__ import annotations

from collections.abc import Callable

BEFORE_COMMIT = "before-commit"  # of any unit of work: all of it must be gone
AFTER_COMMIT = "after-commit"  # all of it is kept, and no bell has rung
BEFORE_REQUEST = "before-request"  # attempts are written, the provider knows nothing yet
AFTER_REQUEST = "after-request"  # the provider has said something, nobody has written it down

POINTS = (BEFORE_COMMIT, AFTER_COMMIT, BEFORE_REQUEST, AFTER_REQUEST)

Hook = Callable[[str], None]

hook: Hook | None = None


def point(name: str) -> None:
    """Say that we are here."""
    if hook is not None:
        hook(name)
