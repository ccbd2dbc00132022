"""The database engine, its pools and the unit of work: opened at a door, never inside a room's helpers (house.md 6).

`unit.ring` notes bells; they ring after the commit and are dropped with a rollback, so that enqueue-before-commit
cannot be written by accident.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import Connection
from psycopg_pool import ConnectionPool
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from gateway import faults, jsons

Bell = Callable[[], None]
DEFAULT_POOL = 6
OVERFLOW = 14  # for a burst: more in all than the web server has threads, so that nobody waits for ever


class UnitOfWork:
    """One transaction and the bells that ring when it has been committed."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self._bells: list[Bell] = []

    def ring(self, bell: Bell) -> None:
        """Ring after the commit; equal bells ring once."""
        if bell not in self._bells:
            self._bells.append(bell)

    def ring_all(self) -> None:
        for bell in self._bells:
            bell()


def make_engine(url: str, pool_size: int = DEFAULT_POOL) -> Engine:
    """Connect lazily; a connection lost while idle is noticed before use (reliability.md B7)."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=OVERFLOW,
        pool_pre_ping=True,
        json_serializer=jsons.dumps,
        json_deserializer=jsons.loads,
        connect_args={"options": "-c statement_timeout=60000 -c timezone=UTC"},
    )


class QuickPool(ConnectionPool):
    """Raw connections of the hot path, none of them dead.

    A database that was restarted leaves dead ones behind, and each would fail one post of a call. To ask the database
    before each step costs a round trip; to ask the socket costs nothing: an idle connection has nothing to say.
    """

    def getconn(self, timeout: float | None = None) -> Connection:
        """Take a connection; dead ones are closed on the way, and others are made in their place."""
        connection = super().getconn(timeout)
        while _is_dead(connection):
            connection.close()
            self.putconn(connection)
            connection = super().getconn(timeout)
        return connection


def _is_dead(connection: Connection) -> bool:
    if connection.closed:
        return True
    word = select.poll()
    word.register(connection.fileno(), select.POLLIN)
    return bool(word.poll(0))


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[UnitOfWork]:
    """Commit on leaving, roll back on any error, then ring the bells of what was committed."""
    with Session(engine, expire_on_commit=False) as db:
        unit = UnitOfWork(db)
        yield unit
        faults.point(faults.BEFORE_COMMIT)
        db.commit()
    faults.point(faults.AFTER_COMMIT)
    unit.ring_all()
