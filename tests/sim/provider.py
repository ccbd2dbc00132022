"""A provider that is played: takes calls and texts, or does not, or says nothing; posts what became of them, as posts go.

Its own list of what it took is kept outside the service: the oracle compares it with the rows (reliability.md 7.1).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from gateway import receipts, spool
from gateway.calls import voice_posted
from gateway.channels.base import Handed, Known, MessageReported, Outcome, Reply, VoiceEvent
from gateway.channels.loopback import LoopbackCallbacks
from gateway.errors import NumberRefused, ProviderRefused, ProviderSilent, ProviderUnreachable
from gateway.phones import Number
from gateway.runtime import Runtime
from tests.sim.phones import Fate, Phones
from tests.sim.world import Ending, Process, World

THEN = re.compile(r"voice\?turn=(\d+)")
SPOKEN_SECONDS = 12.0
MINUTES, DAYS = 60.0, 86_400.0
LONGEST_REQUEST = 15.0
AGAIN_AFTER, MOST_POSTS = 12.0, 3
PRICES = {
    "voice": Decimal("2.00"),
    "sms": Decimal("0.80"),
}  # of a minute, of a part; no message here is longer


@dataclass(frozen=True)
class Habits:
    """How this provider behaves in this seed, each as a share."""

    unreachable: float
    refuses_all: float
    silent_taken: float
    silent_lost: float
    slow: float
    lost: float
    twice: float
    minutes_late: float
    days_late: float
    can_be_asked: bool
    posts_again: bool  # what was not answered, twice at most
    names_price: bool

    @classmethod
    def drawn(cls, dice: random.Random) -> Habits:
        def share(highest: float) -> float:
            return dice.random() * highest if dice.random() < 0.6 else 0.0

        return cls(
            share(0.12), share(0.02), share(0.15), share(0.08), share(0.15),
            share(0.12), share(0.25), share(0.2), share(0.03),
            dice.random() < 0.4, dice.random() < 0.5, dice.random() < 0.5,
        )  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """One call or text that the provider took: it will ring, whatever we were told."""

    provider_id: str
    kind: str
    number: Number
    text: str
    fate: Fate | None
    end: Outcome
    at: datetime
    over_at: datetime
    cost: Decimal  # what we are charged for it


class Posts(LoopbackCallbacks):
    """The last post of a call may name its price."""

    def parse_voice(self, form: Mapping[str, str]) -> VoiceEvent:
        event = super().parse_voice(form)
        if "cost" not in form:
            return event
        return replace(event, cost=Decimal(form["cost"]), currency="INR")


class Provider:
    """Both channels of one provider, and the posts that follow."""

    def __init__(self, world: World, web: Process, voice_line: Number) -> None:
        self.world, self.web, self.line = world, web, voice_line
        self.habits = replace(Habits.drawn(world.dice("habits")), **world.scene.habits)
        self.phones = Phones(world.dice("phones"))
        self.taken: list[Taken] = []
        self.invalid: set[str] = set()
        self.on_taken: Callable[[Taken], None] = lambda taken: None
        self.on_final: Callable[[Taken, bool], None] = lambda taken, is_sure: None
        self.on_spooled: Callable[[], None] = lambda: None
        self.away_until = world.began  # nobody answers posts until then
        self._dice = world.dice("provider")
        self._posts = world.dice("posts")

    def place_calls(self, to: Sequence[Number], line: Number) -> list[Handed]:
        return self._request("voice", to, "")

    def send_sms(self, text: str, to: Sequence[Number]) -> list[Handed]:
        if not text.strip():
            raise ValueError("an SMS needs words")
        return self._request("sms", to, text)

    def _request(self, kind: str, to: Sequence[Number], text: str) -> list[Handed]:
        world, habits = self.world, self.habits
        world.tell(f"asks for {len(to)} {kind}")
        slow = self._dice.random() < habits.slow
        takes = self._dice.random() * (LONGEST_REQUEST if slow else 1.0)
        world.wait(takes * 0.3)
        self._may_refuse()
        drawn = self._dice.random()
        if drawn < habits.silent_lost:
            world.fault("silent, not taken")
            world.wait(LONGEST_REQUEST - takes * 0.3)
            raise ProviderSilent("no answer")
        said = {number: self._take(kind, number, text) for number in dict.fromkeys(to)}
        if drawn > 1 - habits.silent_taken:
            world.fault("silent, taken")
            world.wait(LONGEST_REQUEST - takes * 0.3)
            raise ProviderSilent("no answer")
        world.wait(takes * 0.7)
        return [said[number] for number in to]

    def _may_refuse(self) -> None:
        drawn = self._dice.random()
        if drawn < self.habits.unreachable:
            self.world.fault("unreachable or 429")
            raise ProviderUnreachable("too many requests", 10.0)
        if drawn > 1 - self.habits.refuses_all:
            self.world.fault("refuses everybody")
            raise ProviderRefused("no balance")

    def _take(self, kind: str, number: Number, text: str) -> Handed:
        if not self.phones.is_valid(number):
            self.invalid.add(number)
            return Handed(number, error=NumberRefused("no such number"), outcome=Outcome.INVALID)
        fate = self.phones.ring(number) if kind == "voice" else None
        end = fate.outcome if fate else self.phones.text()
        if end is Outcome.INVALID:
            self.invalid.add(number)
        now = self.world.now
        lasts = timedelta(seconds=_seconds_of(fate) if fate else 6.0)
        provider_id = f"{kind}-{len(self.taken) + 1}"
        taken = Taken(provider_id, kind, number, text, fate, end, now, now + lasts, self._cost(kind, end))
        self.taken.append(taken)
        self.world.tell(f"took {taken.provider_id} …{number[-4:]} {end}")
        self.on_taken(taken)
        if fate is not None:
            self._ring(taken, fate)
        else:
            self._carry(taken)
        return Handed(number, provider_id=taken.provider_id)

    def _cost(self, kind: str, end: Outcome) -> Decimal:
        """Nothing where nobody was reached; calls are cheaper where a price is named, as seconds are than minutes."""
        if end not in (Outcome.ANSWERED, Outcome.DELIVERED):
            return Decimal(0)
        is_cheap = kind == "voice" and self.habits.names_price
        return PRICES[kind] / 2 if is_cheap else PRICES[kind]

    def find(self, kind: str, since: Mapping[Number, datetime]) -> Mapping[Number, list[Known]]:
        """Tell, by our own clock and books, what we took for these numbers since then (`channels.base.LookUp`)."""
        if self._dice.random() < self.habits.unreachable:
            raise ProviderUnreachable("not now")
        return {number: self._find(kind, number, at) for number, at in since.items()}

    def _find(self, kind: str, number: Number, since: datetime) -> list[Known]:
        found = [
            each for each in self.taken if each.kind == kind and each.number == number and each.at >= since
        ]
        self.world.tell(f"is asked what it took for …{number[-4:]}: {len(found)}")
        return [self._known(each) for each in found]

    def _known(self, taken: Taken) -> Known:
        if taken.over_at > self.world.now:
            return Known(taken.provider_id, None)
        self.on_final(taken, True)
        if taken.kind == "sms":
            return Known(taken.provider_id, MessageReported(taken.provider_id, taken.number, taken.end, True))
        return Known(taken.provider_id, self.web.rt.callbacks.parse_voice(self._last_of(taken)))

    # Calls

    def _ring(self, taken: Taken, fate: Fate) -> None:
        if fate.outcome is Outcome.ANSWERED:
            self._post(taken, fate.ring_seconds, _form(taken, self.line), None)
            if fate.key:
                # The turn that our first reply asks for; where it never came, nothing is pressed.
                pressed = fate.ring_seconds + SPOKEN_SECONDS * fate.share
                self._post(taken, pressed, _form(taken, self.line, digits=fate.key), 1)
        self._post(taken, _seconds_of(fate), self._last_of(taken), None)

    def _last_of(self, taken: Taken) -> dict[str, str]:
        more = {"outcome": str(taken.end), "seconds": str(_talk(taken.fate))}
        more |= {"cost": str(taken.cost)} if self.habits.names_price else {}
        return _form(taken, self.line, is_over="yes", **more)

    # Texts

    def _carry(self, taken: Taken) -> None:
        """First that the network has it, then what became of it; either may overtake the other."""
        for end, is_final, seconds in ((Outcome.SENT, "no", 2.0), (taken.end, "yes", 6.0)):
            form = {"provider_id": taken.provider_id, "number": taken.number, "outcome": str(end)}
            self._post(taken, seconds * (0.2 + self._posts.random()), {**form, "is_final": is_final}, None)

    # Posts

    def _post(self, taken: Taken, seconds: float, form: Mapping[str, str], turn: int | None) -> None:
        habits, dice = self.habits, self._posts
        if dice.random() < habits.lost:
            self.world.fault("post lost")
            return
        copies = 2 if dice.random() < habits.twice else 1
        self.world.counts["post twice"] += copies - 1
        for _ in range(copies):
            late = 0.0
            if dice.random() < habits.minutes_late:
                late = dice.random() * 45 * MINUTES
            elif dice.random() < habits.days_late:
                late = dice.random() * 3 * DAYS
            self.world.counts["post late"] += late > 0
            what = f"post {taken.provider_id} {form.get('outcome') or form.get('digits') or 'picked up'}"
            self.world.after(seconds + late, what, lambda: self._arrive(taken, form, turn))

    def go_away(self, seconds: float) -> None:
        """The web is down for so long: posts find nobody, and last words are lost where they are not said again."""
        self.away_until = max(self.away_until, self.world.now + timedelta(seconds=seconds))

    def _arrive(self, taken: Taken, form: Mapping[str, str], turn: int | None, nth: int = 1) -> None:
        """A post reaches the web, which keeps it for later where the database is away (gateway.web.apology)."""
        kind = "voice" if taken.kind == "voice" else "receipts"
        if self.world.now < self.away_until:
            self.world.fault("post found nobody")
            self._again(taken, form, turn, nth)
            return
        ending = self.world.run(self.web, kind, lambda rt: _read(rt, kind, form, turn))
        if ending is Ending.AWAY:
            spool.keep(self.web.rt, kind, form, turn)
            self.on_spooled()
        if "yes" in (form.get("is_over"), form.get("is_final")):
            self.on_final(taken, ending is not Ending.KILLED)
        if ending is Ending.KILLED:
            self._again(taken, form, turn, nth)

    def _again(self, taken: Taken, form: Mapping[str, str], turn: int | None, nth: int) -> None:
        """What was not answered is posted once more, by a provider that does so."""
        if self.habits.posts_again and nth < MOST_POSTS:
            what = f"post {taken.provider_id} again"
            self.world.after(AGAIN_AFTER, what, lambda: self._arrive(taken, form, turn, nth + 1))


def _read(rt: Runtime, kind: str, form: Mapping[str, str], turn: int | None) -> Reply | bool:
    if kind == "voice":
        return voice_posted(rt, rt.callbacks.parse_voice(form), turn)
    return receipts.message_reported(rt, rt.callbacks.parse_receipt(form))


def _talk(fate: Fate | None) -> int:
    """Seconds between picking up and hanging up."""
    if fate is None or fate.outcome is not Outcome.ANSWERED:
        return 0
    return int(SPOKEN_SECONDS * fate.share + (4 if fate.key else 0))


def _seconds_of(fate: Fate) -> float:
    return fate.ring_seconds + _talk(fate) + 0.5


def _form(taken: Taken, line: Number, **more: str) -> dict[str, str]:
    known = {"provider_id": taken.provider_id, "number": taken.number, "line": line}
    return {**known, "is_inbound": "no", "is_over": "no", **more}
