"""Files that hold something of a person: recordings, paper forms, lists handed in. Sealed on disk, opened in memory.

A file is named by chance, never by what is in it, and is sealed in pieces of 64 KB whose place and end are part of the
seal, so that a piece that was moved, cut off or left out does not open (reliability.md C19). No names, no queries here.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gateway.errors import NotFound
from gateway.keyring import FILES
from gateway.vault import Vault

PIECE = 64 * 1024
_LENGTH = 4


class SealedFiles:
    """A folder of sealed files; `put` answers with the key by which a row remembers its file."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._sealer = vault.purpose(FILES)

    def put(self, source: BinaryIO) -> str:
        """Seal a stream and return its key; the file is whole or not there at all."""
        key = secrets.token_hex(16)
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as sink:
            for piece in self._sealed(source, key):
                sink.write(len(piece).to_bytes(_LENGTH, "big") + piece)
            sink.flush()
            os.fsync(sink.fileno())
        unfinished.chmod(0o600)
        unfinished.replace(path)
        return key

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
        self._path(key).unlink(missing_ok=True)

    def _sealed(self, source: BinaryIO, key: str) -> Iterator[bytes]:
        place, piece = 0, source.read(PIECE)
        while True:
            following = source.read(PIECE)
            last = b"\0" if following else b"\1"
            yield self._sealer.seal(last + piece, _bound(key, place))
            if not following:
                return
            place, piece = place + 1, following

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key


def _bound(key: str, place: int) -> bytes:
    return f"{key} {place}".encode()
