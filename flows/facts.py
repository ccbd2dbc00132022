"""What a flow may know: a frozen snapshot that the shell prepares before each turn. A flow never fetches.

Every key may be absent; absent reads as nothing. Lists are in the order in which they should be heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

Facts = Mapping[str, Any]


class Member(TypedDict, total=False):
    """One member on the number; `missing` names the joining items still unknown (consent, name, adult …).

    `is_begun`: an earlier call of theirs was cut off while they joined. A `name` that was only spoken is the content
    key of its sound behind `sound:`.
    """

    id: int
    name: str
    is_joined: bool
    is_trained: bool
    is_begun: bool
    missing: list[str]


class Item(TypedDict, total=False):
    """Something to hear: `sound` is the content key of a recording, else `text` is spoken in `language`."""

    id: int
    text: str
    sound: str | None
    language: str
    is_heard: bool
    is_campaign: bool


class OwnReport(TypedDict, total=False):
    """A report of a member on this number; `member` keeps it from the others who share the phone."""

    id: int
    member: int
    reference: str
    state: str
    answer: Item | None


class Opened(TypedDict):
    """The report opened in this conversation; present from the turn after OpenReport."""

    id: int
    reference: str
    has_note: bool


class Answer(Item, total=False):
    """Staff's answer to report `report`; `category` is the two-digit code of demo_data.md 6.4."""

    report: int
    reference: str
    category: str | None


class Duty(TypedDict, total=False):
    """A dangerous report that a duty person is rung about; `sound` is the voice note's clip."""

    report: int
    reference: str
    unit: str
    sound: str | None


class Code(TypedDict, total=False):
    """What became of the code keyed last: `unit` is the name of the place it stands for."""

    is_known: bool
    is_class: bool
    unit: str


class NumberChange(TypedDict):
    """Somebody says that the member of this old number has a new one."""

    id: int
    name: str


class Held(TypedDict):
    """What is kept about whoever speaks, as words; present from the turn after LookUpData."""

    calls: str
    messages: str
    reports: str
    notes: str
    since: str
    consent: str


class Snapshot(TypedDict, total=False):
    """All keys of the facts. `languages` lists those to offer and to join in, the region's first, each with all its words."""

    language: str
    languages: list[str]
    organisation: str
    sender: str  # the name it chose to be called by; the organisation's own where there is none
    is_discreet: bool  # our calls name nobody until a key is pressed
    coordinator: str
    emergency_number: str
    is_outbound: bool
    is_call_back: bool  # we ring back a missed call
    is_late: bool  # we ring back after more than two hours
    is_introduction: bool  # the one call that a coordinator's word allows
    is_test: bool  # a staff member's test of an announcement
    is_opted_out: bool
    members: list[Member]
    member: Member | None
    newcomer: Member | None  # who joins now on a number that others are known on
    code: Code | None
    join_code: str  # written with the word JOIN
    own_code: str
    number_change: NumberChange | None
    held: Held | None
    keeps_sealed: bool  # the country wants what is erased kept under lock for a time (rules.md L12)
    forget_asked: (
        bool  # somebody on this number asked to be forgotten, and we ring to hear it from the phone itself
    )
    has_private: bool  # several members share this number: private content only after a name
    has_duty: bool
    news: list[Item]
    reports: list[OwnReport]
    report: Opened | None
    announcement: Item | None
    answer: Answer | None
    duty: Duty | None
