"""The data folder of one service: who owns it, its secrets, and the file that tells other commands."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from gateway.embedded import FolderLock, ServerError
from gateway.errors import MemberlineError

SECRETS = {"MEMBERLINE_SECRET_KEY": "secret_key", "MEMBERLINE_CALLBACK_SECRET": "callback_secret"}
# What `DIR/environment` may carry: addresses, paths of secrets and the clock, never a secret itself.
TOLD = (
    "DATABASE_URL",
    "REDIS_URL",
    "MEMBERLINE_PUBLIC_URL",
    "MEMBERLINE_AFRICASTALKING_URL",
    "MEMBERLINE_AFRICASTALKING_USERNAME",
    "MEMBERLINE_AFRICASTALKING_API_KEY_FILE",
    "MEMBERLINE_SECRET_KEY_FILE",
    "MEMBERLINE_OLD_SECRET_KEY_FILE",
    "MEMBERLINE_CALLBACK_SECRET_FILE",
    "MEMBERLINE_COUNTRY",
    "MEMBERLINE_ORGANISATION",
    "MEMBERLINE_VOICE_NUMBERS",
    "MEMBERLINE_CALLS_PER_SECOND",
    "MEMBERLINE_LINES",
    "MEMBERLINE_SMS_SENDER",
    "MEMBERLINE_TTS",
    "MEMBERLINE_KOKORO",
    "MEMBERLINE_DATA",
    "MEMBERLINE_CLOCK_OFFSET_SECONDS",
    "MEMBERLINE_OPEN_ALL_DAY",
    "MEMBERLINE_SEND_ON",
)


def take(data: Path) -> FolderLock:
    """Make the folder and become its only owner; raises MemberlineError where it is in use or not ours."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FolderLock(data)
        lock.take(1.0)
    except ServerError:
        raise
    except OSError as error:
        raise MemberlineError(f"{data} cannot be used as data folder: {error.strerror}") from error
    return lock


def secret_files(data: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Make the secrets that are not set, once, readable by the owner only; returns NAME_FILE -> path."""
    found = {}
    for name, file_name in SECRETS.items():
        if environ.get(name) or environ.get(f"{name}_FILE"):
            continue
        path = data / file_name
        if not path.exists() or not path.read_text(encoding="ascii").strip():
            write_private(path, secrets.token_urlsafe(32))
        found[f"{name}_FILE"] = str(path)
    return found


def tell(data: Path, environ: Mapping[str, str]) -> None:
    """Write `DIR/environment` in one step, so that nobody reads half of it."""
    lines = ["# Written by `memberline up` at each start; other commands read it."]
    lines += [f"{name}={environ[name]}" for name in TOLD if environ.get(name)]
    write_private(data / "environment", "\n".join(lines))


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 600, durably and at once."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
