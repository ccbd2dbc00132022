"""Where sealed files lie: in a folder of this machine, or in a bucket of any S3-compatible store (MEMBERLINE_STORE).

A place knows bytes and names, and neither what they are nor how they are sealed (`gateway.files`). What is written is whole
or not there at all.
"""

from __future__ import annotations

import fcntl
import io
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol
from urllib.parse import urlsplit

from audio.errors import ClipError
from gateway.errors import MemberlineError, NotFound, SettingsError
from gateway.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Store

logger = logging.getLogger(__name__)

UNFINISHED = ".part"
_CONNECT_SECONDS, _REQUEST_SECONDS, _RETRY_SECONDS, _MOST_RETRIES = 3, 20, 6, 2


class StoreAway(MemberlineError, ClipError):
    """The store does not answer, or does not let us in: nothing was changed, and it may be tried again later."""

    code = "store-away"

    def __init__(self, text: str) -> None:
        MemberlineError.__init__(self, text)


@dataclass(frozen=True)
class Lying:
    """One file that lies there; `written_at` is Unix time. One that is being written ends with `.part`."""

    name: str
    written_at: float


class Place(Protocol):
    """What every method may raise is StoreAway."""

    def write(self, name: str, pieces: Iterable[bytes]) -> None: ...

    def replace(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write in the place of what lies there; what was removed meanwhile stays so."""

    def open(self, name: str) -> BinaryIO:
        """Raises NotFound."""

    def start(self, name: str, size: int) -> bytes:
        """Return the first bytes of a file. Raises NotFound."""

    def size(self, name: str) -> int | None:
        """Return how many bytes lie there, None where there is no such file."""

    def remove(self, name: str) -> None:
        """Do away with a file; one that is gone already is no error."""

    def all(self) -> Iterator[Lying]: ...


class Folder:
    """A folder of this machine, a subfolder for each first two letters of a name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._write(path, pieces).replace(path)

    def replace(self, name: str, pieces: Iterable[bytes]) -> None:
        path = self._path(name)
        unfinished = self._write(path, pieces)
        with self._alone():
            if path.exists():
                unfinished.replace(path)
        unfinished.unlink(missing_ok=True)

    def open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as error:
            raise NotFound("this file is not kept any more") from error

    def start(self, name: str, size: int) -> bytes:
        with self.open(name) as file:
            return file.read(size)

    def size(self, name: str) -> int | None:
        try:
            return self._path(name).stat().st_size
        except OSError:
            return None

    def remove(self, name: str) -> None:
        with self._alone():
            self._path(name).unlink(missing_ok=True)

    def all(self) -> Iterator[Lying]:
        for path in self.folder.glob("??/*"):
            try:
                yield Lying(path.name, path.stat().st_mtime)
            except FileNotFoundError:
                continue

    def _write(self, path: Path, pieces: Iterable[bytes]) -> Path:
        unfinished = path.with_suffix(f".{secrets.token_hex(4)}{UNFINISHED}")
        try:
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
                for piece in pieces:
                    sink.write(piece)
                sink.flush()
                os.fsync(sink.fileno())
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        return unfinished

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Removing and replacing take turns: else a file that was removed would come back."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name


class Bucket:
    """A prefix in a bucket. The library is the optional extra `s3`; a forked child opens connections of its own."""

    def __init__(self, settings: Settings, folder: str) -> None:
        self._settings, self._folder = settings, folder
        self._opened: tuple[int, S3Store] | None = None

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        whole = b"".join(
            pieces
        )  # of at most some tens of megabytes; one request, so that it is whole or not there
        with _answering():
            self._store.put(name, whole, use_multipart=False)

    def replace(self, name: str, pieces: Iterable[bytes]) -> None:
        from obstore.exceptions import PreconditionError

        whole = b"".join(pieces)
        with _answering():
            try:
                seen = self._store.head(name)
                self._store.put(name, whole, use_multipart=False, mode={"e_tag": seen["e_tag"] or ""})
            except (FileNotFoundError, PreconditionError):
                logger.info("a sealed file went while it was sealed anew")

    def open(self, name: str) -> BinaryIO:
        with _answering():
            try:
                return io.BytesIO(bytes(self._store.get(name).bytes()))
            except FileNotFoundError as error:
                raise NotFound("this file is not kept any more") from error

    def start(self, name: str, size: int) -> bytes:
        with _answering():
            try:
                return bytes(self._store.get_range(name, start=0, length=size))
            except FileNotFoundError as error:
                raise NotFound("this file is not kept any more") from error

    def size(self, name: str) -> int | None:
        with _answering():
            try:
                return int(self._store.head(name)["size"])
            except FileNotFoundError:
                return None

    def remove(self, name: str) -> None:
        with _answering():
            try:
                self._store.delete(name)
            except FileNotFoundError:
                return

    def all(self) -> Iterator[Lying]:
        with _answering():
            for some in self._store.list():
                for each in some:
                    yield Lying(str(each["path"]), each["last_modified"].timestamp())

    @property
    def _store(self) -> S3Store:
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = (os.getpid(), _open_bucket(self._settings, self._folder))
        return self._opened[1]


def place_of(settings: Settings, folder: str) -> Place:
    """Return where the files of that kind lie: in the bucket where one is set, else under the data folder."""
    return Bucket(settings, folder) if settings.store else Folder(settings.data_dir / folder)


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what the library raises into our error. What it says holds addresses and names: its kind alone is kept."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        logger.warning("the store does not answer error=%s", type(error).__name__)
        raise StoreAway("the store of files does not answer; it is tried again later") from error


def _open_bucket(settings: Settings, folder: str) -> S3Store:
    try:
        from obstore.store import S3Store
    except ImportError as error:
        raise SettingsError("MEMBERLINE_STORE needs the extra `s3`: pip install 'memberline[s3]'") from error
    parts = urlsplit(settings.store)
    access: dict[str, Any] = {}
    if settings.store_key:
        access = {"access_key_id": settings.store_key, "secret_access_key": settings.store_secret}
    if settings.store_endpoint:
        access |= {"endpoint": settings.store_endpoint, "virtual_hosted_style_request": False}
    return S3Store(
        parts.netloc,
        prefix="/".join(filter(None, (parts.path.strip("/"), folder))),
        region=settings.store_region,
        client_options={
            "allow_http": settings.store_endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
            "timeout": timedelta(seconds=_REQUEST_SECONDS),
        },
        retry_config={"max_retries": _MOST_RETRIES, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
        **access,
    )
