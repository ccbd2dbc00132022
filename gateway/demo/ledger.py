"""The consent ledger of the demo: entries as members would have made them; the state is what the rule derives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from gateway import notices
from gateway.demo.cast import Person
from gateway.demo.house import House
from gateway.demo.rows import Row
from gateway.enrolment import EVERYTHING, KEY
from gateway.models import Notice
from gateway.rules.consent import CAMPAIGN, GIVEN, WITHDRAWN, ConsentState, Entry, derive, expiry

NOTICE = "join.notice"
BEGAN = 301  # days ago: before the first of them joined


@dataclass(frozen=True)
class Agreed:
    """The ledger of one person and what follows from it."""

    entries: list[Entry]
    state: ConsentState


def agreed(house: House, person: Person) -> Agreed:
    """Return the ledger of a person and the state that the rule derives from it."""
    entries = _entries(person, house.ago(person.joined), house.ago(person.changed))
    return Agreed(entries, derive(entries, house.now))


def rows_of(house: House, ledgers: list[Agreed]) -> list[Row]:
    """Return the ledger's rows, in the order of `house.people`."""
    told = {
        language: notices.use(house.unit, house.rt, NOTICE, language, is_heard=False)
        for language in ("hi", "bn", "en")
    }
    house.unit.db.execute(update(Notice).values(since=house.ago(BEGAN)))
    lasts = house.rt.profile.consent_days
    coordinator_id = house.staff["coordinator"].id
    rows = []
    for each, ledger in zip(house.people, ledgers, strict=True):
        for entry in ledger.entries:
            is_heard = entry.how == KEY and entry.action == GIVEN
            row = {"member_id": each.member_id, "number_id": each.number_id, "purpose": entry.purpose}
            row |= {"action": entry.action, "how": entry.how, "at": entry.at}
            row |= {"language": each.person.language, "notice": NOTICE if is_heard else None}
            version = told[each.person.language] if is_heard else None
            row |= {"notice_hash": version and version.text_hash, "notice_id": version and version.id}
            row["expires_at"] = expiry(entry.at, lasts) if entry.action == GIVEN else None
            row["staff_id"] = coordinator_id if entry.how in ("paper", "coordinator") else None
            rows.append(row)
    return rows


def _entries(person: Person, joined_at: datetime, changed_at: datetime) -> list[Entry]:
    match person.way:
        case "none":
            return []
        case "withdrawn":
            given = Entry(EVERYTHING, GIVEN, "paper", joined_at)
            return [given, Entry(EVERYTHING, WITHDRAWN, KEY, changed_at)]
        case "no_campaign":
            given = Entry(EVERYTHING, GIVEN, KEY, joined_at)
            return [given, Entry(CAMPAIGN, WITHDRAWN, KEY, changed_at)]
        case "left":
            return [Entry(EVERYTHING, GIVEN, "paper", joined_at)]
        case way:
            return [Entry(EVERYTHING, GIVEN, way, joined_at)]
