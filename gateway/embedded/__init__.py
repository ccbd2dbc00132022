"""PostgreSQL and Valkey from wheels, started for one data folder and ending with whoever started them.

Used by `memberline up` where DATABASE_URL or REDIS_URL is not set, and by the tests; nothing else of ours
knows that they exist. Only Unix sockets, never a port. Call `start` from the main thread: on Linux the
servers end with the *thread* that started them.
"""

from gateway.embedded.lock import FolderLock, ServerError
from gateway.embedded.postgres import EmbeddedPostgres
from gateway.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey", "FolderLock", "ServerError"]
