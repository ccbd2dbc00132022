"""Nothing personal ever reaches a remote voice: the whole house, subject by subject, with one that writes down what it hears.

Everything that somebody could call their own carries the canary: names, places, references, what was reported, answered
and drafted. What the remote voice hears is held against the list of what it may hear, which has no canary in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from audio.clips import Utterance
from audio.errors import ClipError
from audio.tts import Means
from audio.tts.order import KNOWN, Known, Quality
from audio.tts.silent import Silent
from flows.simulate import DEMO, DEMO_OF, FOUND, HELD
from gateway import sounds
from gateway.broadcasts import launch, publish
from gateway.content import SPOKEN
from gateway.db import unit_of_work
from gateway.models import Answer, Base, Broadcast, Call, Member, NewsItem, Staff, Unit
from gateway.runtime import Runtime
from gateway.states import CallState
from gateway.units import change
from gateway.units.change import By
from tests.builders import a_broadcast, a_member, a_person_of_staff, a_unit
from tests.gateway.reports.desks import a_report

CANARY = "पीतचटक"
APPROVED, PUBLISHED = "कल दस बजे सभा है।", "राशन की दुकान खुल गई।"
TABLES: dict[str, type[Base] | None] = {
    "catalogue": None,
    "written": None,
    "broadcast": Broadcast,
    "answer": Answer,
    "news": NewsItem,
    "member": Member,
    "staff": Staff,
    "unit": Unit,
    "call": Call,
}
NOT_SPOKEN = ("language", "languages", "sound", "mode", "state", "answer", "keys", "consent", "category")

heard: list[str] = []


class Recorder(Silent):
    """A remote voice that writes down every text it is shown, and says nothing: thousands of sounds take minutes."""

    name = "recorder"
    is_remote = True  # type: ignore[assignment]
    is_slow = True  # type: ignore[assignment]

    def speak(self, text: str, language: str, rate: float) -> bytes:
        heard.append(text)
        raise ClipError("It only listens.")


class Near(Silent):
    """A voice of the house, which speaks what has the canary."""

    def speak(self, text: str, language: str, rate: float) -> bytes:
        if CANARY not in text:
            raise ClipError("Not for this test.")
        return super().speak(text, language, rate)


def make(_means: Means) -> Recorder:
    return Recorder()


@pytest.fixture
def house(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A house whose first voice is remote and listens."""
    monkeypatch.setitem(KNOWN, "recorder", Known(__name__, Quality.GOOD))  # type: ignore[arg-type]
    monkeypatch.setattr("audio.tts.silent.make", lambda _means: Near())
    monkeypatch.setitem(SPOKEN, rt.settings.country, ("hi", "en"))  # the others' words take as long again
    heard.clear()
    settings = replace(rt.settings, tts=("recorder", "silent"))
    yield replace(rt, settings=settings)


def with_canary(known: object, name: str = "") -> object:
    """Put the canary in every word that somebody could hear."""
    match known:
        case dict():
            return {key: with_canary(value, key) for key, value in known.items()}
        case list():
            return [with_canary(each, name) for each in known]
        case str() if name not in NOT_SPOKEN:
            return f"{CANARY} {known}"
    return known


def fill(rt: Runtime) -> None:
    """Plant it in every table that has words of people."""
    a_member(rt, f"सीता {CANARY}")
    a_person_of_staff(rt, f"Asha {CANARY}")
    facts = {
        **DEMO,
        "held": HELD,
        "found_report": {**FOUND, "answer": DEMO["answer"]},
        "code": {"unit": "रामपुर"},
    }
    for more in DEMO_OF.values():
        facts |= more
    facts["reports"] = [{**each, "answer": DEMO["answer"]} for each in DEMO["reports"]]
    facts["watched"] = [{"text": "सभा", "language": "hi", "reached": "नौ", "asked": "दस"}]
    facts["script"] = {"text": "नमस्ते।", "language": "hi"}
    with unit_of_work(rt.engine) as work:
        place = a_unit(work.db)
        made = change.add(work, rt, By(), place.id, "B-7", f"टोला {CANARY}", "group")
        change.rename(work, rt, By(), made.id, f"{CANARY} बस्ती")
        publish.publish(
            work,
            rt,
            public_id="n1",
            title=CANARY,
            place=place,
            texts={"hi": PUBLISHED},
            sounds={},
            expires_at=None,
            author_id=work.db.scalars(select(Staff.id)).one(),
        )
        call = Call(
            provider="loopback",
            provider_id="c1",
            is_inbound=True,
            line="+918000000001",
            state=CallState.ENDED,
            facts=with_canary(facts),
            conversation={"state": {"slots": {"people": "25"}}},
            started_at=rt.clock(),
            stepped_at=rt.clock(),
        )
        work.db.add(call)
    report_id = a_report(rt, text=f"{CANARY} नल सूखा है")
    with unit_of_work(rt.engine) as work:
        work.db.add(Answer(report_id=report_id, texts={"hi": f"{CANARY} ठीक हो गया।"}, at=rt.clock()))
    draft, approved = (a_broadcast(rt, texts={"hi": text}) for text in (f"{CANARY} सभा है।", APPROVED))
    assert draft
    with unit_of_work(rt.engine) as work:
        launch.approve(work, rt, work.db.get_one(Broadcast, approved), None)


def ids_of(rt: Runtime, table: type[Base] | None) -> list[int]:
    if table is None:
        return [0]
    with unit_of_work(rt.engine) as work:
        return list(work.db.scalars(select(table.__table__.c.id)))


def test_every_subject_is_among_these() -> None:
    assert set(TABLES) == {sounds.CATALOGUE, *sounds._SUBJECTS}


def test_no_canary_reaches_a_remote_voice_when_everything_is_built(house: Runtime) -> None:
    fill(house)
    for subject, table in TABLES.items():
        found = ids_of(house, table)
        assert found, subject
        for each in found:
            sounds.build_subject(house, subject, each)
    assert [text for text in heard if CANARY in text] == []
    fixed = {each.text for each in (*sounds.catalogue(house), *sounds.counting(house))}
    assert set(heard) - fixed == {APPROVED, PUBLISHED}
    for text in (
        f"सीता {CANARY}",
        f"{CANARY} बस्ती",
        f"{CANARY} ठीक हो गया।",
        f"{CANARY} सभा है।",
        f"{CANARY} सात",
    ):
        assert house.clips.find(Utterance(text, "hi")), text


def test_name_of_a_unit_is_rung_for_when_it_is_made_or_renamed(
    rt: Runtime, rung: list[tuple[str, tuple[object, ...]]]
) -> None:
    with unit_of_work(rt.engine) as work:
        made = change.add(work, rt, By(), a_unit(work.db).id, "B-7", "टोला", "group")
    with unit_of_work(rt.engine) as work:
        change.rename(work, rt, By(), made.id, "बस्ती")
        change.rename(work, rt, By(), made.id, "बस्ती")
    assert [ids for job, ids in rung if job.endswith("build_sounds")] == [("unit", made.id)] * 2
