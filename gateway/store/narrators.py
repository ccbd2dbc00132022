"""Whose voice each language has: one narrator, so that members know who speaks (voice_design.md D19)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gateway.store.settings import find_value, keep_value

SETTING = "narrators"


def find_narrators(db: Session) -> dict[str, str]:
    """Return the name of the narrator by language."""
    return {language: str(name) for language, name in find_value(db, SETTING).items()}


def keep_narrator(db: Session, language: str, name: str) -> None:
    """Name the narrator of a language; an empty name is nobody."""
    others = {key: value for key, value in find_narrators(db).items() if key != language}
    keep_value(db, SETTING, {**others, **({language: name} if name else {})})
