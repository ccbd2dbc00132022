"""Profiles and contacts that the tables of the rules start from."""

from dataclasses import replace
from datetime import UTC, datetime

from gateway.rules.classes import ContactReason, Kind, MessageClass
from gateway.rules.consent import ConsentState
from gateway.rules.contact import Certificate, Contact
from gateway.rules.profiles import Profile, load_profile

INDIA, KENYA = load_profile("in"), load_profile("ke")


def in_zone(zone: str) -> Profile:
    return replace(INDIA, zone=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOON = utc("2026-03-10 06:30")  # 12:00 in India, a Tuesday
NIGHT = utc("2026-03-10 17:30")  # 23:00 in India
CERTIFICATE = Certificate("MCMC/7", "district committee", utc("2028-01-01 00:00"), "h1")


def a_contact(**changes: object) -> Contact:
    """An organisational voice broadcast at noon to a consenting member: allowed."""
    contact = Contact(
        reason=ContactReason.BROADCAST,
        message_class=MessageClass.ORGANISATIONAL,
        kind=Kind.VOICE,
        at=NOON,
        profile=INDIA,
        consent=ConsentState.ALL,
        unit_path="/1/5/23/",
        silences=(),
        suppressed=None,
        is_usable=True,
        is_opted_out=False,
        language="hi",
        content_hash="h1",
        approved_hash="h1",
    )
    return replace(contact, **changes)  # type: ignore[arg-type]


def a_campaign(**changes: object) -> Contact:
    return replace(
        a_contact(message_class=MessageClass.CAMPAIGN, certificate=CERTIFICATE, is_proven=True), **changes
    )  # type: ignore[arg-type]
