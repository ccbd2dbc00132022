"""Plays a flow without any telephone: for `memberline flow play`, for golden conversations and for writing them.

Every turn is stored as JSON and read back, as in a real call. `learn` stands in for the shell: it lets the facts
follow the effects as `gateway.effects` does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from flows.engine import Turn, hung_up, resume, start
from flows.facts import Facts
from flows.items import with_answered
from flows.model import Flow
from flows.state import State
from flows.steps import (
    AnswerQuestion,
    CheckPhoneCode,
    ChooseMember,
    Digits,
    FindScript,
    GiveConsent,
    Heard,
    Join,
    KeepTake,
    LookUpData,
    LookUpReport,
    LookUpTake,
    Nothing,
    OpenReport,
    OwnCode,
    SomebodyElse,
    Speak,
    SteerBroadcast,
    Step,
    Tell,
    Text,
    UseCode,
    VoiceNote,
    WaitDigits,
    WaitVoiceNote,
)

ANSWERED, HANG_UP = "answered", "hang up"
REFERENCE, CODE = "4726", "48210"
NUMBER, SCRIPT = "101", {"id": 7, "text": "नमस्ते।", "language": "hi", "sound": None}
CLASS = {"is_known": True, "is_class": True, "unit": "रामपुर"}
HELD = {"calls": "4", "messages": "2", "reports": "1", "notes": "1", "since": "2026", "consent": "all"}
FOUND = {"id": 1, "is_known": True, "is_own": True, "reference": REFERENCE, "state": "in_work"}
UNKNOWN = {"is_known": False}
NEW_MEMBER = 99
ASKED_LATER = ("name", "place")
ALL_MISSING = ["language", "practice", "consent", "name", "adult", "place"]
LEARNT = {
    "language": "language",
    "name_note": "name",
    "name": "name",
    "adult": "adult",
    "place_note": "place",
}

DEMO: Facts = {
    "organisation": "जन साथी",
    "coordinator": "",
    "emergency_number": "112",
    "language": "hi",
    "languages": ["hi", "bn", "en"],
    "has_duty": True,
    "members": [{"id": 1, "name": "सीता", "is_joined": True}],
    "member": {"id": 1, "name": "सीता", "is_joined": True},
    "news": [{"id": 1, "text": "कल दस बजे पंचायत भवन में बैठक है।", "language": "hi"}],
    "reports": [{"id": 1, "member": 1, "reference": "1857", "state": "in_work"}],
    "announcement": {"id": 1, "text": "कल दस बजे पंचायत भवन में बैठक है।", "language": "hi"},
    "answer": {
        "report": 1,
        "reference": "1857",
        "category": "21",
        "text": "चापाकल ठीक हो गया।",
        "language": "hi",
    },
    "duty": {"report": 1, "reference": "1857", "unit": "रामपुर", "sound": "note"},
    "go_on": {"report": 1, "reference": "1857", "mode": "partial", "sound": "note", "language": "hi"},
    "interim": {"report": 1, "reference": "1857", "category": "21", "desk": "रामपुर", "days": "सात"},
    "brief": {
        "rollup": 1,
        "unit": "रामपुर",
        "date": "बाईस नवंबर",
        "new": "बारह",
        "danger": "एक",
        "first": "21",
        "second": "11",
        "solved": "नौ",
        "overdue": "चार",
        "silent": "दो",
    },
}


QUESTION = "क्या आप आएँगे? हाँ के लिए एक दबाइए। नहीं के लिए दो दबाइए।"
DEMO_OF: Mapping[str, Facts] = {
    "announcement": {
        "is_outbound": True,
        "questions": [{"id": 1, "answer": "keys", "keys": "12", "text": QUESTION, "language": "hi"}],
    },
    "daily": {"daily": {"day": 1, "unit": "रामपुर", "streak": "तीन", "is_milestone": True}},
    "sms_urgency": {"report": {"id": 1, "reference": REFERENCE, "has_note": False}},
}


def demo_of(name: str) -> Facts:
    """Return what a flow that is played for a look may know."""
    return {**DEMO, **DEMO_OF.get(name, {})}


@dataclass(frozen=True)
class Exchange:
    """What was heard, in words, and the turn that followed."""

    hears: str
    turn: Turn


def play(flows: Mapping[str, Flow], name: str, inputs: Iterable[str], facts: Facts) -> Iterator[Exchange]:
    """Yield a turn per input until the conversation is over. The first is the call being answered."""
    turn = start(flows[name], facts, flows)
    yield Exchange(ANSWERED, turn)
    for said in inputs:
        if turn.state is None:
            return
        facts = learn(facts, turn.steps)
        turn = _next(flows, stored(turn.state), said, facts)
        yield Exchange(said, turn)


def stored(state: State) -> State:
    """Return the state after a trip through JSON."""
    return State.from_json(json.loads(json.dumps(state.to_json())))


def learn(facts: Facts, steps: Iterable[Step]) -> Facts:
    """Let the facts follow the effects as the shell does."""
    known: dict[str, Any] = dict(facts)
    for step in steps:
        if isinstance(step, OpenReport) and "report" not in known:
            known["report"] = {"id": 1, "reference": REFERENCE, "has_note": step.note is not None}
        elif isinstance(step, ChooseMember):
            known["member"] = next((one for one in known["members"] if one["id"] == step.member), None)
        elif isinstance(step, SomebodyElse):
            known["newcomer"] = None
        elif isinstance(step, UseCode):
            known["code"] = CLASS if step.code == CODE else {"is_known": False}
        elif isinstance(step, LookUpReport):
            known["found_report"] = (
                known.get("kept_report", FOUND) if step.reference == REFERENCE else UNKNOWN
            )
        elif isinstance(step, LookUpData):
            known["held"] = HELD
        elif isinstance(step, OwnCode):
            known["own_code"] = CODE
        elif isinstance(step, CheckPhoneCode | SteerBroadcast | AnswerQuestion):
            known |= _steered(known, step)
        else:
            known |= _read(known, step)
            _learn_of_joining(known, step)
    return known


def _steered(
    known: Mapping[str, Any], step: CheckPhoneCode | SteerBroadcast | AnswerQuestion
) -> dict[str, Any]:
    if isinstance(step, AnswerQuestion):
        return {"asked": with_answered(known.get("asked", ()), step.delivery, step.question)}
    if isinstance(step, CheckPhoneCode):
        is_open = step.code == CODE
        opened = {"is_open": is_open, "is_locked": not is_open and "steering" in known}
        return {"steering": {**opened, "reads": bool(known.get("may_read"))}}
    is_paused = step.deed == "pause"
    watched = [{**each, "is_paused": is_paused} for each in known.get("watched", ())]
    was_paused = any(each.get("is_paused") for each in known.get("watched", ()))
    is_done = step.deed == "stop" or is_paused != was_paused
    return {"watched": watched, "steered": step.deed if is_done else ""}


def _read(known: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """What somebody of staff reads aloud comes at once and is good, unless a conversation says otherwise."""
    if isinstance(step, FindScript):
        return {"script": SCRIPT if step.number == NUMBER else None}
    come = known.get("kept_reading", {**SCRIPT, "is_good": True, "is_kept": True})
    if isinstance(step, LookUpTake):
        return {"reading": {**come, "is_kept": False}}
    return {"reading": come} if isinstance(step, KeepTake) else {}


def _learn_of_joining(known: dict[str, Any], step: Step) -> None:
    item = {GiveConsent: "consent", Join: "all"}.get(type(step)) or LEARNT.get(getattr(step, "field", ""))
    if item is None:
        return
    whose = "newcomer" if "newcomer" in known else "member"
    before = known.get(whose) or {"id": NEW_MEMBER, "name": "", "is_joined": False}
    missing = before.get("missing", [] if before["is_joined"] else ALL_MISSING)
    left = [one for one in missing if (one in ASKED_LATER if item == "all" else one != item)]
    known[whose] = {**before, "is_joined": before["is_joined"] or item == "all", "missing": left}


def read(said: str) -> Heard:
    """Read an input as people write it: `silence`, `key 1`, `note 7 of 1.5 s`, `note 7`, `text हाँ`."""
    kind, _, rest = said.partition(" ")
    match kind:
        case "key":
            return Digits(rest)
        case "text":
            return Text(rest)
        case "note":
            ref, _, length = rest.removesuffix(" s").partition(" of ")
            return VoiceNote(ref, float(length) if length else None)
        case _:
            return Nothing()


def lines(turn: Turn, language: str) -> list[str]:
    """Write a turn for people, a line a step; languages are named where they are not the one expected."""
    return [*(line(step, language) for step in turn.steps), _ending(turn)]


def line(step: Step, language: str) -> str:
    """Write one step for people."""
    match step:
        case Speak(prompt, spoken, values):
            return f"say {prompt}{_in(spoken, language)}{_given(values)}"
        case Tell():
            return f"tell {step.text or step.sound}{_in(step.language, language)}"
        case _:
            given = {field.name: getattr(step, field.name) for field in fields(step)}
            there = {
                name: str(value) for name, value in given.items() if value is not None and value is not False
            }
            return f"do {type(step).__name__}{_given(there)}"


def as_case(name: str, facts: Facts, exchanges: Iterable[Exchange]) -> str:
    """Write a run as a golden conversation, ready to be put beside the others in the tests."""
    language = str(facts.get("language", ""))
    parts = [
        f"flow = {toml(name)}",
        "",
        "[facts]",
        *(f"{key} = {toml(value)}" for key, value in facts.items()),
    ]
    for exchange in exchanges:
        parts += ["", "[[turn]]", f"hears = {toml(exchange.hears)}", "expect = ["]
        parts += [*(f"    {toml(one)}," for one in lines(exchange.turn, language)), "]"]
    return "\n".join(parts) + "\n"


def toml(value: object) -> str:
    """Write a value of facts as TOML."""
    match value:
        case Mapping():
            inner = ", ".join(f"{key} = {toml(one)}" for key, one in value.items() if one is not None)
            return "{ " + inner + " }" if inner else "{}"
        case list() | tuple():
            return "[" + ", ".join(toml(one) for one in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _next(flows: Mapping[str, Flow], state: State, said: str, facts: Facts) -> Turn:
    if said.startswith(HANG_UP):
        last = said.removeprefix(HANG_UP).removeprefix(" after ")
        turn = hung_up(flows, state, read(last) if last else None, facts)
        return Turn(turn.steps, None, None, turn.error)
    return resume(flows, state, read(said), facts)


def _in(spoken: str, expected: str) -> str:
    return "" if spoken == expected else f" in {spoken}"


def _given(values: Mapping[str, str]) -> str:
    shown = [f"{name} {value}" for name, value in values.items() if name != "organisation"]
    return f" ({', '.join(shown)})" if shown else ""


def _ending(turn: Turn) -> str:
    match turn.wait:
        case WaitDigits(1, seconds):
            return f"listen {seconds} s for a key"
        case WaitDigits(count, seconds):
            return f"listen {seconds} s for {count} keys"
        case WaitVoiceNote(most):
            return f"beep and record up to {most} s"
        case _:
            return f"over: {turn.error}" if turn.error else "over"
