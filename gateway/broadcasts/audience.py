"""Who would be asked: members at or below a unit, and why the others are left out (contract: `broadcast create`).

Answered from two indexes: `units.path` for the subtree, `ix_members_audience` for the rest. Why a number may not be rung stands
in `members.barred`, which triggers keep (migration 0002); the guard asks the tables themselves again before every contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, any_, case, func, literal, not_, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.content import languages_of
from gateway.models import (
    AudienceListMember,
    BreachMember,
    Broadcast,
    BroadcastAnswer,
    Delivery,
    Member,
    OverlayMember,
    OverlayUnit,
    Post,
    Unit,
)
from gateway.rules.classes import MessageClass
from gateway.rules.consent import ConsentState
from gateway.rules.verdicts import Reason
from gateway.states import DeliveryReason, DeliveryState, MemberStatus
from gateway.store import consents
from gateway.store.units import is_under

REACHED = (DeliveryState.HEARD, DeliveryState.DELIVERED)
_AGREED = (ConsentState.ORGANISATIONAL, ConsentState.ALL)
_OPTED_OUT, _ON_REGISTER = "opt-out", "do-not-disturb"
SAMPLE = 8
WIDE = 20_000  # units below, from which on everybody is read instead of looked up unit by unit


class Filters(NamedTuple):
    """Whom of the unit; None means whoever. `post` is a title held now, `overlay_id` a constituency or wing.

    `heard`, `not_heard` and `answered` name a broadcast: of those whom it asked, who heard it, who did not, who answered a
    question of it. `list_id` is a list that was handed in (`gateway.people.audience_lists`).
    """

    post: str | None = None
    tag: str | None = None
    handset: str | None = None
    overlay_id: int | None = None
    language: str | None = None
    heard: int | None = None
    not_heard: int | None = None
    answered: int | None = None
    list_id: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Filters:
        """Read what a broadcast keeps; what it does not know is left out."""
        return cls(**{name: kept.get(name) for name in cls._fields})

    def kept(self) -> dict[str, Any]:
        """What a broadcast keeps of it."""
        return {name: value for name, value in self._asdict().items() if value is not None}


EVERYBODY = Filters()


@dataclass(frozen=True)
class Audience:
    """`count` would be asked; `left_out` says how many are not, by reason; `languages` splits the count."""

    count: int
    left_out: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)


def count(db: Session, broadcast: Broadcast) -> Audience:
    """Count everybody at or below the unit whom the filters mean, each once, under the first reason that holds."""
    why, language = why_not(broadcast).label("why"), spoken_by(broadcast).label("language")
    rows = db.execute(
        of_broadcast(db, broadcast).with_only_columns(why, language, func.count()).group_by(why, language)
    )
    left_out: dict[str, int] = {}
    languages: dict[str, int] = {}
    for reason, spoken, number in rows:
        kept = left_out if reason else languages
        kept[reason or spoken] = kept.get(reason or spoken, 0) + number
    return Audience(sum(languages.values()), left_out, languages)


def sample(db: Session, broadcast: Broadcast, size: int = SAMPLE) -> list[tuple[Member, str]]:
    """Pick some of those who would be asked, each with the name of their unit; the same ones every time.

    Each has the same chance: they are drawn by a hash of the id, salted with the broadcast's.
    """
    lot = func.hashint8extended(Member.id, literal(broadcast.id or 0))
    drawn = of_broadcast(db, broadcast).with_only_columns(Member.id).where(is_asked(broadcast))
    ids = db.scalars(drawn.order_by(lot, Member.id).limit(size)).all()
    rows = db.execute(
        select(Member, Unit.name).join(Unit, Unit.id == Member.unit_id).where(Member.id.in_(ids))
    )
    return [(member, place) for member, place in rows]


def of_broadcast(db: Session, broadcast: Broadcast, is_wide: bool | None = None) -> Select[Member]:
    """Select the members whom a broadcast means, asked or not; `is_wide` as for `people`."""
    filters = Filters.of(broadcast.filters or {})
    query = people(db, db.get_one(Unit, broadcast.unit_id).path, filters, is_wide)
    if broadcast.breach_id is None:
        return query
    affected = select(BreachMember.member_id).where(BreachMember.breach_id == broadcast.breach_id)
    return query.where(Member.id.in_(affected))  # a notice of a breach goes to those it is about (L14)


def people(
    db: Session, path: str, filters: Filters = EVERYBODY, is_wide: bool | None = None
) -> Select[Member]:
    """Select the members at or below a path who have not left and whom the filters mean.

    `is_wide` says whether to read everybody and leave out others, where the caller knows better than the count of units.
    """
    below = select(Unit.id).where(is_under(Unit.path, path))
    if is_wide is None:
        is_wide = len(db.scalars(below.limit(WIDE)).all()) == WIDE
    # The ids as an array are looked up in one pass over the index; a join would begin anew for every unit. Where most
    # units lie below, reading everybody is quicker.
    where = (
        Member.unit_id.in_(below) if is_wide else Member.unit_id == any_(func.array(below.scalar_subquery()))
    )
    query = select(Member).where(where, Member.status != MemberStatus.LEFT)
    return query.where(*_meant(filters, is_wide))


def default_language(broadcast: Broadcast) -> str:
    """The language of members who never told theirs: the first that there are words for."""
    there = languages_of(broadcast.texts, broadcast.sounds)
    return "hi" if "hi" in there or not there else there[0]


def spoken_by(broadcast: Broadcast) -> ColumnElement[str]:
    """SQL: the language in which this member is spoken to."""
    return func.coalesce(Member.language, literal(default_language(broadcast)))


def why_not(broadcast: Broadcast) -> ColumnElement[str | None]:
    """SQL: why this member is not asked, NULL where they are."""
    there = languages_of(broadcast.texts, broadcast.sounds)
    return case(
        (Member.barred == str(Reason.NUMBER_UNUSABLE), str(Reason.NUMBER_UNUSABLE)),
        (Member.barred == _OPTED_OUT, str(Reason.OPTED_OUT)),
        (Member.barred.is_not(None) & ~_is_listed_but_proven(broadcast), str(Reason.SUPPRESSED)),
        (Member.consent.not_in(_agreed(broadcast)), str(Reason.NO_CONSENT)),
        (_has_no_words(there), str(Reason.NO_WORDS)),
        else_=None,
    )


def is_asked(broadcast: Broadcast) -> ColumnElement[bool]:
    """SQL: this member is asked. The same as no reason why not, in words of which the planner knows how many they leave."""
    there = languages_of(broadcast.texts, broadcast.sounds)
    return and_(
        or_(Member.barred.is_(None), _is_listed_but_proven(broadcast)),
        Member.consent.in_(_agreed(broadcast)),
        not_(_has_no_words(there)),
    )


def _agreed(broadcast: Broadcast) -> tuple[ConsentState, ...]:
    return (ConsentState.ALL,) if broadcast.message_class == MessageClass.CAMPAIGN else _AGREED


def _is_listed_but_proven(broadcast: Broadcast) -> ColumnElement[bool]:
    """Only the do-not-disturb register bars the number, and its owner has shown us that they agreed (rules.md L8)."""
    proven = (
        select(literal(1)).where(consents.is_proven(broadcast.message_class, Member.id)).correlate(Member)
    )
    # OFFSET keeps this a question about one member at a time: few are on the register, the ledger is long.
    return case((Member.barred == _ON_REGISTER, proven.offset(0).exists()), else_=False)


def _meant(filters: Filters, is_wide: bool) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.post:
        holders = select(Post.member_id).where(func.lower(Post.title) == filters.post.lower())
        wanted.append(_is_among(Member.id, holders.where(Post.until.is_(None)), is_wide))
    if filters.tag:
        tagged = Member.tags.contains([filters.tag])
        wanted.append(tagged if is_wide else case((tagged, True), else_=False))  # stands in the same index
    if filters.handset:
        wanted.append(Member.handset == filters.handset)
    if filters.overlay_id:
        wanted.append(_is_of_overlay(filters.overlay_id, is_wide))
    if filters.language:
        wanted.append(Member.language == filters.language)
    for broadcast_id, is_reached in ((filters.heard, True), (filters.not_heard, False)):
        if broadcast_id:
            asked = _asked_by(broadcast_id, is_reached)
            wanted.append(_is_named_in(asked, Delivery.member_id, is_wide))
    if filters.answered:
        answers = select(BroadcastAnswer.member_id).where(BroadcastAnswer.broadcast_id == filters.answered)
        wanted.append(_is_named_in(answers, BroadcastAnswer.member_id, is_wide))
    if filters.list_id:
        listed = select(AudienceListMember.member_id).where(AudienceListMember.list_id == filters.list_id)
        wanted.append(_is_named_in(listed, AudienceListMember.member_id, is_wide))
    return wanted


def _asked_by(broadcast_id: int, is_reached: bool) -> Select[Any]:
    """Whom a broadcast asked by its own kind of channel, and who of them was reached, or was not."""
    kind = select(Broadcast.kind).where(Broadcast.id == broadcast_id).scalar_subquery()
    state = Delivery.state.in_(REACHED) if is_reached else Delivery.state.not_in(REACHED)
    return select(Delivery.member_id).where(
        Delivery.broadcast_id == broadcast_id,
        Delivery.reason == DeliveryReason.BROADCAST,
        Delivery.kind == kind,
        state,
    )


def _is_named_in(rows: Select[Any], column: Any, is_wide: bool) -> ColumnElement[bool]:
    """SQL: one of these rows names the member; where few units are asked, looked up member by member."""
    if is_wide:
        return Member.id.in_(rows.where(column.is_not(None)))
    return case((rows.where(column == Member.id).correlate(Member).exists(), True), else_=False)


def _is_among(column: Any, ids: Select[Any], is_wide: bool) -> ColumnElement[bool]:
    """SQL: the id is one of these; where few units are asked, by looking each up instead of joining."""
    return column.in_(ids) if is_wide else case((column.in_(ids), True), else_=False)


def _is_of_overlay(overlay_id: int, is_wide: bool) -> ColumnElement[bool]:
    """A wing names its members, a constituency its units with everything under them."""
    named = select(OverlayMember.member_id).where(OverlayMember.overlay_id == overlay_id)
    above = aliased(Unit)
    below = (
        select(Unit.id)
        .join(above, Unit.path.startswith(above.path))
        .join(OverlayUnit, OverlayUnit.unit_id == above.id)
        .where(OverlayUnit.overlay_id == overlay_id)
    )
    return or_(_is_among(Member.id, named, is_wide), _is_among(Member.unit_id, below, is_wide))


def _has_no_words(there: list[str]) -> ColumnElement[bool]:
    if not there:
        return literal(True)
    return Member.language.is_not(None) & Member.language.not_in(there)
