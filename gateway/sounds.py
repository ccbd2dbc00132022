"""Which sounds the house needs, and making those that lack: the catalogue's words, and what people wrote.

Called by workers, by `memberline clips` and by readiness; never while a caller waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from audio.build import BuildReport, Progress, build, slow_down
from audio.clips import Clip, Utterance
from audio.tts import Synthesizer
from audio.tts.order import make_voices
from flows import said
from flows.steps import Tell
from gateway import gaps, questions, takes
from gateway.content import SPOKEN, languages_of
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Answer, Broadcast, Call, Member, NewsItem, Staff, Unit
from gateway.runtime import Runtime
from gateway.speech import utterance, utterances
from gateway.states import BroadcastState
from gateway.store import sender

CATALOGUE, WRITTEN = "catalogue", "written"
# What flows put into sentences that the catalogue cannot know ahead, by fact (`flows.facts`).
SAID_OF = {
    "brief": ("unit", "date", "new", "danger", "solved", "overdue", "silent"),
    "code": ("unit",),
    "daily": ("unit", "streak"),
    "duty": ("unit",),
    "held": ("calls", "messages", "reports", "notes", "since"),
    "interim": ("desk", "days"),
}


def catalogue(rt: Runtime) -> Iterator[Utterance]:
    """Yield every fixed piece of speech in every language that callers are offered."""
    return _catalogue(rt)


def _catalogue(rt: Runtime, prompts: Container[str] | None = None) -> Iterator[Utterance]:
    for name in _names(rt):
        constants = {"organisation": name, "emergency_number": rt.profile.emergency_number}
        for language in SPOKEN[rt.settings.country]:
            for piece in rt.words.pieces(language, constants, prompts):
                yield utterance(piece)


def counting(rt: Runtime) -> Iterator[Utterance]:
    """Yield the words of counts and days, a sound each, so that none has to be made while somebody listens.

    They come after the catalogue: a service is ready without them, since the provider's voice can count.
    """
    for language in SPOKEN[rt.settings.country]:
        yield from map(utterance, rt.words.counting(language))


def _names(rt: Runtime) -> list[str]:
    """The organisation's own name, which notices say, and the one it chose to be called by."""
    with unit_of_work(rt.engine) as unit:
        chosen = sender.find_sender(unit.db).in_calls(rt.settings.organisation)
    return list(dict.fromkeys((rt.settings.organisation, chosen)))


def list_missing(rt: Runtime) -> list[Utterance]:
    """List what of the catalogue has no sound at all."""
    return [each for each in catalogue(rt) if rt.clips.find(each) is None]


def list_unread(rt: Runtime) -> list[Utterance]:
    """List what of the catalogue a person could read aloud, and nobody has."""
    return [each for each in catalogue(rt) if each.recorded_as and not rt.clips.find_spoken(each)]


def missing(rt: Runtime) -> int:
    """Count what of the catalogue has no sound: readiness asks."""
    return len(list_missing(rt))


def voices(rt: Runtime) -> list[Synthesizer]:
    """Return the voices of the settings, the best first; workers share the rest that a refused one must take."""
    kokoro = Path(rt.settings.kokoro) if rt.settings.kokoro else None
    return make_voices(rt.settings.tts, rt.clock, time.sleep, rt.clips.folder, kokoro)


def build_subject(
    rt: Runtime,
    subject: str,
    subject_id: int,
    progress: Progress = lambda done, total: None,
    seconds: float = float("inf"),
) -> BuildReport:
    """Make what lacks for one subject: catalogue, broadcast, answer, news, member, call. Idempotent.

    Better voices than the quick ones have so many `seconds`; the report says where they need more.
    """
    wanted = list(wanted_for(rt, subject, subject_id))
    if subject == CATALOGUE:
        with unit_of_work(rt.engine) as unit:
            takes.keep_scripts(unit, rt, wanted)
        takes.mend(rt)
    speakers = voices(rt)
    try:
        report = build(rt.clips, speakers, wanted, progress, seconds)
    finally:
        for each in speakers:
            each.close()
    slow_down(rt.clips, put_again(rt, subject, subject_id))
    gaps.repair(rt, wanted)
    return report


def put_again(rt: Runtime, subject: str, subject_id: int) -> Iterator[Clip]:
    """Yield what is heard a second time, slower, where nobody answered a question (voice_design.md D10)."""
    if subject == CATALOGUE:
        found = rt.clips.find_many(_catalogue(rt, said.put_again(rt.flows.values())))
        yield from (clip for clip in found if clip)
    elif subject == "broadcast":
        with unit_of_work(rt.engine) as unit:
            asked = _questions(rt, unit.db.get(Broadcast, subject_id))
        sounds = (rt.clips.clip_of(each["sound"]) for each in asked if each["sound"])
        texts = rt.clips.find_many(_questions_in_words(rt, asked))
        yield from (clip for clip in (*sounds, *texts) if clip)


def wanted_for(rt: Runtime, subject: str, subject_id: int) -> list[Utterance]:
    """List the utterances of one subject; something that is gone needs none."""
    if subject == CATALOGUE:
        return [*catalogue(rt), *counting(rt)]
    with unit_of_work(rt.engine) as unit:
        return _SUBJECTS[subject](unit, rt, subject_id)


def _broadcast(unit: UnitOfWork, rt: Runtime, broadcast_id: int) -> list[Utterance]:
    """Words that nobody approved yet stay in the house (issue, item 5)."""
    broadcast = unit.db.get(Broadcast, broadcast_id)
    if broadcast is None or broadcast.kind != "voice":
        return []
    is_draft = broadcast.state == BroadcastState.DRAFT
    told = _authored(rt, broadcast.texts, broadcast.sounds, is_personal=is_draft)
    asked = _questions_in_words(rt, _questions(rt, broadcast))
    return [*told, *(replace(each, is_personal=is_draft) for each in asked)]


def _questions(rt: Runtime, broadcast: Broadcast | None) -> list[dict[str, Any]]:
    """A broadcast's questions in each of its languages."""
    if broadcast is None:
        return []
    return [
        each
        for language in languages_of(broadcast.texts, broadcast.sounds)
        for each in questions.facts(rt.words, broadcast.questions or [], language)
    ]


def _questions_in_words(rt: Runtime, asked: Iterable[Mapping[str, Any]]) -> list[Utterance]:
    """Those without a recording, each with its keys; and the keys alone, for whoever presses a wrong one."""
    steps = [
        Tell(each[part], each["language"])
        for each in asked
        for part in ("text", "choices")
        if each[part] and not each["sound"]
    ]
    return utterances(rt.words, steps)


def _answer(unit: UnitOfWork, rt: Runtime, answer_id: int) -> list[Utterance]:
    """An answer speaks of one member's matter: never to a remote voice."""
    answer = unit.db.get(Answer, answer_id)
    return _authored(rt, answer.texts, answer.sounds, is_personal=True) if answer else []


def _news(unit: UnitOfWork, rt: Runtime, news_id: int) -> list[Utterance]:
    item = unit.db.get(NewsItem, news_id)
    return _authored(rt, item.texts, item.sounds, is_personal=False) if item else []


def _written(unit: UnitOfWork, rt: Runtime, _all: int) -> list[Utterance]:
    """All news and answers at once: one child makes them, where one for each would load its tools thirty times."""
    news = unit.db.scalars(select(NewsItem.id).order_by(NewsItem.id))
    wanted = [each for news_id in news for each in _news(unit, rt, news_id)]
    answers = unit.db.scalars(select(Answer.id).order_by(Answer.id))
    return wanted + [each for answer_id in answers for each in _answer(unit, rt, answer_id)]


def _member(unit: UnitOfWork, rt: Runtime, member_id: int) -> list[Utterance]:
    """Names are spoken where several share a phone."""
    member = unit.db.get(Member, member_id)
    if member is None or not member.name:
        return []
    languages = [member.language] if member.language else list(SPOKEN[rt.settings.country])
    return [Utterance(member.name, language, None, is_personal=True) for language in languages]


def _staff(unit: UnitOfWork, rt: Runtime, staff_id: int) -> list[Utterance]:
    """Who vouched for somebody is named in the call that asks; their list may be in any language."""
    colleague = unit.db.get(Staff, staff_id)
    languages = SPOKEN[rt.settings.country] if colleague else ()
    return [Utterance(colleague.name, each, None, is_personal=True) for each in languages if colleague]


def _unit(unit: UnitOfWork, rt: Runtime, unit_id: int) -> list[Utterance]:
    """Whoever leads a unit hears its name; it is nobody's approved text, and often somebody's: it stays here."""
    place = unit.db.get(Unit, unit_id)
    languages = SPOKEN[rt.settings.country] if place else ()
    return [Utterance(place.name, each, None, is_personal=True) for each in languages if place]


def _call(unit: UnitOfWork, rt: Runtime, call_id: int) -> list[Utterance]:
    """Something a caller was to hear had no sound: make the line's words, and those of what was listed to them."""
    call = unit.db.get(Call, call_id)
    facts: Mapping[str, Any] = (call.facts if call else None) or {}
    told = [
        *(facts.get(each) for each in ("announcement", "answer", "interim", "script")),
        *facts.get("news", []),
    ]
    told += [*facts.get("questions", []), *facts.get("watched", [])]
    told += [each["answer"] for each in facts.get("reports", []) if each.get("answer")]
    steps = [
        Tell(each["text"], each["language"], each.get("sound")) for each in told if each and each.get("text")
    ]
    names = [
        Utterance(each["name"], facts["language"], None, True)
        for each in facts.get("members", [])
        if each["name"]
    ]
    personal = [Utterance(each.text, each.language, None, True) for each in utterances(rt.words, steps)]
    spoken = (piece for each in _values(rt, call) for piece in rt.words.value(facts["language"], each))
    values = [replace(utterance(each), is_personal=not each.recorded_as) for each in spoken]
    return [*list_missing(rt), *names, *personal, *values]


def _values(rt: Runtime, call: Call | None) -> set[str]:
    """Places, counts and days that the sentences of a call put in; only counts and days are the words of the line."""
    facts: Mapping[str, Any] = (call.facts if call else None) or {}
    known = [(facts.get(fact) or {}).get(name) for fact, names in SAID_OF.items() for name in names]
    state = ((call.conversation if call else None) or {}).get("state") or {}
    people = state.get("slots", {}).get("people")
    known += [each[name] for each in facts.get("watched", []) for name in ("reached", "asked")]
    return {str(each) for each in (*known, people and rt.words.count(facts["language"], int(people))) if each}


def _authored(
    rt: Runtime, texts: Mapping[str, Any], sounds: Mapping[str, Any], *, is_personal: bool
) -> list[Utterance]:
    steps = [
        Tell(str(texts[language]), language)
        for language in languages_of(texts, {})
        if not sounds.get(language)
    ]
    return [Utterance(each.text, each.language, None, is_personal) for each in utterances(rt.words, steps)]


_SUBJECTS: Mapping[str, Callable[[UnitOfWork, Runtime, int], list[Utterance]]] = {
    "broadcast": _broadcast,
    "answer": _answer,
    "news": _news,
    WRITTEN: _written,
    "member": _member,
    "staff": _staff,
    "unit": _unit,
    "call": _call,
}
