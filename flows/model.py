"""What a conversation is made of: frozen nodes that name their followers. No behaviour lives here.

`catalog/` builds flows out of these, `engine` walks them, `check` judges them. A *path* is a dotted name of a
fact (`member.is_trained`), a slot (`slot.note`) or the item being walked (`item.text`); see `scope`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field

from flows.steps import Step

NO_VALUES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Condition:
    """Holds where the path's value is as wanted: True for anything there, False for nothing, else equal."""

    path: str
    wanted: object = True


def has(path: str) -> Condition:
    """Something is there."""
    return Condition(path)


def lacks(path: str) -> Condition:
    """Nothing is there."""
    return Condition(path, False)


def equals(path: str, wanted: str) -> Condition:
    """The value is exactly this."""
    return Condition(path, wanted)


@dataclass(frozen=True)
class Choice:
    """One key of a menu. Without a prompt, or while `when` does not hold, it works but is not spoken.

    One that is never spoken and has a `when` is no key at all while that does not hold.
    """

    key: str
    then: str
    prompt: str | None = None
    when: Condition | None = None


@dataclass(frozen=True)
class From:
    """The value found at a path when the step is made."""

    path: str


@dataclass(frozen=True)
class Say:
    """Speak one prompt and go on; `values` maps its placeholders to paths. Skipped unless `when` holds."""

    prompt: str
    then: str
    values: Mapping[str, str] = field(default_factory=dict)
    when: Condition | None = None


@dataclass(frozen=True)
class Play:
    """Tell the item at `path` (text, sound, language) and go on."""

    path: str
    then: str
    is_personal: bool = False


@dataclass(frozen=True)
class Menu:
    """Ask for one key. `otherwise` follows repeated silence or wrong keys; None is the voice note (D10, D11)."""

    choices: tuple[Choice, ...]
    says: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None


@dataclass(frozen=True)
class Ask:
    """A question that says its own keys: 1 is yes, 2 is no (D15)."""

    question: str
    yes: str
    no: str
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None


@dataclass(frozen=True)
class Pick:
    """Choose one out of a list fact, keys from 1; the choice's id lands in `slot`.

    `is_own_tongue`: the list holds languages and each is offered in itself. `spoken` of them are read out,
    unless the whole list is one longer, because telling of others takes as long as the last one.
    """

    items: str
    prompt: str
    slot: str
    then: str
    says: tuple[str, ...] = ()
    others: tuple[Choice, ...] = ()
    otherwise: str | None = None
    is_own_tongue: bool = False
    spoken: int = 4


@dataclass(frozen=True)
class Poll:
    """Tell the item at `path`, a question that people wrote, and take one of its own `keys` into `slot`."""

    path: str
    slot: str
    then: str
    otherwise: str


@dataclass(frozen=True)
class Keys:
    """Several keys at once: a trained member's, or a code (D16); only those in `accepts`, all else is `otherwise`."""

    question: str
    count: int
    accepts: Container[str]
    slot: str
    then: str
    otherwise: str
    seconds: int = 3  # shorter than elsewhere: who waits wants to speak


@dataclass(frozen=True)
class Pause:
    """Leave time for a key: 9, *, 0 and 8 do what they always do, any other key or silence goes on.

    A short one lets the shell do what was asked, so that its outcome is among the facts of the next turn.
    """

    then: str
    says: tuple[str, ...] = ()
    seconds: int = 5


@dataclass(frozen=True)
class Record:
    """Beep and record into `slot`. Blank or silent: `again` once, then `blank` (D21 to D23)."""

    question: str
    again: str
    slot: str
    then: str
    blank: str
    seconds: int = 60
    text_slot: str | None = None  # where written words may come instead


@dataclass(frozen=True)
class Do:
    """Ask the shell for one effect; arguments are values or `From` paths."""

    effect: Callable[..., Step]
    then: str
    given: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Put:
    """Keep a value in a slot of this conversation; nothing where a `From` finds nothing."""

    slot: str
    value: str | From
    then: str


@dataclass(frozen=True)
class Branch:
    """Go to the first case that holds."""

    cases: tuple[tuple[Condition, str], ...]
    otherwise: str


@dataclass(frozen=True)
class Walk:
    """Take the next item of a list fact: `each` for it, `then` when there is none left."""

    items: str
    each: str
    then: str


@dataclass(frozen=True)
class Goto:
    """Go on in another flow, at its start or at a node of it."""

    flow: str
    node: str | None = None


@dataclass(frozen=True)
class TakeUp:
    """Go on with a conversation that broke off, with what was said last: its stored state is at `path`, key 0 leads to `home`.

    One whose version has changed begins anew with a word of apology; where there is none, `home` follows.
    """

    path: str
    home: str


@dataclass(frozen=True)
class End:
    """The conversation is over when all is spoken."""


Question = Menu | Ask | Pick | Poll
Waiting = Menu | Ask | Pick | Poll | Keys | Pause | Record
Node = (
    Menu
    | Ask
    | Pick
    | Poll
    | Keys
    | Pause
    | Record
    | Say
    | Play
    | Do
    | Put
    | Branch
    | Walk
    | Goto
    | TakeUp
    | End
)
Nodes = Mapping[str, Node]


@dataclass(frozen=True)
class Flow:
    """One conversation. Key 0 leads to `home` (its start where None), and from there to `help`."""

    name: str
    version: int
    start: str
    nodes: Nodes
    home: str | None = None
    help: str | None = None
