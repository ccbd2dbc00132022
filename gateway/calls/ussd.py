"""A USSD session comes in, the next screen goes out. A session is a row of `calls` with the channel `ussd`.

So facts, effects, reports, consent and taking up what broke off are those of a call. Beside what `talk` keeps, the
conversation holds {"screen": `Screen`}: its pages, the one that is shown, and how much of the post's `text` was taken. That
text holds all inputs joined by `*`, which somebody may type, too: only what is new behind the length known is an input. A
post that came twice brings nothing new and shows the same again. What is shown is durable before it is answered.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from flows.catalog.entry import enter
from flows.catalog.renderings import BY_SCREEN, USSD
from flows.catalog.sms_words import Stop, understand
from flows.screens import NEXT, heard_in
from flows.steps import Nothing, Speak, Tell, Text, WaitDigits, Withdraw
from flows.typed import ascii_digits
from flows.words.pieces import RECORDED
from gateway import effects, questions
from gateway.calls import closing, opening, talk
from gateway.calls import facts as known
from gateway.calls.screen import Screen
from gateway.calls.talk import Talk
from gateway.channels.base import Outcome, Reply, UssdStep, VoiceEvent
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Call
from gateway.runtime import Runtime
from gateway.states import CallState
from gateway.store import callbacks, steps
from gateway.store.steps import CallRow

LONGEST = timedelta(minutes=5)  # a session lasts three at most (africastalking.md D)
MOST_PASSED = 100  # places where only a call waits, in one turn


def ussd_posted(rt: Runtime, step: UssdStep) -> Reply:
    """Answer one post. Calling it twice with the same post gives the same screen and has one effect."""
    call = _find(rt, step)
    if step.is_over:
        _over(rt, step, call)
        return Reply("", "text/plain")
    screen: Screen | None = None
    if call is None:
        screen = _began(rt, step)
        call = _find(rt, step)
    if call is not None and not call.is_over and len(step.text) > Screen.of(call.conversation).taken:
        screen = _take_turn(rt, step, call)
        call = _find(rt, step)
    return _shown(rt, call, screen)


def end_lost(rt: Runtime) -> None:
    """End the sessions of whose end nobody told us: what was begun in them can be taken up."""
    lost = select(Call).where(Call.state != CallState.ENDED, Call.channel == USSD)
    with unit_of_work(rt.engine) as unit:
        due = lost.where(Call.stepped_at < rt.clock() - LONGEST).with_for_update(skip_locked=True)
        for call in unit.db.scalars(due.order_by(Call.id).limit(100)).all():
            closing.end(unit, rt, _broken_off(call), call)


def _shown(rt: Runtime, call: CallRow | None, now: Screen | None) -> Reply:
    """Show what this post came to, else what was shown before; of one who stays unnamed nothing of that is kept."""
    screen = now or Screen.of(call.conversation if call else None)
    if not screen.pages:
        said = rt.screens.text(Speak("goodbye.member", "en")) if call and call.is_over else sorry(rt)
        return rt.callbacks.ussd_reply(said, goes_on=False)
    return rt.callbacks.ussd_reply(screen.pages[screen.at], goes_on=not screen.is_last)


def sorry(rt: Runtime) -> str:
    """The apology in the language that every screen can show."""
    return rt.screens.text(Speak("apology.sorry", "en"))


def _began(rt: Runtime, step: UssdStep) -> Screen | None:
    """Take the first post; of two equal ones the second finds the row of the first."""
    event = _event(step)
    with unit_of_work(rt.engine) as unit:
        number_id = opening.number_of(unit, rt, event)
        call = opening.insert_call(unit, rt, event, number_id, USSD)
        if call is None:
            return None
        _keep(unit, rt, step, "applied")
        _end_others(unit, rt, call)
        after = _begin(unit, rt, call)
        return _store(unit, rt, step, call.id, after, taken=0)


def _begin(unit: UnitOfWork, rt: Runtime, call: CallRow) -> Talk:
    facts = known.facts_for(unit.db, rt, call.number_id)
    facts = _in_writing(rt, {**facts, **opening.sought(unit, rt, call, facts)})
    row = unit.db.get_one(Call, call.id)
    row.member_id = facts["member"]["id"] if facts["member"] else None
    row.language, row.entered = facts["language"], enter(facts)
    unit.db.flush()
    call = steps.with_member(call, row.member_id, None)
    return _settled(unit, rt, call, talk.begin(rt, row.entered, facts))


def _in_writing(rt: Runtime, facts: dict[str, Any]) -> dict[str, Any]:
    """The same facts for a screen: its languages, no name that is only a sound, nothing open that is only spoken."""
    facts = {
        **facts,
        "is_written": True,
        "steers": False,  # a phone code is keyed in a call
        "asked": questions.in_writing(facts["asked"]),
        "language": rt.screens.language(facts["language"]),
        "languages": [each for each in facts["languages"] if each in rt.screens.words.languages],
        "member": _without_sound(facts["member"]),
        "members": [_without_sound(each) for each in facts["members"]],
    }
    flow = ((facts.get("unfinished") or {}).get("state") or {}).get("flow")
    return facts if flow in BY_SCREEN else {**facts, "unfinished": None}


def _without_sound(member: Any) -> Any:
    if not member or not member["name"].startswith(RECORDED):
        return member
    return {**member, "name": ""}


def _take_turn(rt: Runtime, step: UssdStep, call: CallRow) -> Screen | None:
    """Claim the turn first, so that of two equal posts only one has effects."""
    screen = Screen.of(call.conversation)
    typed = screen.typed_in(step.text)
    with unit_of_work(rt.engine) as unit:
        if not steps.claim_turn(unit.db, call, rt.clock()):
            return None
        _keep(unit, rt, step, "applied")
        if _turns_the_page(screen, typed, call):
            turned = replace(screen, at=screen.at + int(screen.has_more), taken=len(step.text))
            _show(unit, rt, step, call.id, {**(call.conversation or {}), "screen": turned.to_json()}, turned)
            return turned
        return _store(unit, rt, step, call.id, _hear(unit, rt, call, typed), taken=len(step.text))


def _turns_the_page(screen: Screen, typed: str, call: CallRow) -> bool:
    """Whether an input only asks for more; asked for once too often on the last page, that page is shown again."""
    if screen.has_more:
        return not _is_meant(typed, call)
    wait = talk.wait_of(call.conversation)
    return ascii_digits(typed.strip()) == NEXT and isinstance(wait, WaitDigits) and wait.count == 1


def _is_meant(typed: str, call: CallRow) -> bool:
    """Whether an input counts before its question is on the screen: a key that works everywhere, STOP, or words asked for."""
    if typed.strip() in ("0", "9", "*") or isinstance(understand(typed), Stop):
        return True
    return _wants_these_words(call, typed)


def _hear(unit: UnitOfWork, rt: Runtime, call: CallRow, typed: str) -> Talk:
    """Take one input. STOP as the whole of it works everywhere (rules.md L6)."""
    facts, intent = call.facts or {}, understand(typed)
    if isinstance(intent, Stop):
        after = _stopped(rt, call, facts, intent.purpose)
    else:
        after = talk.go_on(rt, call, heard_in(typed, talk.wait_of(call.conversation)))
    return _settled(unit, rt, call, after)


def _stopped(rt: Runtime, call: CallRow, facts: dict[str, Any], purpose: str) -> Talk:
    fared = talk.fared_of(call.conversation)
    if purpose == "all":
        return replace(talk.begin(rt, "leaving", facts), fared=fared)
    told = (Speak("leaving.campaign_done", facts["language"]),)
    return Talk(facts, None, None, None, (Withdraw(purpose),), fared=fared, spoken=told)


def _settled(unit: UnitOfWork, rt: Runtime, call: CallRow, after: Talk) -> Talk:
    """Do what a turn asks for, and go on past every place where only a call waits."""
    spoken: tuple[Speak | Tell, ...] = after.spoken
    after = effects.perform(unit, rt, call, after)
    for _ in range(MOST_PASSED):
        if not rt.screens.passes_by(rt.flows, after.state):
            break
        call = _so_far(unit, call, after)
        after = talk.go_on(rt, call, Nothing())
        spoken += after.spoken
        after = effects.perform(unit, rt, call, after)
    if after.state is not None and after.state.flow not in BY_SCREEN:
        closed = Speak("screen.closed", str(after.facts["language"]))
        return replace(after, state=None, wait=None, spoken=(closed,))
    return replace(after, spoken=spoken)


def _so_far(unit: UnitOfWork, call: CallRow, after: Talk) -> CallRow:
    row = unit.db.get_one(Call, call.id, populate_existing=True)
    return replace(steps.row_of(row), facts=after.facts, conversation=after.to_json())


def _store(unit: UnitOfWork, rt: Runtime, step: UssdStep, call_id: int, after: Talk, taken: int) -> Screen:
    language = after.state.slots.get("language") if after.state else None
    nearby = after.facts.get("unit_languages", ())
    pages = rt.screens.pages(after.spoken, language or str(after.facts["language"]), nearby)
    screen = Screen(tuple(pages) or (sorry(rt),), 0, taken, after.state is None)
    conversation = {**after.to_json(), "screen": screen.to_json()}
    _show(unit, rt, step, call_id, conversation, screen, after.facts)
    return screen


def _show(
    unit: UnitOfWork,
    rt: Runtime,
    step: UssdStep,
    call_id: int,
    conversation: dict[str, Any],
    screen: Screen,
    facts: dict[str, Any] | None = None,
) -> None:
    """Write down what is shown; the last screen ends the session, whether or not the provider tells of it."""
    row = unit.db.get_one(Call, call_id, populate_existing=True)
    row.conversation = conversation
    if facts is not None:
        row.facts = facts
    if screen.is_last:
        closing.end(unit, rt, replace(_event(step), outcome=Outcome.ANSWERED), row)


def _over(rt: Runtime, step: UssdStep, call: CallRow | None) -> None:
    """The provider tells of the end: words that never came by themselves are kept, what a session cost is noted."""
    if call is not None and not call.is_over and _has_lost_words(step, call):
        _take_turn(rt, step, call)
    with unit_of_work(rt.engine) as unit:
        locked = select(Call).where(Call.id == call.id).with_for_update() if call else None
        row = unit.db.scalar(locked) if locked is not None else None
        is_new = row is not None and row.state != CallState.ENDED
        _keep(unit, rt, step, "applied" if is_new else "unknown" if row is None else "duplicate")
        if row is None:
            return
        if is_new:
            closing.end(unit, rt, _event(step), row)
        row.seconds, row.cost = step.seconds, step.cost
        row.currency = step.currency


def _has_lost_words(step: UssdStep, call: CallRow) -> bool:
    return _wants_these_words(call, Screen.of(call.conversation).typed_in(step.text))


def _wants_these_words(call: CallRow, typed: str) -> bool:
    is_words = isinstance(heard_in(typed, talk.wait_of(call.conversation)), Text)
    return is_words and talk.waits_for_note(call.conversation)


def _end_others(unit: UnitOfWork, rt: Runtime, call: CallRow) -> None:
    """A phone has one session at a time: an older one that was never said to be over is."""
    if call.number_id is None:
        return
    others = select(Call).where(
        Call.number_id == call.number_id,
        Call.channel == USSD,
        Call.state != CallState.ENDED,
        Call.id != call.id,
    )
    for other in unit.db.scalars(others.order_by(Call.id).with_for_update()).all():
        closing.end(unit, rt, _broken_off(other), other)


def _event(step: UssdStep) -> VoiceEvent:
    """The same post in the words of a call."""
    return VoiceEvent(
        provider_id=step.provider_id,
        number=step.number,
        line=step.service_code,
        is_inbound=True,
        is_over=step.is_over,
        outcome=step.outcome,
        seconds=step.seconds,
        cost=step.cost,
        currency=step.currency,
        raw=step.raw,
    )


def _broken_off(call: Call) -> VoiceEvent:
    return VoiceEvent(call.provider_id, "", call.line, True, True, outcome=Outcome.ANSWERED)


def _keep(unit: UnitOfWork, rt: Runtime, step: UssdStep, outcome: str) -> None:
    callbacks.add_callback(unit.db, rt.vault, rt.provider, USSD, dict(step.raw), outcome, rt.clock())


def _find(rt: Runtime, step: UssdStep) -> CallRow | None:
    with rt.quick.connection() as connection:
        return steps.find_call(connection, rt.provider, step.provider_id)
