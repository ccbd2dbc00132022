"""What needs somebody of the unit that is looked at: one sentence each, the most urgent first, with the way there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from flask_babel import ngettext as _plural

from gateway.console.control_links import Links
from gateway.console.formats import number
from gateway.control.room import Picture
from gateway.models import Broadcast
from gateway.states import BroadcastState

PATTERN = 2  # closed so often though nobody was in charge


@dataclass(frozen=True)
class Need:
    """One sentence with the shape drawn before it; `tone` is "danger" where it is."""

    text: str
    href: str | None
    shape: str = "ring"
    tone: str = ""


def needs_of(picture: Picture, links: Links, troubled: Sequence[Broadcast] = ()) -> list[Need]:
    """List what needs somebody; empty where nothing does. `troubled` are broadcasts (`store.broadcast_alarms`)."""
    waits, silence = picture.waits, picture.silence
    made = [
        (waits.danger, Need(_danger(waits.danger), links.inbox(tab="waiting", urgency="danger"), "triangle", "danger")),
        (waits.overdue, Need(_overdue(waits.overdue), links.inbox(tab="waiting", overdue="yes"), "clock")),
        (waits.reopened, Need(_reopened(waits.reopened), links.inbox(tab="waiting", state="reopened"), "again")),
        (waits.ages[-1], Need(_old(waits.ages[-1]), "#ages", "dots")),
        (silence.silent, Need(_silent(silence.silent, silence.asked), None, "dash")),
    ]  # fmt: skip
    counted = [need for count, need in made if count]
    return [*counted, *map(_of_broadcast, troubled), *_patterns(picture, links)]


def _of_broadcast(broadcast: Broadcast) -> Need:
    href = url_for("broadcasts_show.show", public_id=broadcast.public_id)
    if broadcast.state == BroadcastState.PAUSED:
        return Need(
            gettext("“%(title)s” has paused by itself", title=broadcast.title), href, "pause", "danger"
        )
    return Need(gettext("“%(title)s”: oddly few pick up", title=broadcast.title), href, "half")


def _patterns(picture: Picture, links: Links) -> list[Need]:
    """Units that closed reports again and again though nobody was in charge of them."""
    return [
        Need(
            gettext(
                "%(unit)s: %(n)s reports closed, and nobody was in charge",
                unit=each.unit.name,
                n=number(each.now.untouched),
            ),
            links.reports(each.unit, state="closed_unconfirmed", charge="no"),
            "square",
        )
        for each in sorted(picture.lines, key=lambda each: -each.now.untouched)
        if each.unit and each.now.untouched >= PATTERN
    ]


def plural(one: str, many: str, n: int, **more: str) -> str:
    return str(_plural(one, many, n, **more))


def _danger(n: int) -> str:
    return plural(
        "%(count)s person is in danger and nobody has taken it",
        "%(count)s people are in danger and nobody has taken it",
        n,
        count=number(n),
    )


def _overdue(n: int) -> str:
    return plural(
        "%(count)s report is past its deadline",
        "%(count)s reports are past their deadline",
        n,
        count=number(n),
    )


def _reopened(n: int) -> str:
    return plural(
        "%(count)s report is not solved, says the member",
        "%(count)s reports are not solved, say the members",
        n,
        count=number(n),
    )


def _old(n: int) -> str:
    return plural(
        "%(count)s report waits for 30 days or more",
        "%(count)s reports wait for 30 days or more",
        n,
        count=number(n),
    )


def _silent(n: int, asked: int) -> str:
    return plural(
        "%(count)s unit of %(asked)s that were asked said nothing of its day",
        "%(count)s units of %(asked)s that were asked said nothing of their day",
        n,
        count=number(n),
        asked=number(asked),
    )
