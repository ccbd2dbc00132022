"""Texts and sounds that people author, per language: which language a member hears, and the hash that is approved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

BASE_LANGUAGE = "hi"
# Offered on a first call, the region's first: those in which every word and the notice are there.
SPOKEN = {"in": ("hi", "bn", "en"), "ke": ("en",), "ug": ("en",), "ng": ("en",)}


def languages_of(texts: Mapping[str, Any], sounds: Mapping[str, Any]) -> list[str]:
    """List the languages in which there is something to say, in alphabetical order."""
    return sorted(
        {*(key for key, value in texts.items() if value), *(key for key, value in sounds.items() if value)}
    )


def in_language(texts: Mapping[str, Any], sounds: Mapping[str, Any], wanted: str) -> str:
    """Return the wanted language where it has content, else the base language, else any that has."""
    there = languages_of(texts, sounds)
    if wanted in there or not there:
        return wanted
    return BASE_LANGUAGE if BASE_LANGUAGE in there else there[0]


def sound_in(sounds: Mapping[str, Any], language: str) -> str | None:
    """Return the content key of the recording in exactly this language."""
    key = sounds.get(language)
    return str(key) if key else None


def hash_of_said(
    kind: str,
    texts: Mapping[str, Any],
    sounds: Mapping[str, Any],
    questions: Sequence[Mapping[str, Any]] = (),
    fallback_texts: Mapping[str, Any] | None = None,
) -> str:
    """Return the hash of all that members hear or read of a broadcast; an approval or a certificate is bound to it."""
    more: dict[str, Any] = {"questions": list(questions)} if questions else {}
    if fallback_texts:
        more["fallback"] = dict(fallback_texts)
    return content_hash(kind, texts, sounds, *([more] if more else []))


def content_hash(*parts: Mapping[str, Any] | str) -> str:
    """Return the hash of texts and sounds: any change of words or sound changes it."""
    plain = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()
