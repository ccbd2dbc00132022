"""The keys that seal, each itself sealed ("wrapped") by the secret outside the database (reliability.md C18, C19).

A process holds the keys it has met and looks again for newer ones before it seals, so that a rotation is noticed within
seconds; a key that it does not know makes it look at once. Where the rows live is the caller's business: `load`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import MemberlineError

NONCE, KEY_BYTES = 12, 32
FRESH_SECONDS = 3.0  # no process seals with keys it has not looked at for longer: the rotation waits for that
LONG_SECONDS = 3600.0  # the name of a key that was destroyed may come again
SEAL, INDEX, FILES, ERASED = "seal", "index", "files", "erased"


class KeysLocked(MemberlineError):
    """The keys in the database do not open with the secret of this process."""

    code = "keys-locked"


@dataclass(frozen=True)
class WrappedKey:
    """One row: `is_retired` seals nothing more and waits until nothing lies under it."""

    id: int
    purpose: str
    wrapped: bytes
    is_retired: bool


@dataclass(frozen=True)
class DataKey:
    """A key that opens, and seals unless it is retired."""

    id: int
    purpose: str
    secret: bytes
    cipher: AESGCM
    is_retired: bool


class Wrapper:
    """Wraps with the first secret, unwraps with any: during a rotation of the secret two are valid."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self.secrets = tuple(filter(None, secrets))
        self._ciphers = [AESGCM(derive(each, "wrap 1")) for each in self.secrets]

    def wrap(self, key_id: int, purpose: str, key: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, key, _bound(key_id, purpose))

    def unwrap(self, key_id: int, purpose: str, wrapped: bytes) -> bytes:
        """Open one key. Raises KeysLocked."""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], _bound(key_id, purpose))
            except InvalidTag:
                continue
        raise KeysLocked(
            "the keys in the database were sealed with another secret: set MEMBERLINE_SECRET_KEY to it,"
            " or MEMBERLINE_OLD_SECRET_KEY while it is being replaced"
        )


class Keyring:
    """All keys of one installation as this process knows them; nothing is read before the first use."""

    def __init__(self, wrapper: Wrapper, load: Callable[[], Sequence[WrappedKey]]) -> None:
        self.wrapper = wrapper
        self._load = load
        self._keys: Mapping[int, DataKey] = {}
        self._newest: Mapping[str, DataKey] = {}
        self._looked_at = float("-inf")
        self._lock = threading.Lock()

    def for_sealing(self, purpose: str) -> DataKey:
        """Return the newest key of that purpose; raises the database's error where it cannot be asked."""
        if time.monotonic() - self._looked_at > FRESH_SECONDS:
            self._look(time.monotonic() - FRESH_SECONDS)
        return self._newest[purpose]

    def for_index(self) -> bytes:
        """Return the key of the number index: it stays the same for the life of the installation."""
        if INDEX not in self._newest:
            self.look_again()
        return self._newest[INDEX].secret

    def find(self, key_id: int) -> DataKey | None:
        """Return the key of that id; one that is not known here, or long since, is looked for."""
        if key_id not in self._keys or time.monotonic() - self._looked_at > LONG_SECONDS:
            self.look_again()
        return self._keys.get(key_id)

    def look_again(self) -> None:
        """Read the keys anew."""
        self._look(time.monotonic())

    def _look(self, unless_since: float) -> None:
        with self._lock:
            if self._looked_at > unless_since:
                return  # another thread has just looked
            began = time.monotonic()
            found = [self._opened(each) for each in self._load() if each.wrapped]
            # What a process has met it keeps: a row that it read before the rotation must still open.
            self._keys = {**self._keys, **{key.id: key for key in found}}
            self._newest = {key.purpose: key for key in found if not key.is_retired}
            self._looked_at = began

    def _opened(self, kept: WrappedKey) -> DataKey:
        known = self._keys.get(kept.id)
        try:
            secret = self.wrapper.unwrap(kept.id, kept.purpose, kept.wrapped)
        except KeysLocked:
            if known is None:
                raise
            secret = known.secret  # wrapped by a secret that this process will get at its next start
        if known is not None and known.secret == secret and known.is_retired == kept.is_retired:
            return known
        return DataKey(kept.id, kept.purpose, secret, AESGCM(secret), kept.is_retired)


def derive(secret: str, purpose: str) -> bytes:
    """Make a key from a secret: a different one for every purpose."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=b"memberline", info=purpose.encode()).derive(secret.encode())


def _bound(key_id: int, purpose: str) -> bytes:
    return f"vault key {key_id} {purpose}".encode()
