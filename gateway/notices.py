"""The notice a person agrees to: which words, in which language, and the very sound they heard (rules.md L5, L10)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gateway.db import UnitOfWork
from gateway.runtime import Runtime


@dataclass(frozen=True)
class Heard:
    """What the ledger keeps of it; `hash` is that of the words."""

    name: str
    language: str
    hash: str


def use(unit: UnitOfWork, rt: Runtime, name: str, language: str, *, is_heard: bool) -> Heard:
    """Return this notice as it is now."""
    _, words = rt.words.find(name, language)
    return Heard(name, language, hashlib.sha256(words.encode()).hexdigest())
