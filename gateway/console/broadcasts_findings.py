"""What stands between a draft and its button, and what is worth knowing first, in words, each with its way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from gateway.access import Role, Viewer
from gateway.broadcasts.plan import Change, Remedy
from gateway.console.amounts import shown_amount
from gateway.console.broadcasts_case import Case, Finding, Findings, Way
from gateway.console.broadcasts_sounds import faults
from gateway.console.broadcasts_weight import remedy_words
from gateway.console.formats import moment, number
from gateway.console.locale import SPOKEN
from gateway.content import languages_of
from gateway.deliveries.contact import certificate_of, hash_of
from gateway.deliveries.owe import VOICE
from gateway.models import Broadcast
from gateway.rules.classes import MessageClass
from gateway.rules.escalation import is_within
from gateway.rules.silence import silent_until
from gateway.states import BroadcastState


def findings(case: Case) -> Findings:
    """Say what is in the way of this broadcast and what is worth knowing, in the order in which the page is read."""
    is_campaign = case.broadcast.message_class == MessageClass.CAMPAIGN
    blockers = [
        *_people(case),
        *_making(case),
        *_course(case),
        *(_campaign(case) if is_campaign else _second(case)),
    ]
    warnings = [
        *_same(case),
        *_left_out(case),
        *_hard_to_hear(case),
        *_untried(case),
        *_no_fallback(case),
        *_forecast(case),
        *_money(case),
    ]
    found = Findings(blockers, warnings)
    if is_campaign:
        _silence(found, case)
    return found


def needs_test(viewer: Viewer, broadcast: Broadcast) -> bool:
    """Whether this viewer must wait for a test call; only an administrator may go without one (console.md 1a)."""
    return broadcast.tested_at is None and viewer.role != Role.ADMINISTRATOR


def _people(case: Case) -> Iterator[Finding]:
    if case.place.closed_at is not None:
        said = gettext("%(unit)s was closed. Choose another unit.", unit=case.place.name)
        yield Finding(said, case.edit("unit", gettext("Choose a unit")))
    if case.gone == "list-unread":
        yield Finding(gettext("The list is still being read. This takes a moment."))
    elif case.gone:
        said = gettext(
            "Whom it is for is not there any more: a wing that was closed, a list or a broadcast that is gone."
        )
        yield Finding(said, case.edit("unit", gettext("Choose other people")))
    elif case.size.audience.count == 0:
        said = gettext("Nobody would be reached. Choose another unit, or add members who agreed to calls.")
        yield Finding(said, case.edit("unit", gettext("Choose other people")))
    if case.uncovered:
        said = ngettext(
            "Of %(n)s member we cannot show the consent. Compare the number with the do-not-disturb register first: House, Do-not-disturb register.",
            "Of %(n)s members we cannot show the consent. Compare their numbers with the do-not-disturb register first: House, Do-not-disturb register.",
            case.uncovered,
            n=number(case.uncovered),
        )
        yield Finding(said, case.house("scrubs.index", "change_suppressions", gettext("Open the register")))


def _making(case: Case) -> Iterator[Finding]:
    lacking = [SPOKEN.get(each.language, each.language) for each in case.sounds if each.key is None]
    if lacking and case.broadcast.kind == VOICE:
        yield Finding(
            gettext(
                "The sound is still being made: %(languages)s. This takes a moment.",
                languages=", ".join(lacking),
            )
        )


def _course(case: Case) -> Iterator[Finding]:
    broadcast, now = case.broadcast, case.rt.clock()
    is_draft = broadcast.state == BroadcastState.DRAFT
    if broadcast.scheduled_at and broadcast.scheduled_at <= now and is_draft:
        said = gettext("Its time has passed. Choose a later one, or “now”.")
        yield Finding(
            said, case.mend("now", gettext("Start it by hand")) + case.edit("at", gettext("Choose a time"))
        )
    if broadcast.expires_at and broadcast.expires_at <= now:
        said = gettext("Its end has passed: nobody would be tried any more.")
        yield Finding(said, case.edit("expires", gettext("Choose a later end")))


def _second(case: Case) -> Iterator[Finding]:
    broadcast = case.broadcast
    is_own = broadcast.state == BroadcastState.DRAFT and broadcast.author_id == case.viewer.staff_id
    if is_own and case.size.wants_second:
        yield Finding(
            gettext(
                "It is so big that a second person must listen and approve it. Tell one of those named below."
            )
        )


def _campaign(case: Case) -> Iterator[Finding]:
    broadcast, now = case.broadcast, case.rt.clock()
    certificate = certificate_of(broadcast)
    write = case.edit("certificate-number", gettext("Write it in"))
    if certificate is None or not certificate.number.strip() or not certificate.issuer.strip():
        yield Finding(
            gettext(
                "A campaign needs the certificate of the election committee. Write its number into the form."
            ),
            write,
        )
    elif certificate.content_hash != hash_of(broadcast):
        yield Finding(gettext("The certificate was given for other words or another sound."), write)
    elif certificate.valid_until <= max(now, broadcast.scheduled_at or now):
        yield Finding(gettext("The certificate is no longer valid by then."), write)
    if broadcast.state == BroadcastState.DRAFT and broadcast.author_id == case.viewer.staff_id:
        yield Finding(gettext("Four eyes: a second person must listen and approve a campaign."))


def _same(case: Case) -> Iterator[Finding]:
    if case.same is None:
        return
    at = case.same.started_at or case.same.scheduled_at
    said = gettext(
        "The same words go to the same people on the same day: “%(title)s”, %(when)s. Do you want it twice?",
        title=case.same.title,
        when=moment(at) if at else "",
    )
    yield Finding(
        said, (Way(gettext("Look at it"), url_for("broadcasts_show.show", public_id=case.same.public_id)),)
    )


def _left_out(case: Case) -> Iterator[Finding]:
    lacking = case.size.audience.left_out.get("no-words", 0)
    if lacking:
        there = languages_of(case.broadcast.texts, case.broadcast.sounds)
        missing = next((each for each in SPOKEN if each not in there), "hi")
        yield Finding(
            gettext(
                "%(n)s members speak a language without words here. Write it in theirs, too.",
                n=number(lacking),
            ),
            case.edit(f"text-{missing}", gettext("Write it")),
        )


def _untried(case: Case) -> Iterator[Finding]:
    if case.untried:
        names = ", ".join(SPOKEN.get(each, each) for each in case.untried)
        yield Finding(gettext("Nobody has tried it on a phone yet in: %(languages)s.", languages=names))


def _hard_to_hear(case: Case) -> Iterator[Finding]:
    for language, said in faults(case.rt, case.sounds):
        yield Finding(said, case.edit(f"text-{language}", gettext("Shorten or record it anew")))


def _no_fallback(case: Case) -> Iterator[Finding]:
    """Somebody wrote an SMS for whom no call reached, but not in every language."""
    fallback = case.broadcast.fallback_texts or {}
    lacking = [each for each in case.size.audience.languages if fallback and not fallback.get(each)]
    if lacking:
        names = ", ".join(SPOKEN.get(each, each) for each in lacking)
        said = gettext("The SMS for whom no call reached is missing in: %(languages)s.", languages=names)
        yield Finding(said, case.edit(f"fallback-{lacking[0]}", gettext("Write it")))


def _forecast(case: Case) -> Iterator[Finding]:
    made = case.size.forecast
    if made.first.ends_at is None or made.is_cut:
        said = (
            gettext("This would take more than two weeks. Choose a smaller unit.")
            if made.first.ends_at is None
            else gettext("Not everybody will be tried in time. What would help:")
        )
        ways = [way for each in made.remedies for way in _way(case, each)]
        yield Finding(said, tuple(ways))
    if case.others:
        yield Finding(
            ngettext(
                "%(num)s other broadcast is under way and shares the lines: it may take longer.",
                "%(num)s other broadcasts are under way and share the lines: it may take longer.",
                case.others,
            )
        )


def _way(case: Case, remedy: Remedy) -> tuple[Way, ...]:
    label = remedy_words(remedy)
    match remedy.change:
        case Change.LATER | Change.EXPIRY:
            return case.mend(str(remedy.change), label)
        case Change.FEWER:
            return case.edit("unit", label)
        case Change.SHORTER:
            return case.edit(f"text-{languages_of(case.broadcast.texts, case.broadcast.sounds)[0]}", label)
        case Change.LINES:
            return (Way(label),)


def _money(case: Case) -> Iterator[Finding]:
    cost, money, budget = case.size.forecast.cost, case.size.money, case.broadcast.budget
    shown: dict[str, Any] = {"cost": shown_amount(cost.likely, money.prices.currency)}
    if budget is not None and budget < cost.likely:
        shown["budget"] = shown_amount(budget, money.prices.currency)
        said = gettext(
            "It will likely cost %(cost)s, its budget is %(budget)s: it will pause when that is used up.",
            **shown,
        )
        high = shown_amount(cost.high, money.prices.currency)
        yield Finding(said, case.mend("budget", gettext("Raise the budget to %(high)s", high=high)))
    if money.day is not None and cost.likely > money.day:
        shown["day"] = shown_amount(money.day, money.prices.currency)
        said = gettext("It will likely cost %(cost)s; no more than %(day)s may be spent in a day.", **shown)
        yield Finding(said, case.house("house_money.form", "change_settings", gettext("Open Money")))


def _silence(found: Findings, case: Case) -> None:
    now = case.rt.clock()
    at = max(now, case.broadcast.scheduled_at or now)
    until = silent_until([each for _, each in case.silences], case.place.path, MessageClass.CAMPAIGN, at)
    if until is not None:
        said = gettext(
            "Silence before a poll until %(when)s: no campaign calls in this unit.", when=moment(until)
        )
        found.blockers.append(Finding(said))
        return
    held = [
        name
        for name, each in case.silences
        if is_within(each.unit_path, case.place.path) and each.covers(each.unit_path, at)
    ]
    if held:
        said = gettext(
            "Silence before a poll in %(places)s: members there wait until it ends.", places=", ".join(held)
        )
        found.warnings.append(Finding(said))
