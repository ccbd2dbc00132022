"""An SMS came in: kept first, understood second; nothing a member sends is dropped (house.md 5.2).

Words act by themselves; an answer goes to the open question; everything else becomes a report draft that staff see.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from flows.catalog import sms_words as words
from flows.messages import MOST_PARTS
from flows.sms_text import cut
from flows.steps import ForgetMe, OpenReport, Remember, SayWrong, Speak, Tell
from flows.texts import letters
from gateway import effects, leaving, ledger, texted_reports, texting, waiting, walking
from gateway.broadcasts import answers
from gateway.calls.facts import facts_for
from gateway.channels.base import MessageArrived, OptedOut
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import owe
from gateway.models import Message
from gateway.phones import NumberUnreadable, parse_number
from gateway.reports import opening
from gateway.rights import hold
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import callbacks, deliveries, numbers, sender

logger = logging.getLogger(__name__)

TEXT_PURPOSE = "messages.text"
MOST_REPLIES, REPLIES_WITHIN = (
    20,
    timedelta(hours=1),
)  # from then on a number gets no reply: reliability.md C16


def message_arrived(rt: Runtime, event: MessageArrived) -> bool:
    """Keep and answer one SMS; the same one twice has one effect. False: it was known already."""
    with unit_of_work(rt.engine) as unit:
        number_id = _number_id(unit, rt, event.number)
        message_id = _keep(unit, rt, event, number_id)
        outcome = "duplicate" if message_id is None else "applied"
        callbacks.add_callback(unit.db, rt.vault, rt.provider, "sms", dict(event.raw), outcome, rt.clock())
        if message_id is None:
            return False
        if number_id is not None:
            _answer(unit, rt, event.text, number_id, message_id)
        return True


def opted_out(rt: Runtime, event: OptedOut) -> None:
    """The network says that this number wants nothing more: it is suppressed at once (rules.md L6, L7).

    A subscription with the provider is no consent of ours: kept, and nothing follows.
    """
    with unit_of_work(rt.engine) as unit:
        number_id = _number_id(unit, rt, event.number) if event.is_out else None
        callbacks.add_callback(
            unit.db, rt.vault, rt.provider, "opt-out", dict(event.raw), "applied", rt.clock()
        )
        if number_id is not None:
            ledger.leave_by_provider(unit, rt, number_id)


def _number_id(unit: UnitOfWork, rt: Runtime, text: str) -> int | None:
    try:
        number = parse_number(text, rt.settings.country)
    except NumberUnreadable:
        return None
    return numbers.add_number(unit.db, rt.vault, number, rt.clock())


def _keep(unit: UnitOfWork, rt: Runtime, event: MessageArrived, number_id: int | None) -> int | None:
    row = {
        "provider": rt.provider,
        "provider_id": event.provider_id,
        "is_inbound": True,
        "line": event.line[:24],
        "number_id": number_id,
        "sealed_text": rt.vault.seal_text(event.text, TEXT_PURPOSE, event.provider_id),
        "at": rt.clock(),
    }
    return unit.db.scalar(insert(Message).values(row).on_conflict_do_nothing().returning(Message.id))


def _answer(unit: UnitOfWork, rt: Runtime, text: str, number_id: int, message_id: int) -> None:
    facts = facts_for(unit.db, rt, number_id)
    member = walking.member_of(facts)
    member_id = member["id"] if member else None
    scene = Scene(number_id, member_id, facts["language"], message_id=message_id, letters=letters(text))
    text = words.in_english(text, rt.words.keywords)
    intent = words.understand(text)
    unit.db.get_one(Message, message_id).intent = type(intent).__name__.lower()
    spoken = (
        _own_data(unit, rt, scene, facts, intent)
        or _words_wanted(unit, rt, scene, facts, intent, text)
        or _act(unit, rt, scene, facts, intent, text)
    )
    nearby = facts["unit_languages"]  # where a word lacks in the member's own
    reply = cut(" ".join(rt.words.text(each, nearby) for each in spoken), MOST_PARTS)
    if reply and not _writes_too_much(unit, rt, number_id):
        owe.owe_sms(unit, rt, number_id, reply, f"reply:{message_id}", scene.member_id)


def _writes_too_much(unit: UnitOfWork, rt: Runtime, number_id: int) -> bool:
    """Whether a machine seems to write to us: what it says is kept and done, but two machines must not talk for ever."""
    is_much = deliveries.count_replies(unit.db, number_id, rt.clock() - REPLIES_WITHIN) >= MOST_REPLIES
    if is_much:
        logger.warning("a number gets no reply, it had %s within %s", MOST_REPLIES, REPLIES_WITHIN)
    return is_much


def _act(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], intent: words.Intent, text: str
) -> list[Speak | Tell]:
    """Do what one message asks for; returns what to write back."""
    match intent:
        case words.Stop(purpose):
            return _stop(unit, rt, scene, purpose)
        case words.Join() | words.Start() | words.Menu():
            return _let_in(unit, rt, scene, facts, intent)
        case words.Invite():
            return texting.invite(unit, rt, scene, facts)
        case words.News() | words.Help():
            return _news(scene, facts) if intent == words.News() else [_help(unit, rt, scene)]
        case words.Tongue(language):
            return _in_tongue(unit, rt, scene, facts, language)
        case words.Status(reference):
            return _status(unit, rt, scene, facts, reference)
        case words.Report(said):
            return _report(unit, rt, scene, facts, said)
        case words.YesNo() | words.Choice():
            return (
                _to_broadcast(unit, rt, scene, text)
                or _to_question(unit, rt, scene, facts, text)
                or [_draft(unit, rt, scene, text)]
            )
        case words.Free() | words.MyData() | words.Forget():  # the latter two are answered before
            asked_again = _to_question(unit, rt, scene, facts, text)
            held = _draft(unit, rt, scene, text)  # it may be a problem all the same: staff see it
            return asked_again or [held]


def _let_in(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], intent: words.Intent
) -> list[Speak | Tell]:
    """The menu for whoever is in; for everybody else the door."""
    if isinstance(intent, words.Menu) and (walking.member_of(facts) or {}).get("is_joined"):
        return walking.begin(unit, rt, scene, facts, walking.MENU)
    done = texting.join(unit, rt, scene, facts, intent)
    return done or walking.begin(unit, rt, scene, texting.with_code(facts, intent), "sms_join")


def _stop(unit: UnitOfWork, rt: Runtime, scene: Scene, purpose: str) -> list[Speak | Tell]:
    """End it at once; confirmed where it was news: once, whatever is written after (rules.md L6)."""
    everybody = replace(scene, member_id=None)  # a text does not say who of a shared phone wrote it
    has_ended = leaving.withdraw(unit, rt, everybody, purpose)
    return [Speak(leaving.CONFIRMED_BY[purpose], scene.language)] if has_ended else []


def _words_wanted(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], intent: words.Intent, text: str
) -> list[Speak | Tell] | None:
    """A name or a village was asked for: whatever is written that is no word of its own is that; None otherwise."""
    open_one = waiting.find_open(unit, rt, scene.number_id)
    if open_one is None or not walking.wants_words(rt, open_one) or not texting.may_be_an_answer(intent):
        return None
    return walking.go_on(unit, rt, scene, facts, open_one, text)


def _own_data(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], intent: words.Intent
) -> list[Speak | Tell]:
    """What we keep, what is wrong with it, and to be forgotten: for that we ring, to be sure who asks.

    Of a shared phone a text does not say who wrote it.
    """
    scene = replace(scene, member_id=facts["member"]["id"] if facts["member"] else None)
    match intent:
        case words.Forget():
            effects.perform_steps(unit, rt, scene, (ForgetMe(),), facts)
            return [Speak("sms.forget", scene.language)]
        case words.MyData(said) if said:
            effects.perform_steps(unit, rt, scene, (SayWrong(text=said),), facts)
            return [Speak("sms.wrong_kept", scene.language)]
        case words.MyData():
            held = hold.held(unit.db, scene.member_id, scene.number_id)
            return [Speak("sms.my_data", scene.language, hold.counts(held))]
        case _:
            return []


def _to_question(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], text: str
) -> list[Speak | Tell] | None:
    """Take a message as the answer to what was asked; None where nothing was."""
    open_one = waiting.find_open(unit, rt, scene.number_id)
    if open_one is not None:
        return walking.go_on(unit, rt, scene, facts, open_one, text)
    asked = texted_reports.last_answered(unit, scene)
    if asked is None or not isinstance(words.understand(text), words.YesNo | words.Choice):
        return None
    scene, facts = texted_reports.about(scene, facts, asked)
    return walking.begin_answered(unit, rt, scene, facts, "sms_solved", text)


def _to_broadcast(unit: UnitOfWork, rt: Runtime, scene: Scene, text: str) -> list[Speak | Tell]:
    """Take a message as the answer to the question of an SMS to many, where nothing was asked after it."""
    open_one = waiting.find_open(unit, rt, scene.number_id)
    report = texted_reports.last_answered(unit, scene)
    asked = [open_one.updated_at if open_one else None, report.answered_at if report else None]
    since = max((each for each in asked if each is not None), default=None)
    if answers.texted(unit, rt, scene.number_id, text, since):
        return [Speak("sms.question_answered", scene.language)]
    again = answers.asked_again(unit, rt, scene.number_id, text, since, scene.language)
    if not again:
        return []
    _draft(unit, rt, scene, text)  # nothing that is written is dropped: staff see it
    return [Speak("again.wrong_key", scene.language), Tell(again, scene.language)]


def _help(unit: UnitOfWork, rt: Runtime, scene: Scene) -> Speak:
    name = sender.find_sender(unit.db).in_sms(rt.settings.organisation)
    return Speak("sms.help", scene.language, {"organisation": name})


def _in_tongue(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], language: str
) -> list[Speak | Tell]:
    """Keep the language of whoever is in; whoever is not is asked in it whether they join."""
    if language not in facts["languages"]:
        return [_help(unit, rt, scene)]
    effects.perform_steps(unit, rt, scene, (Remember("language", language),), facts)
    facts = facts_for(unit.db, rt, scene.number_id)
    member = walking.member_of(facts)
    if member is None or member["is_joined"]:
        return [Speak("language.kept", language)]
    scene = replace(scene, member_id=member["id"], language=language)
    return walking.begin(unit, rt, scene, facts, "sms_join")


def _news(scene: Scene, facts: dict[str, Any]) -> list[Speak | Tell]:
    items = [each for each in facts["news"] if each["text"]]
    if not items:
        return [Speak("sms.no_news", scene.language)]
    return [Tell(items[0]["text"], items[0]["language"])]


def _status(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], reference: str
) -> list[Speak | Tell]:
    """How a report stands; with its answer, and the question whether it is solved, where that may be told."""
    told = texted_reports.answer_of(unit, rt, scene, facts, reference)
    if told is not None:
        return walking.begin(unit, rt, *told, "sms_solved")
    return [texted_reports.status(unit, rt, scene, reference)]


def _report(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], said: str
) -> list[Speak | Tell]:
    """Keep what was written, tell its number and ask how urgent it is; a question that is open goes before."""
    if not said:
        return [Speak("sms.no_words", scene.language)]
    is_asked = _is_asked_something_else(unit, rt, scene)
    scene, facts = texted_reports.tell(unit, rt, scene, facts, said)
    if is_asked:
        return [Speak("sms_urgency.kept", scene.language, {"reference": facts["report"]["reference"]})]
    return walking.begin(unit, rt, scene, facts, "sms_urgency")


def _is_asked_something_else(unit: UnitOfWork, rt: Runtime, scene: Scene) -> bool:
    """Whether somebody who joins owes us an answer: their name must not be taken for an urgency."""
    open_one = waiting.find_open(unit, rt, scene.number_id)
    return open_one is not None and open_one.report_id is None


def _draft(unit: UnitOfWork, rt: Runtime, scene: Scene, text: str) -> Speak:
    """Not clearly a report and not an answer: staff look at it."""
    opening.open_report(unit, rt, scene, OpenReport(text=text), is_draft=True)
    return Speak("sms.held", scene.language)
