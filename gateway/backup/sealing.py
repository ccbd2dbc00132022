"""A stream encrypted in pieces: AES-256-GCM, each piece bound to its file, its place and to being the last or not.

So a piece that was changed, moved, left out or cut off is noticed. Knows nothing of what is inside.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Sequence
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import MemberlineError

MAGIC = b"memberline backup 1\n"
PIECE = 1 << 20
SALT = 32
_HEAD = struct.Struct(">I?")
_TAG = 16


class BackupUnreadable(MemberlineError):
    """The file is no backup, was changed or cut off, or was made with another secret."""

    code = "backup-unreadable"


class SealingWriter(io.RawIOBase):
    """Takes bytes and writes them encrypted to `out`; `finish` writes the last piece."""

    def __init__(self, out: BinaryIO, secret: str) -> None:
        salt = os.urandom(SALT)
        out.write(MAGIC + salt)
        self._out, self._cipher = out, _cipher(secret, salt)
        self._waiting = bytearray()
        self._count = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._waiting += piece
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(piece)

    def finish(self) -> None:
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _seal(self, plain: bytes, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._count), plain, b"last" if is_last else b"more")
        self._out.write(_HEAD.pack(len(sealed), is_last) + sealed)
        self._count += 1


class SealingReader(io.RawIOBase):
    """Gives back what `SealingWriter` took; raises BackupUnreadable as soon as a piece is not as it was."""

    def __init__(self, source: BinaryIO, secrets: Sequence[str]) -> None:
        head = source.read(len(MAGIC) + SALT)
        if not head.startswith(MAGIC) or len(head) < len(MAGIC) + SALT:
            raise BackupUnreadable("this is no backup of memberline")
        self._source = source
        self._ciphers = [_cipher(secret, head[len(MAGIC) :]) for secret in secrets]
        self._waiting = b""
        self._count = 0
        self._is_at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._waiting and not self._is_at_end:
            self._waiting = self._open()
        piece = self._waiting[: len(buffer)]
        buffer[: len(piece)] = piece
        self._waiting = self._waiting[len(piece) :]
        return len(piece)

    def _open(self) -> bytes:
        head = self._source.read(_HEAD.size)
        if len(head) < _HEAD.size:
            raise BackupUnreadable("the backup was cut off")
        length, self._is_at_end = _HEAD.unpack(head)
        if length > PIECE + _TAG:
            raise BackupUnreadable("the backup is damaged")
        kind = b"last" if self._is_at_end else b"more"
        piece = self._source.read(length)
        for cipher in self._ciphers:
            try:
                plain = cipher.decrypt(_nonce(self._count), piece, kind)
            except InvalidTag:
                continue
            self._count, self._ciphers = self._count + 1, [cipher]
            return plain
        raise BackupUnreadable("the backup is damaged, or was made with another SECRET_KEY")


def _cipher(secret: str, salt: bytes) -> AESGCM:
    # A key of its own for every file, so that counting nonces never meet under one key.
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=salt, info=b"memberline backup 1").derive(secret.encode()))


def _nonce(count: int) -> bytes:
    return count.to_bytes(12, "big")
