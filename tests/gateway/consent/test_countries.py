"""A country's profile at work: the version kept on every attempt, languages of a class, a house in each country (L18)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from gateway.broadcasts import draft as drafts
from gateway.content import SPOKEN
from gateway.db import unit_of_work
from gateway.deliveries.owe import owe_call_back, owe_sms
from gateway.deliveries.send import send_some
from gateway.errors import Conflict
from gateway.models import Attempt, Broadcast, Member
from gateway.rules.profiles import load_profile
from gateway.runtime import Runtime
from gateway.settings import Settings
from gateway.up.plan import ZONES
from tests.builders import a_broadcast, a_member
from tests.conftest import SECRET, TestClock


def in_country(rt: Runtime, country: str) -> Runtime:
    return replace(rt, settings=replace(rt.settings, country=country), profile=load_profile(country))


@pytest.mark.parametrize("kind", ["voice", "sms"])
def test_version_in_force_is_kept_on_each_attempt(rt: Runtime, clock: TestClock, kind: str) -> None:
    for nth, country in enumerate(("in", "ke")):
        house = in_country(rt, country)
        with unit_of_work(rt.engine) as unit:
            number_id = unit.db.get_one(Member, a_member(rt)).number_id or 0
            if kind == "sms":
                owe_sms(unit, house, number_id, "हाल", f"text {nth}")
            else:
                owe_call_back(unit, house, number_id, clock.now + (clock.now - clock.now.replace(hour=0)))
        send_some(house, kind)
    with unit_of_work(rt.engine) as unit:
        kept = unit.db.scalars(select(Attempt.profile).order_by(Attempt.id)).all()
    assert kept == [load_profile("in").version, load_profile("ke").version]


CAMPAIGNS = [  # country, class, language, is it written?, source
    ("ke", "campaign", "hi", False, "rules.md 3.5: English or Kiswahili only"),
    ("ke", "campaign", "sw", True, "rules.md 3.5"),
    ("ke", "organisational", "hi", True, "rules.md 3.5: political messages"),
    ("in", "campaign", "bn", True, "no such rule"),
]


@pytest.mark.parametrize(("country", "message_class", "language", "is_written", "source"), CAMPAIGNS)
def test_language_that_the_law_does_not_allow_is_not_written(
    rt: Runtime, country: str, message_class: str, language: str, is_written: bool, source: str
) -> None:
    house, texts = in_country(rt, country), {language: "Kesho saa nne."}
    if is_written:
        assert a_broadcast(house, texts=texts, message_class=message_class), source
        return
    with pytest.raises(Conflict, match="English|en, sw"):
        a_broadcast(house, texts=texts, message_class=message_class)
    kept = a_broadcast(house, texts={"en": "Tomorrow at ten."}, message_class=message_class)
    with unit_of_work(rt.engine) as unit, pytest.raises(Conflict):  # nor by a change
        drafts.change(unit, house, unit.db.get_one(Broadcast, kept), texts=texts)


@pytest.mark.parametrize("country", ["in", "ke", "ug", "ng"])
def test_house_may_stand_in_each_country(country: str, settings: Settings) -> None:
    told = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "MEMBERLINE_PUBLIC_URL": settings.public_url,
        "MEMBERLINE_SECRET_KEY": settings.secret_key,
        "MEMBERLINE_CALLBACK_SECRET": SECRET,
        "MEMBERLINE_AFRICASTALKING_URL": settings.africastalking_url,
        "MEMBERLINE_COUNTRY": country,
    }
    assert Settings.from_env(told).country == country
    assert SPOKEN[country]
    assert ZONES[country] == load_profile(country).zone
