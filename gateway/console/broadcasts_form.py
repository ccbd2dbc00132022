"""A broadcast as it is written: who, what, when; read from the form and checked here, in words for its writer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Request
from flask_babel import gettext

from flows.sms_text import segments
from gateway.broadcasts import draft
from gateway.broadcasts.limits import LONGEST_SMS, LONGEST_TITLE, Wrong, is_writable, wrong_with
from gateway.console import broadcasts_questions
from gateway.console.broadcasts_course import Course, course_of, read_course
from gateway.console.broadcasts_words import CLASSES
from gateway.console.sounds import read_sound
from gateway.console.units_choice import label
from gateway.content import SPOKEN, hash_of_said, languages_of
from gateway.deliveries.contact import certificate_of, hash_of
from gateway.deliveries.owe import SMS, VOICE
from gateway.lengths import sms_parts
from gateway.models import Broadcast, Unit, new_public_id
from gateway.rules.classes import MessageClass
from gateway.runtime import Runtime
from gateway.speech import LETTERS_PER_SECOND

_A_RECORDING = (
    "0" * 45 * LETTERS_PER_SECOND
)  # stands for one that was not handed in yet: as long as a good one
PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{11}")


@dataclass
class BroadcastForm:
    """What the form shows; `place` is set where the unit was understood."""

    languages: tuple[str, ...]
    public_id: str
    course: Course
    seen: str = ""
    kind: str = VOICE
    title: str = ""
    unit: str = ""
    place: Unit | None = None
    message_class: str = MessageClass.ORGANISATIONAL
    texts: dict[str, str] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)
    fallback: dict[str, str] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    certificate: dict[str, str] = field(default_factory=dict)
    filters: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def values(self, rt: Runtime) -> dict[str, Any]:
        """Return what a broadcast keeps of it; a certificate is bound to exactly this content."""
        return {
            "kind": self.kind,
            "title": self.title,
            "texts": self._texts(rt),
            "sounds": self.sounds,
            "message_class": self.message_class,
            "certificate": self._bound_certificate(rt),
            "filters": self.filters,
            "fallback_texts": self.fallback or None,
            "questions": self.questions,
            **self.course.more,
        }

    def hash_of(self, rt: Runtime) -> str:
        """The hash of all that members would hear or read of it."""
        return hash_of_said(self.kind, self._texts(rt), self.sounds, self.questions, self.fallback)

    def _texts(self, rt: Runtime) -> dict[str, str]:
        return draft.announced(rt, self.kind, self.message_class, self.texts, self.sounds)

    def _bound_certificate(self, rt: Runtime) -> dict[str, str] | None:
        until = _end_of_day(rt, self.certificate.get("valid_until", ""))
        if until is None:
            return None
        return {**self.certificate, "valid_until": until.isoformat(), "content_hash": self.hash_of(rt)}


def blank_form(rt: Runtime, unit: Unit, zone: ZoneInfo) -> BroadcastForm:
    """Return the empty form of a new broadcast, to the writer's own unit."""
    return BroadcastForm(SPOKEN[rt.settings.country], new_public_id(), Course(zone), unit=label(unit))


def form_of(rt: Runtime, broadcast: Broadcast, unit: Unit, zone: ZoneInfo) -> BroadcastForm:
    """Return the form filled with a broadcast; `zone` is that of its unit."""
    kept = broadcast.certificate or {}
    return BroadcastForm(
        languages=SPOKEN[rt.settings.country],
        public_id=broadcast.public_id,
        course=course_of(broadcast, zone),
        seen=hash_of(broadcast),
        kind=broadcast.kind,
        title=broadcast.title,
        unit=label(unit),
        message_class=broadcast.message_class,
        texts=dict(broadcast.texts),
        sounds=dict(broadcast.sounds),
        fallback=dict(broadcast.fallback_texts or {}),
        questions=list(broadcast.questions or []),
        filters=dict(broadcast.filters or {}),
        certificate={
            "number": kept.get("number", ""),
            "issuer": kept.get("issuer", ""),
            "valid_until": _last_day(rt, broadcast),
        },
    )


def filled_form(
    rt: Runtime,
    request: Request,
    place: Unit | None,
    problem: str | None,
    zone: ZoneInfo,
    *,
    with_sounds: bool = True,
) -> BroadcastForm:
    """Read what was sent and keep its sounds; errors by field name. `place` is the unit that was chosen, if any, `zone`
    its own. Without sounds those that came along are left alone: nothing is kept.
    """
    sent = request.form
    public_id = sent.get("public_id", "")
    form = BroadcastForm(
        languages=SPOKEN[rt.settings.country],
        public_id=public_id if PUBLIC_ID.fullmatch(public_id) else new_public_id(),
        course=read_course(sent, zone, rt.clock()),
        seen=sent.get("seen", ""),
        kind=SMS if sent.get("kind") == SMS else VOICE,
        title=sent.get("title", "").strip(),
        unit=sent.get("unit", "")[:300],
        place=place,
    )
    wanted = sent.get("message_class", "")
    form.message_class = wanted if wanted in set(CLASSES) else MessageClass.ORGANISATIONAL
    form.errors.update(form.course.errors)
    if not form.title or len(form.title) > LONGEST_TITLE or not is_writable(form.title):
        form.errors["title"] = gettext("Give it a title of at most %(n)s letters.", n=LONGEST_TITLE)
    if problem:
        form.errors["unit"] = problem
    _read_content(rt, request, form, with_sounds)
    if form.kind == VOICE:
        _read_fallback(sent, form)
    if with_sounds:
        there = languages_of(form.texts, form.sounds) or form.languages
        form.questions = broadcasts_questions.read(rt, request, form.kind, there, form.errors)
        _judge_whole_sms(rt, form)
    _read_certificate(rt, sent, form)
    return form


def _read_content(rt: Runtime, request: Request, form: BroadcastForm, with_sounds: bool) -> None:
    for language in form.languages:
        text = request.form.get(f"text-{language}", "").strip()
        if text:
            form.texts[language] = text
        if form.kind == VOICE and with_sounds:
            read_sound(rt, request, language, form.sounds, form.errors)
        elif form.kind == VOICE and not text and _has_sound(request.form, language):
            form.texts[language] = _A_RECORDING
        _judge(form, f"text-{language}", form.kind, text)
    if not form.texts and not form.sounds and not form.errors:
        first = f"text-{form.languages[0]}"
        form.errors[first] = (
            gettext("Write something in at least one language.")
            if form.kind == SMS
            else gettext("Write something, or record it.")
        )


def _has_sound(sent: Mapping[str, str], language: str) -> bool:
    """Whether a recording was kept before, or waits in the form of whoever asks only for a count."""
    return bool(sent.get(f"kept-{language}") or sent.get(f"has-{language}"))


def _read_fallback(sent: Mapping[str, str], form: BroadcastForm) -> None:
    """The SMS to whom no call reached; none where none is written."""
    for language in form.languages:
        if text := sent.get(f"fallback-{language}", "").strip():
            form.fallback[language] = text
            _judge(form, f"fallback-{language}", SMS, text)


def _judge(form: BroadcastForm, name: str, kind: str, text: str) -> None:
    wrong = wrong_with(kind, text)
    is_spoken = wrong is Wrong.NOTHING_TO_HEAR and form.sounds.get(name.removeprefix("text-"))
    if wrong is not None and not is_spoken:
        form.errors[name] = _sentence(wrong, text)


def _judge_whole_sms(rt: Runtime, form: BroadcastForm) -> None:
    """What does not fit with its question would be cut off."""
    if form.kind != SMS or not form.questions or form.errors:
        return
    for language, n in sms_parts(rt, form.texts, form.questions).items():
        if n > LONGEST_SMS:
            said = gettext(
                "With its question this would be %(n)s SMS each; at most %(most)s are sent.",
                n=n,
                most=LONGEST_SMS,
            )
            form.errors[f"text-{language}"] = said


def _sentence(wrong: Wrong, text: str) -> str:
    match wrong:
        case Wrong.TOO_LONG:
            return str(gettext("Shorter, please: nobody listens for more than a minute."))
        case Wrong.TOO_MANY_PARTS:
            n = segments(text)
            return str(
                gettext("This would be %(n)s SMS each; at most %(most)s are sent.", n=n, most=LONGEST_SMS)
            )
        case Wrong.NOTHING_TO_HEAR:
            return str(gettext("Write words: signs and pictures alone cannot be spoken."))
        case Wrong.NOTHING_TO_READ:
            return str(gettext("There is nothing in it that can be read."))
        case Wrong.UNWRITABLE:
            return str(gettext("It holds characters that no phone can show. Write it anew."))


def _read_certificate(rt: Runtime, sent: Mapping[str, str], form: BroadcastForm) -> None:
    """A draft may lack its certificate; half of one is an error. It counts to the end of its last day."""
    if form.message_class != MessageClass.CAMPAIGN:
        return
    names = ("number", "issuer", "valid_until")
    form.certificate = {name: sent.get(f"certificate-{name}", "").strip()[:120] for name in names}
    if 0 < sum(bool(each) for each in form.certificate.values()) < len(names):
        lacking = next(name for name in names if not form.certificate[name])
        form.errors[f"certificate-{lacking}"] = gettext("Number, issuer and last day belong together.")
    elif form.certificate["valid_until"] and _end_of_day(rt, form.certificate["valid_until"]) is None:
        form.errors["certificate-valid_until"] = gettext("Write the last valid day as a date.")


def _end_of_day(rt: Runtime, typed: str) -> datetime | None:
    try:
        day = date.fromisoformat(typed) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(0), rt.profile.timezone).astimezone(UTC)


def _last_day(rt: Runtime, broadcast: Broadcast) -> str:
    certificate = certificate_of(broadcast)
    if certificate is None:
        return ""
    local = certificate.valid_until.astimezone(rt.profile.timezone) - timedelta(seconds=1)
    return local.date().isoformat()
