"""Members by name, however it is written: by `members.search`, its words, and trigrams where a word is misspelt.

Two steps, so that a name that a tenth of all members bear is as quick as a rare one: first who may be meant, from the index and
no more than a page can use; then their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, Numeric, Select, any_, cast, func, select
from sqlalchemy.orm import Session

from gateway.models import Member, Unit
from gateway.states import MemberStatus
from gateway.store.units import is_under

WIDE = 500  # units below, from which on the index of names is asked before that of units
MOST = 300  # who may be meant: of each way to find them
LOOKED_AT = 20_000  # how many of a name are looked at where many units lie below


def is_wide(db: Session, path: str) -> bool:
    """Say whether very many units lie at or below this path."""
    return len(db.scalars(select(Unit.id).where(is_under(Unit.path, path)).limit(WIDE)).all()) == WIDE


def find(db: Session, path: str, words: Sequence[str]) -> list[int]:
    """List who bears each of these words (as `names.search_key` spells them), then words that begin so, then alike ones."""
    wide = is_wide(db, path)
    ways = (
        [Member.search.regexp_match(rf"\m{word}\M") for word in words],
        [Member.search.regexp_match(rf"\m{word}") for word in words],
        [Member.search.op("%>", is_comparison=True)(word) for word in words],
    )
    found: set[int] = set()
    for way in ways:
        if len(found) < MOST:
            found.update(db.scalars(_named(path, way, wide)))
    return list(found)


def score(words: Sequence[str]) -> ColumnElement[Decimal]:
    """SQL: how well a member's name fits these words; more is better. Rounded, so that a page can go on from it."""
    fits: ColumnElement[float] = func.similarity(" ".join(words), Member.search)
    for word in words:
        fits = fits + func.strict_word_similarity(word, Member.search)
    return func.round(cast(fits, Numeric), 3)


def _named(path: str, names: Sequence[ColumnElement[bool]], wide: bool) -> Select[int]:
    below = select(Unit.id).where(is_under(Unit.path, path))
    if not wide:
        place = Member.unit_id == any_(func.array(below.scalar_subquery()))
        return select(Member.id).where(place, Member.status != MemberStatus.LEFT, *names).limit(MOST)
    # LIMIT keeps the two apart: the names are asked of their index, not of everybody who lives there.
    named = select(Member.id, Member.unit_id).where(Member.status != MemberStatus.LEFT, *names)
    first = named.limit(LOOKED_AT).subquery()
    return select(first.c.id).where(first.c.unit_id.in_(below)).limit(MOST)
