"""What happens next with a broadcast, and what went wrong, each as a sentence: no decisions are taken here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext
from sqlalchemy.orm import Session

from gateway import lengths
from gateway.broadcasts import watch
from gateway.broadcasts.sums import Sums
from gateway.console.formats import moment, number
from gateway.deliveries.halt import BUDGET, COMPLAINTS, OPT_OUTS, REFUSED
from gateway.deliveries.owe import SMS
from gateway.models import Broadcast
from gateway.rules import reaching
from gateway.rules.classes import MessageClass
from gateway.rules.pacing import line_seconds
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store import broadcast_alarms, broadcast_results

B = BroadcastState
LIVE = (B.STARTING, B.RUNNING, B.PAUSED)
A_MINUTE, SEEN_FOR = timedelta(minutes=1), timedelta(minutes=3)
TEXTS_A_SECOND = 50.0


@dataclass(frozen=True)
class Trouble:
    """What happened, and what to do about it."""

    what: str
    deed: str


@dataclass(frozen=True)
class Pace:
    """Tries of the last minute, and the pace a second that is reckoned with: as it was of late, else as it may be."""

    a_minute: int
    per_second: float


def pace_of(db: Session, rt: Runtime, broadcast: Broadcast) -> Pace:
    """How fast it goes."""
    if broadcast.state != B.RUNNING:
        return Pace(0, 0.0)
    now = rt.clock()
    a_minute = broadcast_results.count_tries(db, broadcast.id, now - A_MINUTE)
    since = max(now - SEEN_FOR, broadcast.started_at or now)
    tries = broadcast_results.count_tries(db, broadcast.id, since) if a_minute else 0
    seconds = (now - since).total_seconds()
    return Pace(a_minute, tries / seconds if tries and seconds >= 20 else _planned(rt, broadcast))


def _planned(rt: Runtime, broadcast: Broadcast) -> float:
    if broadcast.kind == SMS:
        return TEXTS_A_SECOND
    longest = max(lengths.seconds_of(rt, broadcast).values(), default=0.0)
    return min(
        float(rt.settings.calls_per_second), rt.settings.lines / line_seconds(longest, reaching.USUAL[0])
    )


def ending(rt: Runtime, broadcast: Broadcast, stand: Sums, pace: Pace) -> str | None:
    """Say when everybody was tried once, by the pace that was seen; None where nobody waits for a first try."""
    waiting = stand.not_yet_tried + stand.held
    if broadcast.state != B.RUNNING or not waiting:
        return None
    law = MessageClass(broadcast.message_class)
    rest = reaching.rest_of(rt.profile, law, waiting, pace.per_second, rt.clock(), rt.settings.open_all_day)
    if rest.ends_at is None:
        return str(gettext("Will not end within two weeks at this pace. Ask for more lines, or stop it."))
    if rest.is_today or rest.goes_on_at is None:
        return str(gettext("Everybody will have been tried once: %(when)s.", when=moment(rest.ends_at)))
    return str(
        gettext(
            "Will not finish today: %(n)s are left when the hours end (%(closes)s). It goes on %(opens)s by itself and ends "
            "about %(when)s.",
            n=number(rest.left_over),
            closes=moment(rest.closes_at),
            opens=moment(rest.goes_on_at),
            when=moment(rest.ends_at),
        )
    )


def comes_next(broadcast: Broadcast, stand: Sums) -> str | None:
    """Say in one sentence what happens next and what is already out, None where nothing does."""
    match broadcast.state:
        case B.STARTING:
            return str(gettext("The list of members is being made; the first phones ring in a moment."))
        case B.PAUSED:
            return _out(broadcast, stand)
        case B.STOPPED if stand.in_progress:
            return str(
                gettext(
                    "%(n)s are under way and may finish. Nobody else is tried.", n=number(stand.in_progress)
                )
            )
        case B.RUNNING if stand.held and stand.held_until and not stand.not_yet_tried:
            when = moment(stand.held_until)
            return str(
                gettext("%(n)s wait for the calling hours: from %(when)s.", n=number(stand.held), when=when)
            )
        case B.RUNNING if stand.to_retry and stand.next_try_at and not stand.not_yet_tried:
            when = moment(stand.next_try_at)
            return str(
                gettext("%(n)s to be tried again, from %(when)s.", n=number(stand.to_retry), when=when)
            )
        case _:
            return None


def _out(broadcast: Broadcast, stand: Sums) -> str:
    numbers = {
        "out": number(stand.done),
        "now": number(stand.in_progress),
        "wait": number(stand.not_yet_tried + stand.held),
    }
    if broadcast.kind == SMS:
        return str(
            gettext(
                "%(out)s have been tried and cannot be called back; %(now)s are on their way. %(wait)s wait, and "
                "nothing new begins until somebody presses “Go on”.",
                **numbers,
            )
        )
    return str(
        gettext(
            "%(out)s have been tried; %(now)s are ringing or on the phone and may finish. %(wait)s wait, and nothing new "
            "begins until somebody presses “Go on”.",
            **numbers,
        )
    )


def trouble_of(db: Session, rt: Runtime, broadcast: Broadcast, stand: Sums) -> Trouble | None:
    """What has paused or ended it by itself, or seems wrong while it runs."""
    if broadcast.state in (B.FAILED, B.STOPPED):
        return _never(broadcast.pause_reason)
    if broadcast.state == B.PAUSED:
        return _halted(db, rt, broadcast, stand)
    if broadcast.state == B.RUNNING and broadcast.warned_at is not None and broadcast.rounds == 1:
        return _odd(watch.oddly_low(db, rt, broadcast, stand))
    return None


def _never(reason: str | None) -> Trouble | None:
    """Why it did not begin."""
    copy = gettext("Copy it into a new draft and choose again.")
    match reason:
        case "unit-closed":
            return Trouble(gettext("It did not begin: its unit was closed."), copy)
        case "no-audience":
            return Trouble(gettext("It did not begin: nobody was left who may be asked."), copy)
        case "audience-gone":
            return Trouble(
                gettext("It did not begin: the list or broadcast that names its people is gone."), copy
            )
        case "expired":
            return Trouble(gettext("It did not begin: its time was over before it could."), copy)
        case _:
            return None


def _odd(odd: watch.Odd | None) -> Trouble | None:
    if odd is None:
        return None  # it has mended
    return Trouble(
        gettext(
            "Oddly few pick up: %(share)s of 100, of %(n)s who were tried. By what these people did before, at this time "
            "of day, about %(expected)s were to be expected.",
            share=number(round(100 * odd.answered / odd.tried)),
            n=number(odd.tried),
            expected=number(odd.expected),
        ),
        gettext(
            "Call your own phone first: does it ring, and which number does it show? If people are at work now, pause "
            "and go on in the evening."
        ),
    )


def _halted(db: Session, rt: Runtime, broadcast: Broadcast, stand: Sums) -> Trouble | None:
    once = gettext(
        "If you have made sure that it must go on, press “Go on”: it will not pause for this again."
    )
    match broadcast.pause_reason:
        case str(reason) if reason == OPT_OUTS:
            _, answered = watch.picked_up(stand)
            n = broadcast_alarms.count_opt_outs(db, broadcast)
            what = gettext(
                "It has paused by itself: %(n)s of %(answered)s who answered want no more such calls.",
                n=number(n),
                answered=number(answered),
            )
            deed = gettext(
                "Listen to it once more: is it clear at once who speaks, and why? Was it meant for these people?"
            )
            return Trouble(what, f"{deed} {once}")
        case str(reason) if reason == COMPLAINTS:
            since = rt.clock() - timedelta(days=reaching.COMPLAINT_DAYS)
            what = gettext(
                "It has paused by itself: %(n)s people have complained within %(days)s days. Operators act against "
                "senders from %(most)s on.",
                n=number(broadcast_alarms.count_complaints(db, broadcast, since)),
                days=number(reaching.COMPLAINT_DAYS),
                most=number(reaching.COMPLAINTS),
            )
            deed = gettext("Find out what they complained about before anybody else is called.")
            return Trouble(what, f"{deed} {once}")
        case str(reason) if reason == REFUSED:
            return Trouble(
                gettext("It has paused by itself: the provider refuses everybody."),
                gettext(
                    "Look at the account with the provider: its balance, its key, its numbers. Then press “Go on”."
                ),
            )
        case str(reason) if reason == BUDGET:
            return Trouble(
                gettext("It has paused by itself: the money that it may cost is used up."),
                gettext(
                    "Whoever approves broadcasts may let it cost more. If it is the ceiling of the hour or the day, wait "
                    "until that is over, or have it raised (House, Money). Then press “Go on”."
                ),
            )
        case _:
            return None
