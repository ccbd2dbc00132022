"""Writing a clip so that nobody, in any process or after any crash, sees half of it; only the library calls this."""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from audio.errors import ClipError
from audio.wav import HEADER_BYTES


def keep(path: Path, content: bytes, is_durable: bool) -> None:
    """Write the file under a temporary name, then give it its own unless somebody was quicker.

    An existing file is left alone, except an empty one, which a power cut can leave behind.
    Raises ClipError where the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        _write(temporary, content, is_durable)
        _publish(temporary, path)
    except OSError as error:
        raise ClipError(f"The clip folder cannot be written ({error.strerror}).") from error
    finally:
        temporary.unlink(missing_ok=True)


def _write(temporary: Path, content: bytes, is_durable: bool) -> None:
    with temporary.open("xb") as file:
        file.write(content)
        file.flush()
        if is_durable:
            os.fsync(file.fileno())


def _publish(temporary: Path, path: Path) -> None:
    with suppress(FileExistsError):
        os.link(temporary, path)
        return
    if path.stat().st_size <= HEADER_BYTES:
        os.replace(temporary, path)
