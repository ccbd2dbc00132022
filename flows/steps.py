"""What a turn asks its caller to do, what we listen for, and what was heard.

The engine makes these, `gateway` performs them; nothing here knows a database, a provider or a sound file.
A *step* is a request in order; a *wait* ends the turn; *heard* starts the next one (house.md 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.deeds import CheckPhoneCode as CheckPhoneCode
from flows.deeds import FindScript as FindScript
from flows.deeds import ForgetMe as ForgetMe
from flows.deeds import KeepMe as KeepMe
from flows.deeds import KeepTake as KeepTake
from flows.deeds import LookUpData as LookUpData
from flows.deeds import LookUpTake as LookUpTake
from flows.deeds import ReadAloud as ReadAloud
from flows.deeds import SayWrong as SayWrong
from flows.deeds import SteerBroadcast as SteerBroadcast
from flows.heard import Digits as Digits
from flows.heard import Heard as Heard
from flows.heard import Nothing as Nothing
from flows.heard import Text as Text
from flows.heard import VoiceNote as VoiceNote
from flows.heard import Wait as Wait
from flows.heard import WaitDigits as WaitDigits
from flows.heard import WaitVoiceNote as WaitVoiceNote


@dataclass(frozen=True)
class Speak:
    """Say one prompt of the catalogue in one language; `values` fill its placeholders."""

    prompt: str
    language: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tell:
    """Say what people wrote or recorded: news, an announcement, the answer to a report (`is_personal`: it stays in the house).

    `sound` is the content key of a recording in that language, else the text is spoken.
    """

    text: str
    language: str
    sound: str | None = None
    is_personal: bool = False


@dataclass(frozen=True)
class Remember:
    """Keep one field of the member: language, adult (yes/no), name_note, place_note; written: name, place."""

    field: str
    value: str


@dataclass(frozen=True)
class ChooseMember:
    """On a shared phone: from here on it is this member who speaks."""

    member: int


@dataclass(frozen=True)
class SomebodyElse:
    """From here on somebody speaks who is not yet known on this number; their first joining step makes a member."""


@dataclass(frozen=True)
class LoseNumber:
    """A stranger has this number now: the old member is unlinked, nothing of theirs is played (journeys.md M1)."""

    member: int


@dataclass(frozen=True)
class GiveConsent:
    """The member agreed by key or word after hearing `notice` in `language` (rules.md L5, L10)."""

    purpose: str  # all | organisational | campaign
    notice: str
    language: str


@dataclass(frozen=True)
class Withdraw:
    """The member wants no more calls for this purpose: in force at once (rules.md L6)."""

    purpose: str  # all | campaign


@dataclass(frozen=True)
class Join:
    """Joining is complete: language, notice, consent and adult are known."""


@dataclass(frozen=True)
class UseCode:
    """A code was keyed or written: a trainer's class, or that of a member who brings a friend (S0-14, S4-59)."""

    code: str


@dataclass(frozen=True)
class OwnCode:
    """The member wants to hear the code with which they bring friends."""


@dataclass(frozen=True)
class ClaimNumber:
    """Somebody says that they are a member on another number: name and village in `note` or `text` (journeys.md M6)."""

    note: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class AnswerNumberChange:
    """What the old number says of a change: yes, no, or stranger."""

    change: int
    said: str


@dataclass(frozen=True)
class OpenReport:
    """A problem was spoken, keyed or written: keep it before anything else is said."""

    note: str | None = None  # the voice note's reference, as heard
    text: str | None = None
    code: str | None = None  # the two-digit category keyed by trained members (demo_data.md 6.4)
    is_unnamed: bool = False  # the reporter stays unnamed: number and member are sealed away
    people: int | None = None  # for how many a trainer speaks


@dataclass(frozen=True)
class SetPeople:
    """For how many people a trainer speaks with the report opened in this conversation, as keyed."""

    people: str


@dataclass(frozen=True)
class StayUnnamed:
    """Whoever opened a report in this conversation wants to stay unnamed after all."""


@dataclass(frozen=True)
class AddToReport:
    """More was said to a report that exists: kind more, partly (of an answer), again (it was cut off or blank)."""

    report: int
    kind: str
    note: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class LookUpReport:
    """Somebody asks how the report with this reference stands: known from the next turn on, as `found_report`."""

    reference: str


@dataclass(frozen=True)
class SayDay:
    """What a unit's lead says of the day: nothing, something, could_not."""

    day: int  # the unit's day
    said: str


@dataclass(frozen=True)
class SetUrgency:
    """Urgency of the report opened in this conversation: can_wait, soon or danger."""

    level: str


@dataclass(frozen=True)
class PassLocalStaff:
    """Key 7: this conversation's report is not for the local staff but for the level above."""


@dataclass(frozen=True)
class AnswerReport:
    """What the reporter says of the answer: yes confirms, no reopens one level up, partly reopens where it is."""

    report: int
    said: str


@dataclass(frozen=True)
class MarkHeard:
    """This item was played to its end or passed on: `kind` news, announcement, answer, test, duty."""

    kind: str
    item: int


@dataclass(frozen=True)
class AnswerQuestion:
    """The answer to this question of the broadcast, by key or by voice; of several in one call the last counts.

    `delivery` is what brought the question, where it is not this call.
    """

    question: int
    key: str | None = None
    note: str | None = None
    delivery: int | None = None


@dataclass(frozen=True)
class CallLater:
    """Somebody else picked up: what this call was to bring was not told, and comes another time."""


@dataclass(frozen=True)
class TakeDuty:
    """A duty person keyed that they take this dangerous report."""

    report: int


Step = (
    Speak
    | Tell
    | Remember
    | ChooseMember
    | SomebodyElse
    | LoseNumber
    | GiveConsent
    | Withdraw
    | Join
    | UseCode
    | OwnCode
    | ClaimNumber
    | AnswerNumberChange
    | OpenReport
    | SetPeople
    | StayUnnamed
    | AddToReport
    | LookUpReport
    | SayDay
    | SetUrgency
    | PassLocalStaff
    | AnswerReport
    | MarkHeard
    | AnswerQuestion
    | CallLater
    | TakeDuty
    | CheckPhoneCode
    | SteerBroadcast
    | FindScript
    | ReadAloud
    | LookUpTake
    | KeepTake
    | LookUpData
    | SayWrong
    | ForgetMe
    | KeepMe
)
