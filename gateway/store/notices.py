"""Versions of what people agree to, with how many did (rules.md L5)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.models import Consent, Member, Notice, Unit
from gateway.store.units import is_under


@dataclass(frozen=True)
class Version:
    """One version; `agreed` counts members of the viewer's, `is_newest` says that no later one was used."""

    notice: Notice
    agreed: int
    is_newest: bool


def list_versions(db: Session, viewer_path: str) -> list[Version]:
    """List every version that was used, by name and language, the newest first."""
    kind = (Notice.name, Notice.language, Notice.sound_hash == "")
    nth = func.row_number().over(partition_by=kind, order_by=Notice.id.desc())
    agreed = (
        select(func.count(Consent.member_id.distinct()))
        .join(Member, Member.id == Consent.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Consent.notice_id == Notice.id, is_under(Unit.path, viewer_path))
        .scalar_subquery()
    )
    rows = db.execute(select(Notice, agreed, nth).order_by(Notice.name, Notice.language, Notice.id.desc()))
    return [Version(notice, count, place == 1) for notice, count, place in rows]
