"""Steps that are seldom asked for: a broadcast steered by phone, words read aloud, one's own data. Named by `flows.steps`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CheckPhoneCode:
    """Somebody of staff keyed their phone code: known from the next turn on, as `steering` and `watched`."""

    code: str = field(repr=False)


@dataclass(frozen=True)
class SteerBroadcast:
    """Pause, resume or stop this broadcast: known from the next turn on, as `steered`."""

    broadcast: int
    deed: str


@dataclass(frozen=True)
class FindScript:
    """Look for what is to be read under this number: known from the next turn on, as `script`."""

    number: str


@dataclass(frozen=True)
class ReadAloud:
    """This recording is a reading of that script."""

    script: int
    note: str


@dataclass(frozen=True)
class LookUpTake:
    """Has the reading come? Known from the next turn on, as `reading`."""

    script: int


@dataclass(frozen=True)
class KeepTake:
    """Let this reading be heard from now on: known from the next turn on, as `reading`."""

    take: int


@dataclass(frozen=True)
class LookUpData:
    """Count what is kept about whoever speaks: known from the next turn on, as `held`."""


@dataclass(frozen=True)
class SayWrong:
    """Something that is kept is wrong: staff hear it, or read it."""

    note: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class ForgetMe:
    """Whoever speaks wants to be forgotten: at once on a call of ours, else they are rung back first (C15)."""


@dataclass(frozen=True)
class KeepMe:
    """Rung back about being forgotten, they would rather stay."""
