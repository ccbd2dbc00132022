"""What a flow may know: a frozen snapshot that the shell prepares before each turn. A flow never fetches.

Every key may be absent; absent reads as nothing. Lists are in the order in which they should be heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from flows.items import Asked, Item, Question

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


class OwnReport(TypedDict, total=False):
    """A report of a member on this number; `member` keeps it from the others who share the phone.

    `told` is today or yesterday where it still waits and came then: more may be said to it.
    """

    id: int
    member: int
    reference: str
    state: str
    category: str | None
    told: str | None
    answer: Item | None


class Opened(TypedDict):
    """The report opened in this conversation; present from the turn after OpenReport."""

    id: int
    reference: str
    has_note: bool


class Answer(Item, total=False):
    """Staff's answer to report `report`; `category` is the two-digit code of demo_data.md 6.4.

    `is_unnamed`: nobody knows who told it, so that whoever picks up is asked first.
    """

    report: int
    reference: str
    category: str | None
    is_unnamed: bool


class GoOn(TypedDict, total=False):
    """A report that broke off (`mode` partial) or held no voice (blank); `sound` is the clip of what came."""

    report: int
    reference: str
    mode: str
    sound: str | None
    language: str
    is_unnamed: bool


class Interim(Item, total=False):
    """A report that is not forgotten: `desk` is the unit that has it, `days` how long, as a word.

    With `text` or `sound` where staff said a word of their own.
    """

    report: int
    reference: str
    category: str | None
    desk: str
    days: str
    is_unnamed: bool


class Found(TypedDict, total=False):
    """The report whose reference was keyed last. Its answer only on the number that made it, else only the state.

    `is_last`: no further number may be tried in this call.
    """

    id: int
    is_known: bool
    is_own: bool
    is_last: bool
    reference: str
    state: str
    answer: Item | None


class Daily(TypedDict, total=False):
    """A unit's day, asked of its lead: `streak` is the number of days in a row, this one too, as a word.

    `is_milestone`: a streak worth a word of praise.
    """

    day: int
    unit: str
    streak: str
    is_milestone: bool


class Brief(TypedDict, total=False):
    """A day's roll-up for a leader's unit. Counts are words in their language, empty where there were none.

    `date` is said as people say it (बाईस नवंबर), `first` and `second` are the two-digit codes of the chief problems.
    """

    rollup: int
    unit: str
    date: str
    new: str
    danger: str
    solved: str
    overdue: str
    silent: str  # units that were asked and said nothing
    first: str
    second: str
    is_corrected: bool  # an earlier figure of this day was mended


class Unfinished(TypedDict, total=False):
    """The conversation of an earlier call within a day that broke off: its `state` as it was stored (`flows.state`).

    `member` and `name`: who spoke, where that was known; `delivery`: what that call of ours had brought. `is_changed`: the flow
    is another version by now.
    """

    state: Mapping[str, Any]
    is_changed: bool
    member: int
    name: str
    delivery: int


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


class Steering(TypedDict, total=False):
    """What became of the phone code keyed last; open: `staff` is who keyed it."""

    is_open: bool
    is_locked: bool
    staff: int
    reads: bool  # may read aloud for the line


class Watched(Item, total=False):
    """A broadcast that runs or is paused, `text` its title; `reached` of `asked`, as words."""

    reached: str
    asked: str
    is_paused: bool


class Reading(Item, total=False):
    """What was just read aloud, as it will be heard; `is_good`: nothing is wrong with it; `is_kept`: it is heard from now on."""

    is_good: bool
    is_kept: bool


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
    unit_languages: list[
        str
    ]  # where something lacks in the member's own: those of their place, the nearest first
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
    is_written: bool  # on a screen or by SMS
    is_texted: bool  # by SMS
    is_test: bool  # a staff member's test of an announcement
    is_opted_out: bool
    members: list[Member]
    member: Member | None
    newcomer: Member | None  # who joins now on a number that others are known on
    code: Code | None
    join_code: str  # written with the word JOIN
    own_code: str
    steers: bool  # somebody of staff who may send has this number, has a phone code, and a broadcast of theirs runs
    steering: Steering
    watched: list[Watched]
    script: Item | None  # what is to be read under the number keyed last
    reading: Reading | None
    readings: Mapping[str, Any]  # by the recording: of which script it is, and who read it
    read_after: int  # the reading before it
    steered: str  # pause, resume, stop: done; empty: it could not be
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
    asked: list[Asked]
    report: Opened | None
    announcement: Item | None
    questions: list[Question]  # of the announcement, in order
    answer: Answer | None
    go_on: GoOn | None
    unfinished: Unfinished
    interim: Interim | None
    daily: Daily | None
    brief: Brief | None
    found_report: Found | None
    duty: Duty | None
