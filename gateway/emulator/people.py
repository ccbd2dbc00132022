"""Scripted persons: who answers a phone that nobody holds, and what they do then. Pure.

A script is set for a number, a prefix or everybody through `/control/script`; else the population draws one, by
seed and number, so that a run can be repeated (shares after reach_and_retries.md 2.1).
"""

import hashlib
import random
from dataclasses import dataclass
from typing import Any, Literal

Answers = Literal["yes", "no", "busy", "off", "reject", "invalid"]
CAUSES: dict[Answers, str] = {
    "no": "NO_ANSWER",
    "busy": "USER_BUSY",
    "off": "SUBSCRIBER_ABSENT",
    "reject": "CALL_REJECTED",
    "invalid": "UNALLOCATED_NUMBER",
}
MAGIC: dict[str, Answers] = {
    "99001": "busy",
    "99002": "no",
    "99003": "off",
    "99004": "reject",
    "99005": "invalid",
}


@dataclass(frozen=True, slots=True)
class Press:
    """Keys at a moment: `at` seconds after the answer, or for the n-th question asked.

    For a question, `after` counts from the start of its prompt; None is a moment after its end.
    """

    key: str
    at: float | None = None
    on_prompt: int | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """`listen` is the share of the first reply's sound after which the person hangs up (1.0: never)."""

    answers: Answers = "yes"
    after: float = 2.0
    keys: tuple[Press, ...] = ()
    speak_seconds: float = 0.0
    hang_up_after: float | None = None
    listen: float = 1.0


NOBODY = Script()
MAILBOX = Script(after=3.0)


def read_script(raw: dict[str, Any]) -> Script:
    """A script from JSON; raises ValueError for what it does not know."""
    raw = {name: value for name, value in raw.items() if value is not None}
    unknown = raw.keys() - {"answers", "after", "keys", "speak_seconds", "hang_up_after", "listen"}
    if unknown:
        raise ValueError(f"a script knows no {', '.join(sorted(unknown))}")
    answers = raw.pop("answers", True)
    answers = {True: "yes", False: "no"}.get(answers, answers) if isinstance(answers, bool) else answers
    if answers not in ("yes", *CAUSES):
        raise ValueError("answers is true, false, busy, off, reject or invalid")
    try:
        keys = tuple(Press(**{**press, "key": str(press["key"])}) for press in raw.pop("keys", ()))
        return Script(answers=answers, keys=keys, **{name: float(value) for name, value in raw.items()})
    except (TypeError, KeyError) as error:
        raise ValueError("keys are objects with key and at, or key and on_prompt") from error


@dataclass(frozen=True, slots=True)
class Population:
    """Shares of how a call to one number ends; what is left over answers.

    `voicemail`: share of numbers whose mailbox takes what nobody does: after the same ring each time, and until we hang up.
    """

    no_answer: float = 0.0
    busy: float = 0.0
    off: float = 0.0
    rejects: float = 0.0
    invalid: float = 0.0
    cuts_short: float = 0.0
    keys: tuple[tuple[str, float], ...] = ()
    slowest: float = 2.0
    receipts_fail: float = 0.0
    voicemail: float = 0.0

    def script_for(self, seed: int, number: str, nth: int) -> Script:
        """The same seed, number and count of calls give the same script; an invalid number stays so."""
        fixed, dice = _dice(seed, number, -1), _dice(seed, number, nth)
        if fixed.random() < self.invalid:
            return Script("invalid")
        has_mailbox = fixed.random() < self.voicemail
        outcome, after = dice.random(), dice.uniform(1.0, self.slowest)
        shares: tuple[tuple[Answers, float], ...] = (
            ("no", self.no_answer), ("busy", self.busy), ("off", self.off), ("reject", self.rejects),
        )  # fmt: skip
        for answers, share in shares:
            if outcome < share:
                is_taken = has_mailbox and answers != "reject"
                return MAILBOX if is_taken else Script(answers, after=after)
            outcome -= share
        listen = dice.uniform(0.05, 0.9) if dice.random() < self.cuts_short else 1.0
        return Script(after=after, listen=listen, keys=self._keys(dice))

    def _keys(self, dice: random.Random) -> tuple[Press, ...]:
        draw = dice.random()
        for key, share in self.keys:
            if draw < share:
                return (Press(key, on_prompt=1),)
            draw -= share
        return ()


POPULATIONS = {
    "everybody": Population(),
    "nobody": Population(no_answer=1.0),
    "mailboxes": Population(no_answer=1.0, voicemail=1.0),
    "village": Population(
        no_answer=0.2, busy=0.06, off=0.09, rejects=0.03, invalid=0.01, cuts_short=0.4,
        keys=(("1", 0.55), ("2", 0.15), ("8", 0.005)), slowest=12.0, receipts_fail=0.03,
    ),
}  # fmt: skip


def _dice(seed: int, number: str, nth: int) -> random.Random:
    digest = hashlib.blake2b(f"{seed}/{number}/{nth}".encode(), digest_size=8).digest()
    return random.Random(digest)  # noqa: S311
