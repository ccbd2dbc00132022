"""Seals what must not be readable in a stolen database, and finds numbers without opening them.

AES-256-GCM with the row's own name as associated data, so that a sealed value moved to another row does not open;
HMAC-SHA256 as the index of a number, keyed because ten digits are easily tried (reliability.md C19). Both keys come
from one secret outside the database. The leading byte names the key for the day keys are rotated.
"""

from __future__ import annotations

import hmac
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.phones import Number

KEY_ID = b"\x01"
_NONCE = 12


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"memberline", info=purpose.encode()).derive(secret.encode())


class Vault:
    """Keys of one installation; build it once in the runtime and pass it down."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(_derive(secret, "seal 1"))
        self._index_key = _derive(secret, "number index 1")

    def index(self, number: Number) -> bytes:
        """Return the 32 bytes by which this number is found; the same number gives the same bytes."""
        return hmac.digest(self._index_key, number.encode(), "sha256")

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypt; only the same `bound_to` opens it again."""
        nonce = os.urandom(_NONCE)
        return KEY_ID + nonce + self._cipher.encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt what `seal` made. Raises cryptography.exceptions.InvalidTag for anything else."""
        return self._cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], bound_to)

    def seal_number(self, number: Number) -> bytes:
        return self.seal(number.encode(), self.index(number))

    def open_number(self, sealed: bytes, index: bytes) -> Number:
        return Number(self.open(sealed, index).decode())

    def seal_text(self, text: str, purpose: str) -> bytes:
        """Seal the words of a member; `purpose` names the column they live in."""
        return self.seal(text.encode(), purpose.encode())

    def open_text(self, sealed: bytes, purpose: str) -> str:
        return self.open(sealed, purpose.encode()).decode()
