"""A broadcast as it is written: who, what, when; read from the form and checked here, in words for its writer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Request
from flask_babel import gettext

from flows.sms_text import segments
from gateway.broadcasts import draft
from gateway.broadcasts.draft import LONGEST_TITLE
from gateway.console.broadcasts_words import CLASSES
from gateway.console.sounds import read_sound
from gateway.console.units_choice import label
from gateway.content import SPOKEN, content_hash
from gateway.deliveries.owe import SMS, VOICE
from gateway.models import Broadcast, Unit, new_public_id
from gateway.rules.classes import MessageClass
from gateway.runtime import Runtime

LONGEST_TEXT, LONGEST_SMS = 2000, 6
PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{11}")
LATEST = timedelta(days=60)


@dataclass
class BroadcastForm:
    """What the form shows; `place` is set where the unit was understood."""

    languages: tuple[str, ...]
    public_id: str
    seen: str = ""
    kind: str = VOICE
    title: str = ""
    unit: str = ""
    place: Unit | None = None
    message_class: str = MessageClass.ORGANISATIONAL
    texts: dict[str, str] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)
    when: str = "now"
    at: str = ""
    scheduled_at: datetime | None = None
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
            "scheduled_at": self.scheduled_at,
            "certificate": self._bound_certificate(rt),
            "filters": self.filters,
        }

    def _texts(self, rt: Runtime) -> dict[str, str]:
        return draft.announced(rt, self.kind, self.message_class, self.texts, self.sounds)

    def _bound_certificate(self, rt: Runtime) -> dict[str, str] | None:
        until = _end_of_day(rt, self.certificate.get("valid_until", ""))
        if until is None:
            return None
        bound_to = content_hash(self.kind, self._texts(rt), self.sounds)
        return {**self.certificate, "valid_until": until.isoformat(), "content_hash": bound_to}


def blank_form(rt: Runtime, unit: Unit) -> BroadcastForm:
    """Return the empty form of a new broadcast, to the writer's own unit."""
    return BroadcastForm(SPOKEN[rt.settings.country], new_public_id(), unit=label(unit))


def form_of(rt: Runtime, broadcast: Broadcast, unit: Unit) -> BroadcastForm:
    """Return the form filled with a broadcast."""
    at = broadcast.scheduled_at
    kept = broadcast.certificate or {}
    return BroadcastForm(
        languages=SPOKEN[rt.settings.country],
        public_id=broadcast.public_id,
        seen=content_hash(broadcast.kind, broadcast.texts, broadcast.sounds),
        kind=broadcast.kind,
        title=broadcast.title,
        unit=label(unit),
        message_class=broadcast.message_class,
        texts=dict(broadcast.texts),
        sounds=dict(broadcast.sounds),
        filters=dict(broadcast.filters or {}),
        when="at" if at else "now",
        at=at.astimezone(rt.profile.timezone).strftime("%Y-%m-%dT%H:%M") if at else "",
        certificate={
            "number": kept.get("number", ""),
            "issuer": kept.get("issuer", ""),
            "valid_until": _last_day(rt, kept.get("valid_until", "")),
        },
    )


def filled_form(rt: Runtime, request: Request, place: Unit | None, problem: str | None) -> BroadcastForm:
    """Read what was sent and keep its sounds; errors by field name. `place` is the unit that was chosen, if any."""
    sent = request.form
    public_id = sent.get("public_id", "")
    form = BroadcastForm(
        languages=SPOKEN[rt.settings.country],
        public_id=public_id if PUBLIC_ID.fullmatch(public_id) else new_public_id(),
        seen=sent.get("seen", ""),
        kind=SMS if sent.get("kind") == SMS else VOICE,
        title=sent.get("title", "").strip(),
        unit=sent.get("unit", "")[:300],
        place=place,
    )
    wanted = sent.get("message_class", "")
    form.message_class = wanted if wanted in set(CLASSES) else MessageClass.ORGANISATIONAL
    if not form.title or len(form.title) > LONGEST_TITLE:
        form.errors["title"] = gettext("Give it a title of at most %(n)s letters.", n=LONGEST_TITLE)
    if problem:
        form.errors["unit"] = problem
    _read_content(rt, request, form)
    _read_time(rt, sent, form)
    _read_certificate(rt, sent, form)
    return form


def _read_content(rt: Runtime, request: Request, form: BroadcastForm) -> None:
    for language in form.languages:
        text = request.form.get(f"text-{language}", "").strip()
        if text:
            form.texts[language] = text
        if len(text) > LONGEST_TEXT:
            form.errors[f"text-{language}"] = gettext(
                "Shorter, please: nobody listens for more than a minute."
            )
        elif form.kind == SMS and segments(text) > LONGEST_SMS:
            form.errors[f"text-{language}"] = gettext(
                "This would be %(n)s SMS each; at most %(most)s are sent.", n=segments(text), most=LONGEST_SMS
            )
        if form.kind == VOICE:
            read_sound(rt, request, language, form.sounds, form.errors)
    if not form.texts and not form.sounds and not form.errors:
        first = f"text-{form.languages[0]}"
        form.errors[first] = (
            gettext("Write something in at least one language.")
            if form.kind == SMS
            else gettext("Write something, or record it.")
        )


def _read_time(rt: Runtime, sent: Mapping[str, str], form: BroadcastForm) -> None:
    form.when, form.at = ("at" if sent.get("when") == "at" else "now"), sent.get("at", "")[:20]
    if form.when == "now":
        return
    try:
        at = datetime.fromisoformat(form.at).replace(tzinfo=rt.profile.timezone).astimezone(UTC)
    except ValueError:
        form.errors["at"] = gettext("Say on which day and at what time.")
        return
    if at <= rt.clock():
        form.errors["at"] = gettext("This time has passed. Choose a later one, or “now”.")
    elif at > rt.clock() + LATEST:
        form.errors["at"] = gettext("Choose a time within the next %(n)s days.", n=LATEST.days)
    form.scheduled_at = at


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


def _last_day(rt: Runtime, until: str) -> str:
    if not until:
        return ""
    local = datetime.fromisoformat(until).astimezone(rt.profile.timezone) - timedelta(seconds=1)
    return local.date().isoformat()
