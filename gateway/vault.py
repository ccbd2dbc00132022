"""Seals what must not be readable in a stolen database, and finds numbers without opening them.

AES-256-GCM with the row's own name as associated data, so that a sealed value moved to another row does not open;
HMAC-SHA256 as the index of a number, keyed because ten digits are easily tried (reliability.md C19). The leading byte
names the key (`gateway.keyring`), so that keys can be rotated under load (`gateway.keys`).
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.keyring import FILES, NONCE, SEAL, Keyring, derive
from gateway.phones import Number

FIRST = (
    1  # the key from before keys had rows: opens texts bound to their column alone, seals nothing any more
)
SPOOL = 0  # not in the database: what is kept while the database is away


class Sealer:
    """Seals and opens for one purpose: what belongs to another purpose does not open here."""

    def __init__(self, keyring: Keyring, purpose: str) -> None:
        self._keyring = keyring
        self._purpose = purpose

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypt with the newest key; only the same `bound_to` opens it again."""
        key = self._keyring.for_sealing(self._purpose)
        nonce = os.urandom(NONCE)
        return bytes((key.id,)) + nonce + key.cipher.encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt what `seal` made. Raises cryptography.exceptions.InvalidTag for anything else."""
        return self._cipher(sealed).decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], bound_to)

    def _cipher(self, sealed: bytes) -> AESGCM:
        key = self._keyring.find(sealed[0]) if sealed else None
        if key is None or not (key.purpose == self._purpose or (key.id == FIRST and self._purpose == FILES)):
            raise InvalidTag
        return key.cipher

    def seal_text(self, text: str, place: str, row: str | int | bytes = "") -> bytes:
        """Seal words; `place` names the column they live in, `row` what tells their row from all others."""
        return self.seal(text.encode(), bound(place, row))

    def open_text(self, sealed: bytes, place: str, row: str | int | bytes = "") -> str:
        is_old = sealed[:1] == bytes((FIRST,))
        return self.open(sealed, bound(place, "" if is_old else row)).decode()

    def is_current(self, sealed: bytes) -> bool:
        """Say whether the newest key sealed this."""
        return sealed[:1] == bytes((self._keyring.for_sealing(self._purpose).id,))


class Vault(Sealer):
    """Everything that one installation seals; build it once in the runtime and pass it down."""

    def __init__(self, keyring: Keyring) -> None:
        super().__init__(keyring, SEAL)
        self.keyring = keyring
        self._spool = [AESGCM(derive(each, "spool 1")) for each in keyring.wrapper.secrets]

    def purpose(self, purpose: str) -> Sealer:
        """Return what seals under keys of their own: files, erased."""
        return Sealer(self.keyring, purpose)

    def index(self, number: Number) -> bytes:
        """Return the 32 bytes by which this number is found; the same number gives the same bytes."""
        return hmac.digest(self.keyring.for_index(), number.encode(), "sha256")

    def seal_number(self, number: Number) -> bytes:
        return self.seal(number.encode(), self.index(number))

    def open_number(self, sealed: bytes, index: bytes) -> Number:
        return Number(self.open(sealed, index).decode())

    def open_numbers(self, cells: Iterable[tuple[bytes, bytes]]) -> list[Number]:
        """Open many at once, each (sealed, index): the key is looked for once and not a thousand times."""
        ciphers: dict[bytes, AESGCM] = {}
        opened = []
        for sealed, index in cells:
            cipher = ciphers.get(sealed[:1]) or ciphers.setdefault(sealed[:1], self._cipher(sealed))
            opened.append(Number(cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], index).decode()))
        return opened

    def seal_for_spool(self, plain: bytes) -> bytes:
        """Seal with the secret itself: works while the database, where the keys are, is away."""
        nonce = os.urandom(NONCE)
        return bytes((SPOOL,)) + nonce + self._spool[0].encrypt(nonce, plain, b"spool")

    def open_from_spool(self, sealed: bytes) -> bytes:
        """Open what `seal_for_spool` made, with either of two secrets. Raises InvalidTag."""
        if sealed[:1] != bytes((SPOOL,)):
            return self.open(sealed, b"spool")
        for cipher in self._spool:
            try:
                return cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], b"spool")
            except InvalidTag:
                continue
        raise InvalidTag


def bound(place: str, row: str | int | bytes) -> bytes:
    """Name a cell: what is sealed for it opens nowhere else."""
    name = row if isinstance(row, bytes) else str(row).encode()
    return place.encode() + b"\0" + name if name else place.encode()
