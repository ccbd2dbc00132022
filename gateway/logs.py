"""One line per event, as text or JSON, with the ids of the current request or job and without secrets.

`configure` is called once by each process; everybody else only does `logging.getLogger(__name__)`. What
leaves through our handler is masked as a whole, tracebacks too: phone numbers become "+91…4321" and
registered secrets become dots. Words of members must not be logged in the first place.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Any, TextIO
from urllib.parse import quote

from gateway.phones import mask

_ids: ContextVar[Mapping[str, object]] = ContextVar("log_ids", default=MappingProxyType({}))
_hidden: set[str] = set()

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
# A plus with spaces or dashes between digits, its URL-quoted form, or a bare run as long as a number.
NUMBERS = re.compile(
    r"(?P<quoted>%2B)\d{8,15}|\+\d(?:[ -]?\d){7,14}(?!\d)|(?<![\w.%-])\d{10,15}(?![\w-])", re.IGNORECASE
)
SHORTEST_SECRET = 8


@contextmanager
def bind(**ids: object) -> Iterator[None]:
    """Add ids (call_id, delivery_id, job_id …) to every line logged inside the block."""
    token = _ids.set({**_ids.get(), **ids})
    try:
        yield
    finally:
        _ids.reset(token)


def hide(*secrets: str) -> None:
    """Register values that must never be logged; those too short to be secrets are ignored."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            _hidden.update({secret, quote(secret, safe="")})


def masked(text: str) -> str:
    """Return the text without full phone numbers and registered secrets."""
    for secret in _hidden:
        text = text.replace(secret, "•••")
    return NUMBERS.sub(_mask_match, text)


class TextLines(logging.Formatter):
    """`2026-11-22T02:47:44.123Z INFO gateway.calls call ended call_id=7`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one masked line; a traceback follows on lines of its own."""
        message = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        ids = "".join(f" {name}={_quoted(value)}" for name, value in _fields(record).items())
        line = f"{_when(record)} {record.levelname} {record.name} {message}{ids}"
        trouble = _traceback(self, record)
        return masked(f"{line}\n{trouble}" if trouble else line)


class JsonLines(logging.Formatter):
    """One object per line; ids are keys of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one masked object."""
        line: dict[str, object] = {
            "at": _when(record),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        for name, value in _fields(record).items():
            keep = isinstance(value, bool | int | float) or value is None
            line.setdefault(name, value if keep else masked(str(value)))
        trouble = _traceback(self, record)
        if trouble:
            line["traceback"] = masked(trouble)
        return json.dumps(line, ensure_ascii=False)


def configure(
    log_format: str = "text",
    secrets: Iterable[str] = (),
    level: int = logging.INFO,
    stream: TextIO | None = None,
) -> None:
    """Send all logging of this process to `stream` (standard error); calling again replaces, never doubles.

    Exceptions that nobody caught are logged too, so that their traceback is masked.
    """
    hide(*secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These two log whole addresses or payloads on INFO.
    for noisy in ("urllib3", "rq.worker", "alembic.runtime.migration"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("memberline").critical("stopped by an error", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None:
        _log_uncaught(failure.exc_type, failure.exc_value, failure.exc_traceback)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    extra = {name: value for name, value in vars(record).items() if name not in STANDARD}
    return {**_ids.get(), **extra}


def _when(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = [formatter.formatException(record.exc_info)] if record.exc_info and record.exc_info[0] else []
    parts += [formatter.formatStack(record.stack_info)] if record.stack_info else []
    return "\n".join(parts)


def _quoted(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[\w.:/@+-]+", text) else json.dumps(text, ensure_ascii=False)


def _mask_match(found: re.Match[str]) -> str:
    whole = found.group()
    digits = re.sub(r"[ -]", "", whole.removeprefix(found.group("quoted") or ""))
    return mask(f"+{digits}" if found.group("quoted") else digits)
