"""Something that a caller was to hear had no sound, and the provider's voice had to read: noted, and made in the background."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence

from audio.clips import Utterance, utterance_key
from audio.errors import ClipError
from flows.steps import Speak, Tell
from gateway.db import UnitOfWork, unit_of_work
from gateway.models.sounds import LONGEST_NAME
from gateway.runtime import Runtime
from gateway.speech import utterance
from gateway.store import gaps

logger = logging.getLogger(__name__)


def note(
    unit: UnitOfWork,
    rt: Runtime,
    call_id: int,
    spoken: Sequence[Speak | Tell],
    unit_languages: Sequence[str] = (),
) -> None:
    """Note what lacked of these words of a call, and have it made."""
    for lacking in _lacking(rt, spoken, unit_languages):
        name = (lacking.recorded_as or "")[:LONGEST_NAME]
        gaps.add_gap(unit.db, _key(lacking), lacking.language, name, rt.clock())
        logger.warning("a sound lacked call_id=%s prompt=%s language=%s", call_id, name, lacking.language)
    unit.ring(lambda: rt.bells.build_sounds("call", call_id))


def repair(rt: Runtime, made: Iterable[Utterance]) -> None:
    """Of what lacked, tick off what has a sound now."""
    with unit_of_work(rt.engine) as unit:
        lacked = {each.utterance_key for each in gaps.list_open(unit.db)}
    if not lacked:
        return
    there = {_key(each) for each in made if _key(each) in lacked and rt.clips.find(each)}
    with unit_of_work(rt.engine) as unit:
        gaps.repair(unit.db, there, rt.clock())


def _lacking(
    rt: Runtime, spoken: Sequence[Speak | Tell], unit_languages: Sequence[str]
) -> Iterator[Utterance]:
    for step in spoken:
        for piece in rt.words.speech(step, unit_languages):
            if piece.sound is None and _key(utterance(piece)) and rt.clips.find(utterance(piece)) is None:
                yield utterance(piece)


def _key(each: Utterance) -> str:
    try:
        return utterance_key(each.text, each.language)
    except ClipError:  # nothing that could be spoken
        return ""
