"""What a story asks of its driver, and what the driver brings back. Plain values between story.py and driver.py."""

from dataclasses import dataclass

from gateway.emulator.clips import Clip
from gateway.emulator.poster import Reply


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for a key, at most so many seconds (None: for ever)."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """Post to the call's callback and wait for the reply; keys pressed meanwhile are lost."""

    form: dict[str, str]


@dataclass(frozen=True, slots=True)
class Fetch:
    url: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring a phone until it is answered, declines or has rung out."""

    number: str


Command = Listen | Post | Fetch | Ring


@dataclass(frozen=True, slots=True)
class Key:
    key: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    pass


@dataclass(frozen=True, slots=True)
class Spoke:
    """Speech was put on the tape: the silence is counted anew."""


@dataclass(frozen=True, slots=True)
class Rang:
    """How the ringing ended: empty where answered, else a hang-up cause of africastalking.md A4."""

    cause: str = ""


@dataclass(frozen=True, slots=True)
class LegOver:
    """The other phone of a Dial hung up."""


Event = Key | TimedOut | Spoke | Rang | LegOver | Reply | Clip


class HungUp(Exception):  # noqa: N818
    """The phone hung up in the middle of whatever went on; thrown into the story."""
