"""Files that hold something of a person: recordings, paper forms, lists handed in. Sealed where they lie, opened in memory.

A file is sealed in pieces of 64 KB whose place and end are part of the seal, so that a piece that was moved, cut off or
left out does not open (reliability.md C19). Its name is chance, or the key of its content. No queries here.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from gateway.errors import NotFound
from gateway.keyring import FILES, NONCE
from gateway.places import UNFINISHED, Lying, Place
from gateway.vault import Vault

PIECE = 64 * 1024
Read = Callable[[int], bytes]
_LENGTH = 4
_AROUND = _LENGTH + 1 + NONCE + 1 + 16  # of each piece: its length, key, nonce, whether it is the last, tag


class SealedFiles:
    """Sealed files in one place; `put` answers with the key by which a row remembers its file.

    Everything raises StoreAway where the place does not answer.
    """

    def __init__(self, place: Place, vault: Vault) -> None:
        self.place = place
        self._sealer = vault.purpose(FILES)

    def put(self, source: BinaryIO) -> str:
        """Seal a stream and return its key; the file is whole or not there at all."""
        key = secrets.token_hex(16)
        self.place.write(key, self._sealed(source.read, key))
        return key

    def keep(self, key: str, content: bytes) -> None:
        """Seal under a key that is known; what lies there already stays."""
        if self.size(key) is None:
            self.place.write(key, self._sealed(io.BytesIO(content).read, key))

    def size(self, key: str) -> int | None:
        """Return how many bytes are sealed under that key, None where there is no such file."""
        sealed = self.place.size(key)
        return None if sealed is None else sealed - _AROUND * -(-sealed // (PIECE + _AROUND))

    def pieces(self, key: str) -> Iterator[bytes]:
        """Open a file piece by piece. Raises NotFound, or cryptography.exceptions.InvalidTag where it was altered."""
        with self.place.open(key) as source:
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
        self.place.remove(key)

    def remove_before(self, moment: float) -> int:
        """Do away with files, and unfinished ones, last written before that moment (Unix time); returns how many."""
        old = [each.name for each in self.place.all() if each.written_at < moment]
        for name in old:
            self.place.remove(name)
        return len(old)

    def forget_unfinished(self, before: float) -> None:
        """Do away with what a crash left half written, last touched before that moment (Unix time)."""
        for each in list(self.place.all()):
            if each.name.endswith(UNFINISHED) and each.written_at < before:
                self.place.remove(each.name)

    def list_outdated(self) -> list[str]:
        """List what another key than the newest sealed; one that is being written counts and ends with `.part`."""
        return [each.name for each in self.place.all() if not self._is_current(each)]

    def seal_anew(self, key: str) -> None:
        """Seal one file with the newest key; it is never gone meanwhile, and one that was removed stays so.

        Raises NotFound and InvalidTag as `pieces` does.
        """
        pieces = self.pieces(key)
        self.place.replace(key, self._sealed(lambda size: next(pieces, b""), key))

    def seal_plain(self, path: Path, key: str) -> None:
        """Take over a file from before files were sealed: sealed first, then the plain one is done away with."""
        self.keep(key, path.read_bytes())
        path.unlink(missing_ok=True)

    def _sealed(self, read: Read, key: str) -> Iterable[bytes]:
        place, piece = 0, read(PIECE)
        while True:
            following = read(PIECE)
            last = b"\0" if following else b"\1"
            sealed = self._sealer.seal(last + piece, _bound(key, place))
            yield len(sealed).to_bytes(_LENGTH, "big") + sealed
            if not following:
                return
            place, piece = place + 1, following

    def _is_current(self, each: Lying) -> bool:
        try:
            head = self.place.start(each.name, _LENGTH + 1)
        except NotFound:
            return True
        return self._sealer.is_current(head[_LENGTH:])


def _bound(key: str, place: int) -> bytes:
    return f"{key} {place}".encode()
