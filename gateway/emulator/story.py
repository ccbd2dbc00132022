"""One call from ringing to the end, told as a generator: it yields commands and gets events.

The voice actions are played in actions.py; here is the order of a call (africastalking.md A3). No threads, no
HTTP: driver.py obeys the commands. Times are seconds of the call's timeline.
"""

from collections.abc import Callable, Generator
from datetime import datetime

from gateway.emulator.actions import Actions
from gateway.emulator.call import Call
from gateway.emulator.clips import Clip, name_of
from gateway.emulator.commands import Command, Event, Fetch, HungUp, Post, Rang, Ring
from gateway.emulator.config import Switches
from gateway.emulator.forms import voice_form
from gateway.emulator.poster import Reply
from gateway.emulator.puppet import Puppet
from gateway.emulator.tape import Tape
from gateway.emulator.wire import Exchange
from gateway.emulator.xml import Action, Document, GetDigits, Record, Reject, Sound, read

OUTCOMES = {
    "NO_ANSWER": "no_answer",
    "USER_BUSY": "busy",
    "SUBSCRIBER_ABSENT": "off",
    "CALL_REJECTED": "rejected",
    "UNALLOCATED_NUMBER": "invalid",
}


class Story:
    """`keep_tape` puts a recording on the shelf and returns its address."""

    def __init__(
        self,
        call: Call,
        puppet: Puppet,
        switches: Callable[[], Switches],
        clock: Callable[[], datetime],
        keep_tape: Callable[[Call, Tape], str],
        given: Document | None = None,
    ) -> None:
        self.call, self._puppet, self._switches, self._clock = call, puppet, switches, clock
        self._actions = Actions(call, puppet, switches, clock, keep_tape, self._ask)
        self._given = given
        self._asked: Exchange | None = None

    def inbound(self) -> Generator[Command, Event, None]:
        """The phone rings one of our numbers; the first reply may decline at no cost."""
        call = self.call
        call.state, call.started_at = "ringing", self._clock()
        try:
            document = yield from self._ask({})
            if document is None:
                call.outcome = "failed"
            elif document.actions and isinstance(document.actions[0], Reject):
                call.outcome = "declined"
            else:
                yield from self._converse(document)
        except HungUp:
            call.outcome = call.outcome or "abandoned"

    def outbound(self) -> Generator[Command, Event, None]:
        """We ring the phone; unanswered means one final post and nothing before it."""
        call = self.call
        try:
            rang = yield Ring(call.number)
            if isinstance(rang, Rang) and rang.cause:
                call.cause, call.outcome = rang.cause, OUTCOMES.get(rang.cause, "failed")
                return
            call.started_at = self._clock()
            call.cause = "NORMAL_CLEARING"
            self._connect()
            document = self._given or (yield from self._ask({}))
            if document is not None:
                yield from self._converse(document)
        except HungUp:
            pass

    def _connect(self) -> None:
        call = self.call
        call.state, call.answered, call.outcome = "answered", call.timeline.now(), "answered"
        self._puppet.answered()

    def _converse(self, first: Document) -> Generator[Command, Event, None]:
        if self.call.answered is None:
            self._connect()
        document: Document | None = first
        while document is not None:
            yield from self._fetch_all(document, first=document is first)
            document = yield from self._actions.perform(document)

    def _fetch_all(self, document: Document, *, first: bool) -> Generator[Command, Event, None]:
        for sound in sounds_of(document.actions):
            if sound.url:
                clip = yield Fetch(sound.url)
                if isinstance(clip, Clip) and clip.problem:
                    self._complain(f"clip {name_of(sound.url)}: {clip.problem}")
        if first:
            self._puppet.first_heard(sounds_of(document.actions))

    def _ask(self, extra: dict[str, str]) -> Generator[Command, Event, Document | None]:
        reply = yield Post(voice_form(self.call, extra, self._switches()))
        if not isinstance(reply, Reply) or reply.status != 200:
            self._abort()
            return None
        document = read(reply.body)
        self._asked = reply.exchange
        for problem in document.problems:
            self._complain(problem)
        if document.broken or (document.problems and self._switches().strict):
            self._abort()
            return None
        return document

    def _complain(self, problem: str) -> None:
        if self._asked is not None:
            self._asked.problems.append(problem)

    def _abort(self) -> None:
        self.call.status, self.call.cause = "Aborted", "NORMAL_TEMPORARY_FAILURE"


def sounds_of(actions: list[Action]) -> list[Sound]:
    """Every sound of a reply in order, prompts of questions included."""
    found = []
    for action in actions:
        match action:
            case Sound():
                found.append(action)
            case GetDigits(prompt=Sound() as prompt) | Record(prompt=Sound() as prompt):
                found.append(prompt)
    return found
