"""What the tests of consent look at: a member's state and ledger, the number's suppressions, texts that are owed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.deliveries.owe import TEXT_PURPOSE
from gateway.models import Consent, Delivery, Member, Suppression
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import DeliveryReason


def state(rt: Runtime, member_id: int) -> ConsentState:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Member.consent).where(Member.id == member_id)).one()


def ledger(rt: Runtime, member_id: int) -> Sequence[Consent]:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(
            select(Consent).where(Consent.member_id == member_id).order_by(Consent.id)
        ).all()


def left_alone(rt: Runtime, number: Number) -> list[str]:
    """Why this number is left alone, in force."""
    query = select(Suppression.reason).where(
        Suppression.number_index == rt.vault.index(number), Suppression.lifted_at.is_(None)
    )
    with unit_of_work(rt.engine) as unit:
        return sorted(unit.db.scalars(query))


def texts(rt: Runtime) -> list[str]:
    """Every text that was ever owed to somebody, in order."""
    query = select(Delivery.sealed_text, Delivery.dedupe).where(Delivery.reason == DeliveryReason.REPLY)
    with unit_of_work(rt.engine) as unit:
        rows = unit.db.execute(query.order_by(Delivery.id)).all()
    return [rt.vault.open_text(sealed, TEXT_PURPOSE, dedupe) for sealed, dedupe in rows]


def words(rt: Runtime, prompt: str, language: str = "hi") -> str:
    return rt.words.find(prompt, language)[1]
