"""A broadcast before its start as it is judged, and what is said of it: a sentence, and how what it says is mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import url_for

from gateway.access import Viewer
from gateway.broadcasts.size import Size
from gateway.console.broadcasts_sounds import Sound
from gateway.models import Broadcast, Unit
from gateway.rules.silence import Silence
from gateway.runtime import Runtime


@dataclass(frozen=True)
class Way:
    """A way out: a page to open, or a deed that one button does (`broadcasts_mend`)."""

    label: str
    href: str | None = None
    deed: str | None = None


@dataclass(frozen=True)
class Finding:
    """One sentence, and how what it says is mended."""

    text: str
    ways: tuple[Way, ...] = ()


@dataclass
class Findings:
    """Blockers stand between the draft and its button; warnings do not."""

    blockers: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A broadcast before its start, with all that is judged of it.

    `uncovered` is `register.count_uncovered`, `same` what was said to the same people today, `gone` the code of
    `ready.check_filters`, `others` how many more broadcasts are under way, `untried` the languages that no phone has rung with yet.
    """

    rt: Runtime
    viewer: Viewer
    broadcast: Broadcast
    place: Unit
    size: Size
    sounds: Sequence[Sound]
    silences: Sequence[tuple[str, Silence]]
    uncovered: int = 0
    same: Broadcast | None = None
    gone: str | None = None
    others: int = 0
    untried: Sequence[str] = ()

    def edit(self, at: str, label: str) -> tuple[Way, ...]:
        """The form, at one of its fields; nothing for whoever may not write."""
        if not self.viewer.may("write_broadcasts"):
            return ()
        public_id = self.broadcast.public_id
        return (Way(label, url_for("broadcasts_compose.edit", public_id=public_id, _anchor=at)),)

    def mend(self, deed: str, label: str) -> tuple[Way, ...]:
        return (Way(label, deed=deed),) if self.viewer.may("write_broadcasts") else ()

    def house(self, endpoint: str, permission: str, label: str) -> tuple[Way, ...]:
        return (Way(label, url_for(endpoint)),) if self.viewer.may(permission) else ()
