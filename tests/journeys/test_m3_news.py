"""M3: the latest, whenever somebody rings; before a poll what is of a campaign is passed over, all else remains."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from gateway.db import unit_of_work
from gateway.models import NewsItem, PollSilence
from gateway.phones import Number
from gateway.runtime import Runtime
from tests.builders import a_member, a_number, a_unit
from tests.lines import Caller
from tests.walks import walk, words

OF_ALL, OF_A_CAMPAIGN, OF_LAST_WEEK = "कल बैठक है।", "हमें वोट दीजिए।", "कल मेला था।"


@pytest.fixture
def number(rt: Runtime) -> Number:
    number = a_number()
    a_member(rt, "Sita", number=number, unit="BOOTH-N", under="BLOCK-N")
    with unit_of_work(rt.engine) as unit:
        for text, message_class, days in (
            (OF_ALL, "organisational", None),
            (OF_A_CAMPAIGN, "campaign", None),
            (OF_LAST_WEEK, "organisational", -1),
        ):
            unit.db.add(
                NewsItem(
                    unit_id=a_unit(unit.db, "BOOTH-N").id,
                    title="News",
                    message_class=message_class,
                    texts={"hi": text},
                    published_at=rt.clock() - timedelta(days=7),
                    expires_at=None if days is None else rt.clock() + timedelta(days=days),
                )
            )
    return number


def a_poll(rt: Runtime, unit_code: str, hours: int) -> None:
    with unit_of_work(rt.engine) as unit:
        place = a_unit(unit.db, unit_code)
        unit.db.add(PollSilence(unit_id=place.id, closes_at=rt.clock() + timedelta(hours=hours)))


def all_the_news(rt: Runtime, client: FlaskClient, number: Number) -> str:
    caller = Caller(client, number)
    walk(caller, "2", "1", "1", "1")
    assert words(rt, "news.finished") in "".join(caller.heard)
    return "".join(caller.heard)


def test_expired_is_not_heard(rt: Runtime, client: FlaskClient, number: Number) -> None:
    heard = all_the_news(rt, client, number)
    assert OF_ALL in heard and OF_A_CAMPAIGN in heard and OF_LAST_WEEK not in heard


@pytest.mark.parametrize(
    ("place", "hours", "is_heard"),
    [("BOOTH-N", 47, False), ("BLOCK-N", 1, False), ("BOOTH-N", 49, True), ("BOOTH-ELSEWHERE", 10, True)],
)
def test_silence_period_passes_over_what_is_of_a_campaign(
    rt: Runtime, client: FlaskClient, number: Number, place: str, hours: int, is_heard: bool
) -> None:
    a_poll(rt, place, hours)
    heard = all_the_news(rt, client, number)
    assert OF_ALL in heard and (OF_A_CAMPAIGN in heard) is is_heard
