"""Files that hold something of a person: recordings, paper forms, lists handed in. Sealed on disk, opened in memory.

A file is sealed in pieces of 64 KB whose place and end are part of the seal, so that a piece that was moved, cut off or
left out does not open (reliability.md C19). Its name is chance, or the key of its content. No queries here.
"""

from __future__ import annotations

import fcntl
import io
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gateway.errors import NotFound
from gateway.keyring import FILES, NONCE
from gateway.vault import Vault

PIECE = 64 * 1024
UNFINISHED = ".part"
Read = Callable[[int], bytes]
_LENGTH = 4
_AROUND = _LENGTH + 1 + NONCE + 1 + 16  # of each piece: its length, key, nonce, whether it is the last, tag


class SealedFiles:
    """A folder of sealed files; `put` answers with the key by which a row remembers its file."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder = folder
        self._sealer = vault.purpose(FILES)

    def put(self, source: BinaryIO) -> str:
        """Seal a stream and return its key; the file is whole or not there at all."""
        key = secrets.token_hex(16)
        self._write(key, source)
        return key

    def keep(self, key: str, content: bytes) -> None:
        """Seal under a key that is known; what lies there already stays."""
        if self.size(key) is None:
            self._write(key, io.BytesIO(content))

    def size(self, key: str) -> int | None:
        """Return how many bytes are sealed under that key, None where there is no such file."""
        try:
            sealed = self._path(key).stat().st_size
        except OSError:
            return None
        return sealed - _AROUND * -(-sealed // (PIECE + _AROUND))

    def pieces(self, key: str) -> Iterator[bytes]:
        """Open a file piece by piece. Raises NotFound, or cryptography.exceptions.InvalidTag where it was altered."""
        try:
            source = self._path(key).open("rb")
        except FileNotFoundError as error:
            raise NotFound("this file is not kept any more") from error
        with source:
            place, was_last = 0, False
            while head := source.read(_LENGTH):
                plain = self._sealer.open(source.read(int.from_bytes(head, "big")), _bound(key, place))
                was_last, place = plain[:1] == b"\1", place + 1
                yield plain[1:]
            if not was_last:
                raise NotFound("this file is not whole")

    def read(self, key: str) -> bytes:
        """Open a file that is small enough for memory."""
        return b"".join(self.pieces(key))

    def remove(self, key: str) -> None:
        """Do away with a file; one that is gone already is no error."""
        with self._alone():
            self._path(key).unlink(missing_ok=True)

    def remove_before(self, moment: float) -> int:
        """Do away with files, and unfinished ones, last written before that moment (Unix time); returns how many."""
        old = [path for path in self._all() if _written_at(path) < moment]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def forget_unfinished(self, before: float) -> None:
        """Do away with what a crash left half written, last touched before that moment (Unix time)."""
        for path in self._all():
            if path.suffix == UNFINISHED and _written_at(path) < before:
                path.unlink(missing_ok=True)

    def list_outdated(self) -> list[str]:
        """List what another key than the newest sealed; one that is being written counts and ends with `.part`."""
        return [path.name for path in self._all() if not self._is_current(path)]

    def seal_anew(self, key: str) -> None:
        """Seal one file with the newest key; it is never gone meanwhile, and one that was removed stays so.

        Raises NotFound and InvalidTag as `pieces` does.
        """
        path, unfinished = (
            self._path(key),
            self._path(key).with_suffix(f".{secrets.token_hex(4)}{UNFINISHED}"),
        )
        pieces = self.pieces(key)
        self._seal_to(unfinished, key, lambda size: next(pieces, b""))
        with self._alone():
            if path.exists():
                unfinished.replace(path)
        unfinished.unlink(missing_ok=True)

    def seal_plain(self, path: Path, key: str) -> None:
        """Take over a file from before files were sealed: sealed first, then the plain one is done away with."""
        self.keep(key, path.read_bytes())
        path.unlink(missing_ok=True)

    def _write(self, key: str, source: BinaryIO) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{secrets.token_hex(4)}{UNFINISHED}")
        self._seal_to(unfinished, key, source.read)
        unfinished.replace(path)

    def _seal_to(self, unfinished: Path, key: str, read: Read) -> None:
        try:
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
                for piece in self._sealed(read, key):
                    sink.write(len(piece).to_bytes(_LENGTH, "big") + piece)
                sink.flush()
                os.fsync(sink.fileno())
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    def _sealed(self, read: Read, key: str) -> Iterator[bytes]:
        place, piece = 0, read(PIECE)
        while True:
            following = read(PIECE)
            last = b"\0" if following else b"\1"
            yield self._sealer.seal(last + piece, _bound(key, place))
            if not following:
                return
            place, piece = place + 1, following

    def _is_current(self, path: Path) -> bool:
        try:
            with path.open("rb") as file:
                head = file.read(_LENGTH + 1)
        except FileNotFoundError:
            return True
        return self._sealer.is_current(head[_LENGTH:])

    def _all(self) -> Iterator[Path]:
        return self.folder.glob("??/*")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Removing and sealing anew take turns: else a file that was removed would come back."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key


def _bound(key: str, place: int) -> bytes:
    return f"{key} {place}".encode()


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
