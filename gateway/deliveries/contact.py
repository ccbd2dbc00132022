"""Fetches what the rules must know about deliveries that are about to be tried: fetch first, decide second (habit 2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar, cast

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gateway.content import hash_of_said, languages_of
from gateway.deliveries.used import resting, used_by
from gateway.models import (
    Base,
    Broadcast,
    Delivery,
    Member,
    PhoneNumber,
    PollSilence,
    Report,
    Scrub,
    Suppression,
    Unit,
)
from gateway.rules.classes import ContactReason, Kind, MessageClass
from gateway.rules.consent import ConsentState, permits, proven
from gateway.rules.contact import Caps, Certificate, Contact, Suppressed, Used
from gateway.rules.profiles import in_zone
from gateway.rules.silence import Silence
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryReason
from gateway.store import consents, scrubs, suppressions, zones

_CLASS = {
    DeliveryReason.DUTY: MessageClass.EMERGENCY,
    DeliveryReason.INTRODUCTION: MessageClass.ORGANISATIONAL,
    DeliveryReason.DAILY: MessageClass.ORGANISATIONAL,
}
_ABOUT_REPORT = (DeliveryReason.ANSWER, DeliveryReason.INTERIM, DeliveryReason.GO_ON)
NOWHERE = "/0/"  # the path of whoever is no member
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Situation:
    """One delivery with what surrounds it."""

    delivery: Delivery
    broadcast: Broadcast | None
    member: Member | None
    unit_path: str
    number_index: bytes
    number_since: datetime
    is_usable: bool


@dataclass(frozen=True)
class _Known:
    """What is fetched once for a whole batch; `rounds` are the register's last answers by broadcast."""

    now: datetime
    suppressed: dict[bytes, Suppressed]
    used: dict[int, Used]
    resting: set[int]
    silences: list[Silence]
    proven: dict[int, ConsentState]
    rounds: dict[int, Scrub | None]
    zones: dict[str, str | None]


def load(db: Session, deliveries: Sequence[Delivery]) -> list[Situation]:
    """Fetch members, units, numbers and broadcasts of these deliveries in one query each."""
    members = _by_id(db, Member, [each.member_id for each in deliveries])
    broadcasts = _by_id(db, Broadcast, [each.broadcast_id for each in deliveries])
    numbers = _by_id(db, PhoneNumber, [each.number_id for each in deliveries])
    units = _by_id(db, Unit, [member.unit_id for member in members.values()])
    return [
        Situation(
            delivery=each,
            broadcast=broadcasts.get(each.broadcast_id) if each.broadcast_id else None,
            member=members.get(each.member_id) if each.member_id else None,
            unit_path=_path(members, units, each.member_id),
            number_index=number.index if number else b"",
            number_since=number.created_at if number else each.created_at,
            is_usable=number is not None and number.invalid_at is None,
        )
        for each in deliveries
        for number in (numbers.get(each.number_id),)  # None: it was forgotten since
    ]


def contacts(db: Session, rt: Runtime, situations: Sequence[Situation], now: datetime) -> list[Contact]:
    """Build the question for each delivery, same order."""
    suppressed = _suppressed(db, [each.number_index for each in situations])
    found = zones.zones_of(db, [each.unit_path for each in situations])
    deliveries = [each.delivery for each in situations]
    clocks = {each.delivery.id: in_zone(rt.profile, found[each.unit_path]) for each in situations}
    known = _Known(
        now,
        suppressed,
        used=used_by(db, rt, deliveries, now, clocks),
        resting=resting(db, deliveries, now),
        silences=list_silences(db),
        proven=_proven(db, rt, situations, suppressed, now),
        rounds=_rounds(db, rt, situations, now),
        zones=found,
    )
    return [_contact(db, rt, each, known) for each in situations]


def message_class_of(situation: Situation) -> MessageClass:
    """The class whose hours and consent apply; what is not a broadcast is a service to the member."""
    if situation.broadcast is not None:
        return MessageClass(situation.broadcast.message_class)
    return _CLASS.get(situation.delivery.reason, MessageClass.SERVICE)


def hash_of(broadcast: Broadcast) -> str:
    """The hash of exactly what members will hear or read, which an approval is bound to."""
    said = (
        broadcast.kind,
        broadcast.texts,
        broadcast.sounds,
        broadcast.questions or [],
        broadcast.fallback_texts,
    )
    return hash_of_said(*said)


def _contact(db: Session, rt: Runtime, situation: Situation, known: _Known) -> Contact:
    delivery, broadcast = situation.delivery, situation.broadcast
    message_class = message_class_of(situation)
    shown = known.proven.get(delivery.member_id or 0, ConsentState.NONE)
    reason = known.suppressed.get(situation.number_index)
    if reason is Suppressed.OPT_OUT and _asked_since(db, delivery, situation.number_index):
        reason = None
    return Contact(
        reason=ContactReason(delivery.reason),
        message_class=message_class,
        kind=Kind(delivery.kind),
        at=known.now,
        profile=in_zone(rt.profile, known.zones[situation.unit_path]),
        consent=situation.member.consent if situation.member else ConsentState.NONE,
        unit_path=situation.unit_path,
        silences=known.silences,
        suppressed=reason,
        is_usable=situation.is_usable,
        is_opted_out=reason is Suppressed.OPT_OUT,
        is_introduced=_is_introduced(situation),
        is_proven=permits(shown, message_class, False),
        scrubbed_at=_scrubbed_at(situation, known),
        left_at=_left_at(db, situation) if delivery.reason == DeliveryReason.INTRODUCTION else None,
        is_silent=delivery.id in known.resting,
        language=delivery.language,
        has_words=broadcast is None or bool(languages_of(broadcast.texts, broadcast.sounds)),
        content_hash=hash_of(broadcast) if broadcast else None,
        approved_hash=broadcast.approved_hash if broadcast else None,
        certificate=certificate_of(broadcast) if broadcast else None,
        used=known.used.get(delivery.id, Used()),
        caps=_caps(rt),
        is_paused=broadcast is not None and broadcast.state == BroadcastState.PAUSED,
        is_stopped=broadcast is not None and broadcast.state == BroadcastState.STOPPED,
        is_switched_off=not rt.settings.send_on,
        expires_at=delivery.expires_at,
        open_all_day=rt.settings.open_all_day,
    )


def _is_introduced(situation: Situation) -> bool:
    """Asked before: they answered, or a try is under way. A try that nobody picked up does not count."""
    delivery, member = situation.delivery, situation.member
    if delivery.reason != DeliveryReason.INTRODUCTION:
        return False
    has_answered = member is not None and member.consent != ConsentState.INTRODUCTION
    return has_answered or (delivery.tries > 0 and delivery.last_cause is None)


def _proven(
    db: Session,
    rt: Runtime,
    situations: Sequence[Situation],
    suppressed: dict[bytes, Suppressed],
    now: datetime,
) -> dict[int, ConsentState]:
    """What the ledger can show, of those for whom it matters: a number on the register, a class that needs a scrub (L8)."""
    wanted = {
        each.member.id
        for each in situations
        if each.member is not None
        and (
            suppressed.get(each.number_index) is Suppressed.DO_NOT_DISTURB
            or message_class_of(each) in rt.profile.scrub_days
        )
    }
    return {member_id: proven(ledger, now) for member_id, ledger in consents.entries_of(db, wanted).items()}


def _rounds(
    db: Session, rt: Runtime, situations: Sequence[Situation], now: datetime
) -> dict[int, Scrub | None]:
    found: dict[int, Scrub | None] = {}
    for each in situations:
        days = rt.profile.scrub_days.get(message_class_of(each))
        if days is not None and each.broadcast is not None and each.broadcast.id not in found:
            path = db.get_one(Unit, each.broadcast.unit_id).path
            found[each.broadcast.id] = scrubs.find_answered(db, path, now - timedelta(days=days))
    return found


def _scrubbed_at(situation: Situation, known: _Known) -> datetime | None:
    """When the register answered about this number; who came after the numbers went out was not asked about."""
    member, scrub = situation.member, known.rounds.get(situation.delivery.broadcast_id or 0)
    if member is None or scrub is None:
        return None
    return scrub.answered_at if max(member.created_at, situation.number_since) <= scrub.asked_at else None


def _left_at(db: Session, situation: Situation) -> datetime | None:
    """When somebody last left on this number, by their own ledger or the number's."""
    left = (
        consents.last_withdrawal(db, situation.delivery.number_id),
        suppressions.last_opt_out(db, situation.number_index),
    )
    return max((each for each in left if each is not None), default=None)


def _caps(rt: Runtime) -> Caps:
    settings = rt.settings
    return Caps(broadcasts_today=settings.broadcasts_a_day, broadcasts_this_week=settings.broadcasts_a_week)


def _path(members: dict[int, Member], units: dict[int, Unit], member_id: int | None) -> str:
    member = members.get(member_id) if member_id else None
    return units[member.unit_id].path if member else NOWHERE


def _by_id(db: Session, model: type[Row], ids: Iterable[int | None]) -> dict[int, Row]:
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    key = cast("InstrumentedAttribute[int]", model.id)  # type: ignore[attr-defined]
    rows = db.scalars(select(model).where(key.in_(wanted)).execution_options(populate_existing=True))
    return {cast(int, row.id): row for row in rows}  # type: ignore[attr-defined]


def _suppressed(db: Session, indexes: Sequence[bytes]) -> dict[bytes, Suppressed]:
    """By number, the gravest: a court's order before all, their own opt-out near the end, the register last."""
    rows = db.execute(
        select(Suppression.number_index, Suppression.reason).where(
            Suppression.number_index.in_(set(indexes)), Suppression.lifted_at.is_(None)
        )
    )
    found: dict[bytes, Suppressed] = {}
    for index, reason in rows:
        known = Suppressed(reason) if reason in set(Suppressed) else Suppressed.COMPLAINT
        found[index] = min(known, found.get(index, known), key=suppressions.GRAVITY.index)
    return found


def _asked_since(db: Session, delivery: Delivery, index: bytes) -> bool:
    """A report made after the opt-out is a request again: calls about it may ring (rules.contact)."""
    if delivery.report_id is None or delivery.reason not in _ABOUT_REPORT:
        return False
    left_at = db.scalar(
        select(func.max(Suppression.at)).where(
            Suppression.number_index == index, Suppression.lifted_at.is_(None)
        )
    )
    received_at = db.scalar(select(Report.received_at).where(Report.id == delivery.report_id))
    return left_at is not None and received_at is not None and received_at > left_at


def list_silences(db: Session) -> list[Silence]:
    """List the polls before which no campaign may reach an area (rules.md L2)."""
    rows = db.execute(select(Unit.path, PollSilence.closes_at, PollSilence.hours_before).join(PollSilence))
    return [Silence(path, closes_at, hours) for path, closes_at, hours in rows]


def certificate_of(broadcast: Broadcast) -> Certificate | None:
    """What is kept of it; half a certificate is none, so that one draft never holds up everybody's calls."""
    kept = broadcast.certificate or {}
    try:
        valid_until = datetime.fromisoformat(str(kept.get("valid_until")))
    except ValueError:
        return None
    return Certificate(
        number=kept.get("number", ""),
        issuer=kept.get("issuer", ""),
        valid_until=valid_until if valid_until.tzinfo else valid_until.replace(tzinfo=UTC),
        content_hash=kept.get("content_hash", ""),
    )
