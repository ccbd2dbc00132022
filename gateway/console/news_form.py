"""A news item as it is written: unit, words and sounds, until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from flask import Request
from flask_babel import gettext

from gateway.broadcasts.limits import LONGEST_TEXT
from gateway.console.broadcasts_form import PUBLIC_ID
from gateway.console.sounds import read_sound
from gateway.content import SPOKEN
from gateway.models import Unit, new_public_id
from gateway.runtime import Runtime

LONGEST_TITLE = 200


@dataclass
class NewsForm:
    """What the form shows; `place` is set where the unit was understood."""

    languages: tuple[str, ...]
    public_id: str
    title: str = ""
    unit: str = ""
    place: Unit | None = None
    texts: dict[str, str] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)
    until: str = ""
    expires_at: datetime | None = None
    errors: dict[str, str] = field(default_factory=dict)


def blank_form(rt: Runtime, unit: str) -> NewsForm:
    """Return the empty form."""
    return NewsForm(SPOKEN[rt.settings.country], new_public_id(), unit=unit)


def filled_form(rt: Runtime, request: Request, place: Unit | None, problem: str | None) -> NewsForm:
    """Read what was sent and keep its sounds; errors by field name."""
    sent = request.form
    public_id = sent.get("public_id", "")
    form = NewsForm(
        languages=SPOKEN[rt.settings.country],
        public_id=public_id if PUBLIC_ID.fullmatch(public_id) else new_public_id(),
        title=sent.get("title", "").strip(),
        unit=sent.get("unit", "")[:300],
        place=place,
        until=sent.get("until", "").strip(),
    )
    if problem:
        form.errors["unit"] = problem
    if not 0 < len(form.title) <= LONGEST_TITLE:
        form.errors["title"] = gettext("Give it a title of at most %(n)s letters.", n=LONGEST_TITLE)
    _read_content(rt, request, form)
    _read_until(rt, form)
    return form


def _read_content(rt: Runtime, request: Request, form: NewsForm) -> None:
    for language in form.languages:
        text = request.form.get(f"text-{language}", "").strip()
        if text:
            form.texts[language] = text
        if len(text) > LONGEST_TEXT:
            form.errors[f"text-{language}"] = gettext(
                "Shorter, please: nobody listens for more than a minute."
            )
        read_sound(rt, request, language, form.sounds, form.errors)
    if not form.texts and not form.sounds and not form.errors:
        form.errors[f"text-{form.languages[0]}"] = gettext("Write something, or record it.")


def _read_until(rt: Runtime, form: NewsForm) -> None:
    if not form.until:
        return
    try:
        day = date.fromisoformat(form.until) + timedelta(days=1)
    except (ValueError, OverflowError):
        form.errors["until"] = gettext("Write the last day as a date.")
        return
    form.expires_at = datetime.combine(day, time(0), rt.profile.timezone).astimezone(UTC)
    if form.expires_at <= rt.clock():
        form.errors["until"] = gettext("This day has passed.")
