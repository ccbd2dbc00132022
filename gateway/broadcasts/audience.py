"""Who would be asked: members at or below a unit, and why the others are left out (contract: `broadcast create`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session

from gateway.content import languages_of
from gateway.models import Broadcast, Member, PhoneNumber, Suppression, Unit
from gateway.rules.classes import MessageClass
from gateway.rules.consent import ConsentState
from gateway.rules.verdicts import Reason
from gateway.states import MemberStatus

_AGREED = (ConsentState.ORGANISATIONAL, ConsentState.ALL)


@dataclass(frozen=True)
class Audience:
    """`count` would be asked; `left_out` says how many are not, by reason; `languages` splits the count."""

    count: int
    left_out: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)


def count(db: Session, broadcast: Broadcast) -> Audience:
    """Count everybody at or below the unit, each once, under the first reason that holds."""
    unit = db.get_one(Unit, broadcast.unit_id)
    why = why_not(broadcast).label("why")
    language = func.coalesce(Member.language, literal(default_language(broadcast))).label("language")
    rows = db.execute(
        people(unit.path).with_only_columns(why, language, func.count(Member.id)).group_by(why, language)
    )
    left_out: dict[str, int] = {}
    languages: dict[str, int] = {}
    for reason, spoken, number in rows:
        kept = left_out if reason else languages
        kept[reason or spoken] = kept.get(reason or spoken, 0) + number
    return Audience(sum(languages.values()), left_out, languages)


def people(path: str) -> Select[Member]:
    """Select the members at or below a path who have not left, joined to unit and number."""
    return (
        select(Member)
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == Member.number_id)
        .where(Unit.path.like(path + "%"), Member.status != MemberStatus.LEFT)
    )


def default_language(broadcast: Broadcast) -> str:
    """The language of members who never told theirs: the first that there are words for."""
    there = languages_of(broadcast.texts, broadcast.sounds)
    return "hi" if "hi" in there or not there else there[0]


def why_not(broadcast: Broadcast) -> ColumnElement[str | None]:
    """SQL: why this member is not asked, NULL where they are."""
    there = languages_of(broadcast.texts, broadcast.sounds)
    agreed = (ConsentState.ALL,) if broadcast.message_class == MessageClass.CAMPAIGN else _AGREED
    return case(
        (_is_unusable(), str(Reason.NUMBER_UNUSABLE)),
        (_is_suppressed("opt-out"), str(Reason.OPTED_OUT)),
        (_is_suppressed(), str(Reason.SUPPRESSED)),
        (Member.consent.not_in(agreed), str(Reason.NO_CONSENT)),
        (_has_no_words(there), str(Reason.NO_WORDS)),
        else_=None,
    )


def _is_unusable() -> ColumnElement[bool]:
    return Member.number_id.is_(None) | PhoneNumber.invalid_at.is_not(None)


def _is_suppressed(reason: str | None = None) -> ColumnElement[bool]:
    found = and_(Suppression.number_index == PhoneNumber.index, Suppression.lifted_at.is_(None))
    return exists().where(found if reason is None else and_(found, Suppression.reason == reason))


def _has_no_words(there: list[str]) -> ColumnElement[bool]:
    if not there:
        return literal(True)
    return Member.language.is_not(None) & Member.language.not_in(there)
