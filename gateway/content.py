"""Texts and sounds that people author, per language: which language a member hears, and the hash that is approved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import flows
from flows.words import About, in_order, load
from flows.words.store import BASE

# Each language's own file says where it is offered; whoever adds one writes that file and nothing else.
LANGUAGES: Mapping[str, About] = load(Path(flows.__file__).parent / "words").about


def offered_in(country: str, languages: Mapping[str, About] = LANGUAGES) -> tuple[str, ...]:
    """Name the languages that callers of a country are offered, the region's first: all words and the notice are there."""
    there = {code: each.offered[country] for code, each in languages.items() if country in each.offered}
    return tuple(sorted(there, key=lambda code: there[code]))


BASE_LANGUAGE = BASE[0]
SPOKEN = {country: offered_in(country) for each in LANGUAGES.values() for country in each.offered}


def languages_of(texts: Mapping[str, Any], sounds: Mapping[str, Any]) -> list[str]:
    """List the languages in which there is something to say, in alphabetical order."""
    return sorted(
        {*(key for key, value in texts.items() if value), *(key for key, value in sounds.items() if value)}
    )


def in_language(
    texts: Mapping[str, Any], sounds: Mapping[str, Any], wanted: str, unit: Sequence[str] = ()
) -> str:
    """Return the wanted language where it has content, else the unit's, else a base language, else any that has."""
    there = languages_of(texts, sounds)
    return next((each for each in in_order(wanted, unit) if each in there), there[0] if there else wanted)


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
