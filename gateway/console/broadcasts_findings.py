"""What a draft still lacks, and what its sender should know, each as a sentence that says how to mend it.

The rooms check again when the button is pressed; this only says it beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext, ngettext

from flows.steps import Tell
from gateway.access import Viewer
from gateway.access.permissions import Role
from gateway.broadcasts.audience import Audience
from gateway.console.formats import moment, number
from gateway.console.locale import SPOKEN
from gateway.content import content_hash, languages_of, sound_in
from gateway.deliveries.owe import VOICE
from gateway.models import Broadcast, Unit
from gateway.rules.classes import MessageClass
from gateway.rules.escalation import is_within
from gateway.rules.silence import Silence, silent_until
from gateway.runtime import Runtime
from gateway.speech import LETTERS_PER_SECOND, Speaker
from gateway.states import BroadcastState

WARN_SECONDS, SHORT_SECONDS = 60, 5


@dataclass(frozen=True)
class Sound:
    """One language of a broadcast as it will be heard; `key` is None while the sound is being made."""

    language: str
    text: str
    key: str | None
    seconds: float
    is_recorded: bool


@dataclass
class Findings:
    """Blockers stand between the draft and its button; warnings do not."""

    blockers: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def sounds_of(rt: Runtime, broadcast: Broadcast) -> list[Sound]:
    """List every language with its sound, joined as the phone will play it."""
    speaker = Speaker(rt.words, rt.clips)
    found = []
    spoken = list(SPOKEN)
    there = languages_of(broadcast.texts, broadcast.sounds)
    for language in sorted(there, key=lambda each: spoken.index(each) if each in spoken else len(spoken)):
        text, own = str(broadcast.texts.get(language, "")), sound_in(broadcast.sounds, language)
        said = speaker.speak([Tell(text, language, sound=own)]) if broadcast.kind == VOICE else None
        seconds = said.seconds if said else len(text) / LETTERS_PER_SECOND
        found.append(Sound(language, text, said.clip if said else None, seconds, own is not None))
    return found


def longest(sounds: Sequence[Sound]) -> float:
    """Return the length of the longest language, in seconds."""
    return max((each.seconds for each in sounds), default=0.0)


def findings(
    rt: Runtime,
    viewer: Viewer,
    broadcast: Broadcast,
    place: Unit,
    audience: Audience,
    sounds: Sequence[Sound],
    silences: Sequence[tuple[str, Silence]],
    uncovered: int = 0,
) -> Findings:
    """Say what is in the way of this broadcast and what is worth knowing; `uncovered` is `register.count_uncovered`."""
    found = Findings()
    _audience(found, audience)
    _register(found, uncovered)
    _sounds(found, broadcast, sounds)
    _time(found, rt, broadcast)
    if broadcast.message_class == MessageClass.CAMPAIGN:
        _campaign(found, rt, viewer, broadcast)
        _silence(found, rt, broadcast, place, silences)
    return found


def needs_test(viewer: Viewer, broadcast: Broadcast) -> bool:
    """Whether this viewer must wait for a test call; only an administrator may go without one (console.md 1a)."""
    return broadcast.tested_at is None and viewer.role != Role.ADMINISTRATOR


def _audience(found: Findings, audience: Audience) -> None:
    if audience.count == 0:
        found.blockers.append(
            gettext("Nobody would be reached. Choose another unit, or add members who agreed to calls.")
        )
    lacking = audience.left_out.get("no-words", 0)
    if lacking:
        found.warnings.append(
            gettext(
                "%(n)s members speak a language without words here. Write it in theirs, too.",
                n=number(lacking),
            )
        )


def _register(found: Findings, uncovered: int) -> None:
    if uncovered:
        found.blockers.append(
            ngettext(
                "Of %(n)s member we cannot show the consent. Compare the number with the do-not-disturb register first: House, Do-not-disturb register.",
                "Of %(n)s members we cannot show the consent. Compare their numbers with the do-not-disturb register first: House, Do-not-disturb register.",
                uncovered,
                n=number(uncovered),
            )
        )


def _sounds(found: Findings, broadcast: Broadcast, sounds: Sequence[Sound]) -> None:
    if broadcast.kind != VOICE:
        return
    lacking = [SPOKEN.get(each.language, each.language) for each in sounds if each.key is None]
    if lacking:
        found.blockers.append(
            gettext(
                "The sound is still being made: %(languages)s. This takes a moment.",
                languages=", ".join(lacking),
            )
        )
    if longest(sounds) > WARN_SECONDS:
        found.warnings.append(
            gettext("%(n)s seconds are long. The best ones take 30 to 60.", n=round(longest(sounds)))
        )


def _time(found: Findings, rt: Runtime, broadcast: Broadcast) -> None:
    if (
        broadcast.scheduled_at
        and broadcast.scheduled_at <= rt.clock()
        and broadcast.state == BroadcastState.DRAFT
    ):
        found.blockers.append(gettext("Its time has passed. Choose a later one, or “now”."))


def _campaign(found: Findings, rt: Runtime, viewer: Viewer, broadcast: Broadcast) -> None:
    kept = broadcast.certificate
    bound_to = content_hash(broadcast.kind, broadcast.texts, broadcast.sounds)
    if not kept:
        found.blockers.append(
            gettext(
                "A campaign needs the certificate of the election committee. Write its number into the form."
            )
        )
    elif kept.get("content_hash") != bound_to:
        found.blockers.append(gettext("The certificate was given for other words or another sound."))
    elif datetime.fromisoformat(kept["valid_until"]) <= max(rt.clock(), broadcast.scheduled_at or rt.clock()):
        found.blockers.append(gettext("The certificate is no longer valid by then."))
    if broadcast.state == BroadcastState.DRAFT and broadcast.author_id == viewer.staff_id:
        found.blockers.append(gettext("Four eyes: a second person must listen and approve a campaign."))


def _silence(
    found: Findings, rt: Runtime, broadcast: Broadcast, place: Unit, silences: Sequence[tuple[str, Silence]]
) -> None:
    at = max(rt.clock(), broadcast.scheduled_at or rt.clock())
    until = silent_until([each for _, each in silences], place.path, MessageClass.CAMPAIGN, at)
    if until is not None:
        found.blockers.append(
            gettext(
                "Silence before a poll until %(when)s: no campaign calls in this unit.", when=moment(until)
            )
        )
        return
    held = [
        name
        for name, each in silences
        if is_within(each.unit_path, place.path) and each.covers(each.unit_path, at)
    ]
    if held:
        found.warnings.append(
            gettext(
                "Silence before a poll in %(places)s: members there wait until it ends.",
                places=", ".join(held),
            )
        )
