"""Which questions of broadcasts somebody who comes by themselves may answer (menu key 4): the facts of the flow `asked`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gateway import questions
from gateway.content import in_language, sound_in
from gateway.models import Unit
from gateway.runtime import Runtime
from gateway.store import open_questions, units


def asked_of(
    db: Session, rt: Runtime, language: str, member_ids: Sequence[int], line: Sequence[Unit], now: datetime
) -> list[dict[str, Any]]:
    """List what is still open to these members (`flows.facts.Asked`), the newest broadcast first."""
    found: list[dict[str, Any]] = []
    nearby = units.spoken_on(line)
    for broadcast, delivery, answered in open_questions.list_open(db, member_ids, line, now):
        spoken = in_language(broadcast.texts, broadcast.sounds, language, nearby)
        sound = sound_in(broadcast.sounds, spoken)
        about = {"text": broadcast.texts.get(spoken, ""), "sound": sound, "language": spoken}
        whose = {"delivery": delivery.id, "member": delivery.member_id}
        items = questions.asked(rt.words, broadcast.questions, spoken)
        open_ones = [each for each in items if each["question"] not in answered]
        for each, told in zip(open_ones, (about, None, None), strict=False):
            found.append({**each, **whose, "about": told, "id": delivery.id * 10 + each["question"]})
    return found
