"""Questions: how each is put, and what becomes of the answer, of silence and of wrong keys. Only the engine calls.

`listen` ends a turn at a question; `hear` takes the answer and moves on, or puts the question again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import cast

from flows.model import NO_VALUES, Ask, Choice, Keys, Menu, Pause, Pick, Poll, Question, Record, Waiting
from flows.recording import begin_note, has_short_note, take_note
from flows.run import Run
from flows.state import Fared, Manner, Turn
from flows.steps import Digits, Heard, Speak, Text, VoiceNote, WaitDigits
from flows.typed import entry, keys_of_text

FIRST_WAIT, SECOND_WAIT = 5, 7  # seconds of silence, D10
TRIES = 2  # silences or wrong keys until the voice note, D10 and D11
SPOKEN = 4  # choices read out in one menu, D1
VOICE_NOTE, LEAVING, HELP = "voice_note", "leaving", "help"


@dataclass(frozen=True)
class Option:
    """One key that works here, the prompt that reads it out where one does, and what it puts into a slot."""

    key: str
    then: str
    prompt: str | None = None
    slot: str | None = None
    value: str = ""
    values: Mapping[str, str] | None = None
    language: str | None = None

    def spoken(self, language: str) -> Speak:
        """Return the sentence that reads it out, in a language of its own or in this one."""
        return Speak(self.prompt or "", self.language or language, self.values or NO_VALUES)


def listen(run: Run, node: Waiting) -> Turn:
    """Put the question and end the turn."""
    run.begin_speech()
    match node:
        case Record():
            return begin_note(run, node)
        case Keys():
            run.steps.append(run.speak(node.question))
            return run.wait(WaitDigits(node.count, node.seconds))
        case Pause():
            run.steps.extend(run.speak(prompt) for prompt in node.says)
            return run.wait(WaitDigits(1, node.seconds))
        case _:
            return _put(run, node, FIRST_WAIT)


def hear(run: Run, heard: Heard) -> Turn | None:
    """Take the answer. None: the run has moved on; a turn: the question was put again."""
    node = cast(Waiting, run.here)  # resume lets nothing else in
    keys = _keys(heard, node.count if isinstance(node, Keys) else 1)
    if keys[:1] and len(set(keys)) == 1 and _is_universal(run, node, keys[0]) and not _is_meant(node, keys):
        _universal(run, node, keys[0])
        return None
    match node:
        case Record():
            return take_note(run, node, heard)
        case Pause(then):
            run.manner = Manner.TAKEN if keys else Manner.PLAIN
            run.answered(then)
        case Keys():
            _take_keys(run, node, keys)
        case _:
            return _take_choice(run, node, heard, keys)
    return None


def _is_meant(node: Waiting, keys: str) -> bool:
    """Whether one key again and again is what was asked for, as the number 999, where fewer of it mean nothing."""
    if not isinstance(node, Keys):
        return False
    return keys in node.accepts and not any(keys[:count] in node.accepts for count in (1, 2))


def _option(run: Run, node: Question, key: str) -> Option | None:
    """Return what this key does here, without a look at what the others would."""
    if isinstance(node, Menu):
        found = (choice for choice in node.choices if choice.key == key and _works(run, choice))
        return next((Option(choice.key, choice.then) for choice in found), None)
    return next((option for option in options(run, node) if option.key == key), None)


def options(run: Run, node: Ask | Poll | Pick) -> list[Option]:
    """List the keys that work at a question whose keys are its own, in the order in which they are read out."""
    match node:
        case Ask(_, yes, no):
            return [Option("1", yes), Option("2", no)]
        case Poll(path, slot, then):
            keys = str(run.look(f"{path}.keys") or "")
            return [Option(key, then, None, slot, key) for key in keys]
        case _:
            return [*_listed(run, node), *(_offer(run, choice) for choice in node.others)]


def _works(run: Run, choice: Choice) -> bool:
    return choice.prompt is not None or run.holds(choice.when)


def _offer(run: Run, choice: Choice) -> Option:
    return Option(choice.key, choice.then, choice.prompt if run.holds(choice.when) else None)


def _listed(run: Run, node: Pick) -> list[Option]:
    taken = {choice.key for choice in node.others}
    keys = [key for key in "1234567" if key not in taken]
    found = run.look(node.items)
    items = found if isinstance(found, list | tuple) else ()
    spoken = node.spoken if len(items) > node.spoken + 1 else node.spoken + 1
    unsaid = _own_tongue(run, node, len(items))
    return [
        _item(node, item, key, run, number < spoken and item != unsaid)
        for number, (key, item) in enumerate(zip(keys, items, strict=False))
    ]


def _own_tongue(run: Run, node: Pick, count: int) -> str | None:
    """The language spoken now need not be offered where all of them and the rest are more than can be read out."""
    others = sum(choice.prompt is not None for choice in node.others)
    return run.language if node.is_own_tongue and others and count + others > SPOKEN else None


def _item(node: Pick, item: object, key: str, run: Run, is_spoken: bool) -> Option:
    value, name = (
        (str(item["id"]), str(item.get("name", ""))) if isinstance(item, Mapping) else (str(item), "")
    )
    values = {"key": key} | ({"name": name} if name else {})
    language = value if node.is_own_tongue else None
    return Option(key, node.then, node.prompt if is_spoken else None, node.slot, value, values, language)


def _put(run: Run, node: Question, seconds: int) -> Turn:
    if isinstance(node, Poll):
        return _put_poll(run, node, "text", seconds)
    says = () if isinstance(node, Ask) else node.says
    values = {} if isinstance(node, Pick) else node.values
    run.steps.extend(run.speak(prompt, values) for prompt in says)
    return _put_choices(run, node, seconds)


def _put_choices(run: Run, node: Question, seconds: int) -> Turn:
    if isinstance(node, Poll):
        return _put_poll(run, node, "choices", seconds)
    if isinstance(node, Ask):
        run.steps.append(run.speak(node.question, node.values))
    else:
        run.steps.extend(_offered(run, node))
    return run.wait(WaitDigits(1, seconds))


def _offered(run: Run, node: Menu | Pick) -> list[Speak]:
    language = run.language
    if isinstance(node, Menu):
        spoken = (choice.prompt for choice in node.choices if choice.prompt and run.holds(choice.when))
        return [Speak(prompt, language) for prompt in islice(spoken, SPOKEN)]
    return [option.spoken(language) for option in options(run, node) if option.prompt][:SPOKEN]


def _put_poll(run: Run, node: Poll, part: str, seconds: int) -> Turn:
    told = run.tell(node.path, part=part)
    run.steps.extend([told] if told else [])
    return run.wait(WaitDigits(1, seconds))


def _keys(heard: Heard, count: int) -> str:
    match heard:
        case Digits(keys):
            return entry(keys, count)
        case Text(text):
            return entry(keys_of_text(text), count)
        case _:
            return ""


def _is_universal(run: Run, node: object, key: str) -> bool:
    is_own = isinstance(node, Menu) and any(choice.key == key for choice in node.choices)
    if is_own or has_short_note(run, node):
        return False
    return key in ("0", "9", "*") or (key == "8" and _may_leave(run))


def _may_leave(run: Run) -> bool:
    """In every call of ours; in a call of the member's own where the help has just told of it."""
    return bool(run.facts.get("is_outbound")) or run.flow.name == HELP


def _universal(run: Run, node: Waiting, key: str) -> None:
    if not isinstance(node, Pause):
        run.fared = Fared.AGAIN if key == "9" else Fared.AWAY
    run.manner = Manner.PLAIN if key == "9" else Manner.TAKEN  # what is heard again tells that 9 was taken
    run.silences = run.wrong_keys = 0
    match key:
        case "0":
            _go_home(run)
        case "9":
            run.return_to(run.since)
        case "*":
            run.return_to(run.trail.pop() if run.trail else run.since)
        case _:
            run.move(LEAVING)
            run.trail = []
    run.since = ""


def _go_home(run: Run) -> None:
    home = run.flows.get(run.home, run.flow)
    top = home.home or home.start
    is_there = run.flow.name == home.name and run.node == top
    run.trail = []
    run.slots.pop("item", None)
    run.move(home.name, home.help if is_there and home.help else top)


def _take_keys(run: Run, node: Keys, keys: str) -> None:
    if keys in node.accepts:
        run.fared, run.manner = Fared.ANSWERED, Manner.TAKEN
        run.slots[node.slot] = keys
        run.answered(node.then)
    else:
        run.fared = Fared.WRONG if keys else Fared.SILENT
        run.leave(node.otherwise)


def _take_choice(run: Run, node: Question, heard: Heard, keys: str) -> Turn | None:
    option = _option(run, node, keys)
    if option is not None:
        run.fared, run.manner = Fared.ANSWERED, Manner.TAKEN
        if option.slot:
            run.slots[option.slot] = option.value
        run.answered(option.then)
        return None
    if isinstance(heard, VoiceNote):  # a late copy of a recording: it was kept when it was made
        return _put_choices(run, node, FIRST_WAIT)
    is_wrong = bool(keys) or isinstance(heard, Text)
    return _wrong_key(run, node) if is_wrong else _silence(run, node)


def _wrong_key(run: Run, node: Question) -> Turn | None:
    run.fared = Fared.WRONG
    run.wrong_keys += 1
    if run.wrong_keys >= TRIES:
        _give_up(run, node)
        return None
    run.steps.append(run.speak("again.wrong_key"))
    return _put_choices(run, node, FIRST_WAIT)


def _silence(run: Run, node: Question) -> Turn | None:
    run.fared = Fared.SILENT
    run.silences += 1
    if run.silences >= TRIES:
        _give_up(run, node)
        return None
    run.manner = Manner.SLOWER
    return _put(run, node, SECOND_WAIT)


def _give_up(run: Run, node: Question) -> None:
    then = node.otherwise
    if then is None:
        run.move(VOICE_NOTE)
        then = run.node
    run.leave(then)
