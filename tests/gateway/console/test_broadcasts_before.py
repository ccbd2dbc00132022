"""Before a broadcast starts: for whom, what it weighs, what is in the way and how it is mended, who must approve."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import AudienceList, AuditEntry, Broadcast, Delivery, Staff, Unit
from gateway.people import listed_work
from gateway.rules.prices import Money
from gateway.runtime import Runtime
from gateway.sounds import build_subject
from gateway.states import BroadcastState, DeliveryReason
from gateway.store import money, numbers
from tests.builders import a_member, a_number, a_person_of_staff
from tests.conftest import TestClock
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.console.test_broadcasts import FORM, WORDS, seen, the_broadcast, try_it, write

PAGE = "/broadcasts/abcdefghijk"
UNIT = "Booth 1 · BOOTH-1"


def found(rt: Runtime, public_id: str) -> Broadcast:
    with unit_of_work(rt.engine) as work:
        return work.db.scalars(select(Broadcast).where(Broadcast.public_id == public_id)).one()


def ways(page: str) -> set[str]:
    return set(re.findall(r'name="deed" value="(\w+)"', page))


def limits(rt: Runtime, **given: object) -> None:
    with unit_of_work(rt.engine) as work:
        money.keep_money(work.db, Money(prices=rt.profile.money.prices, **given))  # type: ignore[arg-type]


def test_all_that_was_written_is_kept_and_stands_in_the_form_again(
    app: Flask, rt: Runtime, clock: TestClock
) -> None:
    desk = a_desk(app, rt)
    write(
        desk,
        expires="2026-11-25T18:00",
        is_urgent="1",
        budget="2,500",
        **{"fallback-hi": "कल मीटिंग है।", "only-language": "hi", "only-tag": "water"},
    )
    made = the_broadcast(rt)
    assert (made.is_urgent, made.budget) == (True, Decimal(2500))
    assert made.fallback_texts == {"hi": "कल मीटिंग है।"}
    assert made.filters == {"tag": "water", "language": "hi"}
    assert made.expires_at is not None and made.expires_at.isoformat() == "2026-11-25T12:30:00+00:00"
    page = desk.read(f"{PAGE}/edit")
    assert all(
        each in page for each in ('value="2026-11-25T18:00"', 'value="2500"', ">कल मीटिंग है।</textarea>")
    )
    assert re.search(r'name="is_urgent" value="1" checked', page)
    assert re.search(r'<option value="hi" selected>', page)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("expires", "2026-11-20T10:00", "This time has passed."),
        ("expires", "tomorrow", "Say on which day"),
        ("budget", "much", "Write an amount"),
        ("budget", "0", "nobody is called"),
        ("fallback-hi", "मीटिंग " * 70, "at most 6 are sent"),
        ("text-hi", "🙏🙏", "cannot be spoken"),
        ("text-hi", "a\x00b", "no phone can show"),
        ("text-hi", "अ" * 100_000, "Shorter, please"),
        ("title", "T" * 100_000, "at most 200 letters"),
        ("unit", "Nowhere · GONE-9", "There is no such unit"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    app: Flask, rt: Runtime, field: str, typed: str, sentence: str
) -> None:
    form = {"public_id": "abcdefghijk", "unit": UNIT, **FORM, field: typed}
    answer = a_desk(app, rt).post("/broadcasts/new", **form)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(Broadcast)).all() == []


def test_time_that_the_clocks_skip_is_told_with_its_neighbours(
    app: Flask, rt: Runtime, clock: TestClock
) -> None:
    clock.forward(days=100)  # into March 2027
    desk = a_desk(app, rt)
    with unit_of_work(rt.engine) as work:
        work.db.scalars(select(Unit).where(Unit.code == "BOOTH-1")).one().zone = "Europe/Berlin"
    form = {"public_id": "abcdefghijk", "unit": UNIT, **FORM, "when": "at", "at": "2027-03-28T02:30"}
    page = desk.post("/broadcasts/new", **form).get_data(as_text=True)
    assert "This time never comes" in page
    assert "01:59" in page and "03:00" in page
    assert desk.post("/broadcasts/new", **{**form, "at": "2027-03-28T10:00"}).status_code == 302
    assert found(rt, "abcdefghijk").scheduled_at.isoformat() == "2027-03-28T08:00:00+00:00"  # type: ignore[union-attr]


def test_time_is_shown_by_the_clock_by_which_it_was_typed_and_that_is_named(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    a_member(rt)
    with unit_of_work(rt.engine) as work:
        work.db.scalars(select(Unit).where(Unit.code == "BOOTH-1")).one().zone = "America/New_York"
    write(desk, when="at", at="2026-11-25T10:00", expires="2026-11-25T18:00")
    page = desk.read(f"{PAGE}/check")
    assert "Starts by itself: 25 Nov, 10:00 (New York)" in page
    assert "Nobody is tried after 25 Nov, 18:00 (New York)." in page
    assert "25 Nov, 10:00 (New York)" in desk.read("/broadcasts")
    try_it(rt, desk, "abcdefghijk")
    desk.post(f"{PAGE}/approve", seen=seen(desk.read(f"{PAGE}/check")))
    assert "It starts by itself: 25 Nov, 10:00 (New York)." in desk.read(f"{PAGE}/check")
    with unit_of_work(rt.engine) as work:
        made = work.db.scalars(select(Broadcast)).one()
        made.state, made.started_at = BroadcastState.FINISHED, rt.clock()
    assert "(New York)" in desk.read(PAGE)


def test_every_language_is_tried_on_a_phone_or_listened_to_before_it_is_approved(
    app: Flask, rt: Runtime
) -> None:
    for language in ("hi", "bn", "en"):
        a_member(rt, language=language)
    desk = a_desk(app, rt, role="coordinator")
    write(desk, **{"text-bn": WORDS, "text-en": "Meeting at ten."})
    build_subject(rt, "broadcast", found(rt, "abcdefghijk").id)
    desk.post(f"{PAGE}/test", number="070000 00777", language="hi")
    page = desk.read(f"{PAGE}/check")
    assert re.findall(r'name="heard" value="(\w+)" required', page)[:2] == ["bn", "en"]
    for deed in ("approve", "start"):
        refused = desk.post(f"{PAGE}/{deed}", seen=seen(page), heard="bn")
        assert refused.status_code == 422 and "Listen to it first in: English." in refused.get_data(
            as_text=True
        )
    assert found(rt, "abcdefghijk").state == BroadcastState.DRAFT
    desk.post(f"{PAGE}/test", language="en")
    assert desk.post(f"{PAGE}/approve", seen=seen(page), heard="bn").status_code == 302
    assert found(rt, "abcdefghijk").state == BroadcastState.APPROVED


def test_what_nobody_can_hear_yet_is_not_approved(app: Flask, rt: Runtime) -> None:
    a_member(rt)
    desk = a_desk(app, rt)
    write(desk)
    try_it(rt, desk, "abcdefghijk")
    desk.post(
        f"{PAGE}/edit", unit=UNIT, **{**FORM, "text-hi": "कुछ और।"}, seen=seen(desk.read(f"{PAGE}/edit"))
    )
    desk.post(f"{PAGE}/test", number="070000 00777", language="hi")
    refused = desk.post(f"{PAGE}/approve", seen=seen(desk.read(f"{PAGE}/check")))
    assert refused.status_code == 422
    assert "It was not approved." in refused.get_data(as_text=True)
    build_subject(rt, "broadcast", found(rt, "abcdefghijk").id)
    desk.post(f"{PAGE}/test", number="070000 00777", language="hi")
    assert desk.post(f"{PAGE}/approve", seen=seen(desk.read(f"{PAGE}/check"))).status_code == 302


def test_sms_is_read_not_listened_to(app: Flask, rt: Runtime) -> None:
    a_member(rt)
    desk = a_desk(app, rt, role="coordinator")
    write(desk, kind="sms", **{"text-en": "Meeting at ten."})
    desk.post(f"{PAGE}/test", number="070000 00777", language="hi")
    page = desk.read(f"{PAGE}/check")
    assert 'name="heard"' not in page
    assert desk.post(f"{PAGE}/approve", seen=seen(page)).status_code == 302


def test_form_is_counted_while_it_is_written_and_nothing_is_kept(app: Flask, rt: Runtime) -> None:
    for language in ("hi", "hi", "bn"):
        a_member(rt, language=language)
    desk = a_desk(app, rt)
    form = {"public_id": "abcdefghijk", "unit": UNIT, **FORM}
    part = desk.post("/broadcasts/count", **form).get_data(as_text=True)
    assert "2 members will be called" in part
    assert "speak a language without words here" in part
    assert "₹" in part and "<html" not in part
    only = desk.post("/broadcasts/count", **form, **{"only-language": "bn", "has-bn": "1"}).get_data(
        as_text=True
    )
    assert "1 member will be called" in only
    page = desk.post("/broadcasts/new", then="count", **form)
    assert page.status_code == 200
    assert "2 members will be called" in page.get_data(as_text=True)
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(Broadcast)).all() == []


def test_sms_is_weighed_to_the_cent_with_its_letters_named(app: Flask, rt: Runtime) -> None:
    for _ in range(4):
        a_member(rt)
    desk = a_desk(app, rt)
    write(desk, kind="sms", **{"text-hi": "कल " * 30})
    page = desk.read(f"{PAGE}/check")
    assert "4 members get an SMS" in page
    assert "2 parts (letters of all scripts, 70 in one part)" in page
    assert "₹6.40" in page  # 4 members, 2 parts, 0.80 each


def test_budget_that_will_not_do_is_raised_by_one_button(app: Flask, rt: Runtime) -> None:
    for _ in range(10):
        a_member(rt)
    desk = a_desk(app, rt)
    write(desk, budget="1")
    assert "budget" in ways(desk.read(f"{PAGE}/check"))
    assert desk.post(f"{PAGE}/mend", deed="budget").status_code == 302
    assert the_broadcast(rt).budget is not None and the_broadcast(rt).budget > 1  # type: ignore[operator]
    assert "budget" not in ways(desk.read(f"{PAGE}/check"))


def test_end_that_comes_too_soon_is_moved_by_one_button(app: Flask, rt: Runtime, clock: TestClock) -> None:
    for _ in range(30):
        a_member(rt)
    desk = a_desk(app, rt)
    write(desk, expires="2026-11-23T12:01")  # a minute from now
    with unit_of_work(rt.engine) as work:
        work.db.get_one(Broadcast, the_broadcast(rt).id).expires_at = clock.now + timedelta(seconds=1)
    page = desk.read(f"{PAGE}/check")
    assert "Not everybody will be tried in time" in page
    assert "expiry" in ways(page)
    desk.post(f"{PAGE}/mend", deed="expiry")
    assert the_broadcast(rt).expires_at > clock.now + timedelta(minutes=1)  # type: ignore[operator]
    assert "Not everybody" not in desk.read(f"{PAGE}/check")
    desk.post(f"{PAGE}/mend", deed="expiry")  # pressed twice: not needed any more
    assert desk.post(f"{PAGE}/mend", deed="nonsense").status_code == 409


def test_same_words_to_the_same_people_today_are_confirmed_first(app: Flask, rt: Runtime) -> None:
    a_member(rt)
    desk = a_desk(app, rt)
    for public_id in ("abcdefghijk", "bbcdefghijk"):
        desk.post("/broadcasts/new", **{"public_id": public_id, "unit": UNIT, **FORM, "title": public_id})
        build_subject(rt, "broadcast", found(rt, public_id).id)
        desk.post(f"/broadcasts/{public_id}/test", number="070000 00777")
    first = desk.read("/broadcasts/abcdefghijk/check")
    assert "Do you want it twice" not in first
    desk.post("/broadcasts/abcdefghijk/start", seen=seen(first))
    second = desk.read("/broadcasts/bbcdefghijk/check")
    assert "Do you want it twice" in second
    answer = desk.post("/broadcasts/bbcdefghijk/start", seen=seen(second))
    assert answer.status_code == 422
    assert found(rt, "bbcdefghijk").state == BroadcastState.DRAFT
    assert desk.post("/broadcasts/bbcdefghijk/start", seen=seen(second), twice="1").status_code == 302
    assert found(rt, "bbcdefghijk").state == BroadcastState.STARTING


def test_big_one_waits_for_a_second_person_and_says_who(app: Flask, rt: Runtime) -> None:
    a_member(rt)
    limits(rt, second_members=1)
    desk = a_desk(app, rt)
    write(desk)
    try_it(rt, desk, "abcdefghijk")
    other = a_desk(app, rt, "Asha")
    page = desk.read(f"{PAGE}/check")
    assert "a second person must listen and approve it" in page
    assert "Asha" in page
    assert desk.post(f"{PAGE}/start", seen=seen(page)).status_code == 403
    assert the_broadcast(rt).state == BroadcastState.DRAFT
    assert other.post(f"{PAGE}/start", seen=seen(other.read(f"{PAGE}/check"))).status_code == 302
    assert the_broadcast(rt).state == BroadcastState.STARTING


def test_who_presses_second_is_told_what_the_first_one_did(app: Flask, rt: Runtime) -> None:
    a_member(rt)
    desk, other = a_desk(app, rt), a_desk(app, rt, "Asha")
    write(desk)
    try_it(rt, desk, "abcdefghijk")
    page = desk.read(f"{PAGE}/check")
    desk.post(f"{PAGE}/approve", seen=seen(page))
    other.post(f"{PAGE}/approve", seen=seen(page))
    assert "Meera has approved it already." in other.read(f"{PAGE}/check")
    desk.post(f"{PAGE}/start", seen=seen(page))
    assert other.post(f"{PAGE}/start", seen=seen(page)).status_code == 302
    assert "Somebody was faster" in other.read("/account")


def test_changed_fallback_needs_a_new_approval(app: Flask, rt: Runtime) -> None:
    a_member(rt)
    desk = a_desk(app, rt)
    write(desk)
    try_it(rt, desk, "abcdefghijk")
    page = desk.read(f"{PAGE}/check")
    desk.post(f"{PAGE}/edit", unit=UNIT, seen=seen(page), **FORM, **{"fallback-hi": "आज मीटिंग है।"})
    assert desk.post(f"{PAGE}/start", seen=seen(page)).status_code == 409  # the words changed meanwhile
    assert the_broadcast(rt).state == BroadcastState.DRAFT


def test_two_colleagues_phones_ring_with_the_test_and_no_third(app: Flask, rt: Runtime) -> None:
    a_member(rt)
    desk = a_desk(app, rt)
    write(desk)
    build_subject(rt, "broadcast", the_broadcast(rt).id)
    ids = [a_person_of_staff(rt, name) for name in ("Asha", "Sita", "Ramesh")]
    stranger = a_person_of_staff(rt, "Far", unit="BOOTH-2")
    with unit_of_work(rt.engine) as work:
        for each in (*ids, stranger):
            work.db.get_one(Staff, each).number_id = numbers.add_number(
                work.db, rt.vault, a_number(), rt.clock()
            )
    test = {"number": "070000 00777"}
    assert desk.post(f"{PAGE}/test", also=ids, **test).status_code == 422
    assert desk.post(f"{PAGE}/test", also=[*ids[:2], stranger], **test).status_code == 302
    with unit_of_work(rt.engine) as work:
        rung = work.db.scalars(select(Delivery).where(Delivery.reason == DeliveryReason.TEST)).all()
        assert {each.staff_id for each in rung} == {desk.staff_id, *ids[:2]}
        assert work.db.scalars(select(AuditEntry).where(AuditEntry.action == "test")).one()


def test_language_that_no_phone_rang_with_is_named(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_member(rt)
    desk = a_desk(app, rt)
    write(desk, **{"text-bn": "কাল মিটিং আছে।"})
    assert "Nobody has tried it on a phone yet in" not in desk.read(f"{PAGE}/check")
    try_it(rt, desk, "abcdefghijk")
    assert "Nobody has tried it on a phone yet in: हिन्दी" in desk.read(f"{PAGE}/check")
    clock.forward(seconds=5)
    desk.post(f"{PAGE}/test", language="hi")
    assert "Nobody has tried it on a phone yet in" not in desk.read(f"{PAGE}/check")


def test_copy_remembers_what_it_is_a_copy_of(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    write(desk)
    assert '<input type="hidden" name="copied" value="abcdefghijk">' in desk.read(
        "/broadcasts/new?from=abcdefghijk"
    )
    desk.post("/broadcasts/new", public_id="bbcdefghijk", unit=UNIT, copied="abcdefghijk", **FORM)
    made = found(rt, "bbcdefghijk")
    assert (made.parent_id, made.relation) == (found(rt, "abcdefghijk").id, "copy")


def test_blockers_say_how_they_are_mended(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    write(desk, **{"only-tag": "nobody-has-it"})
    page = desk.read(f"{PAGE}/check")
    assert "Nobody would be reached" in page
    assert f'href="{PAGE}/edit#unit"' in page
    assert re.search(r'<button class="main"[^>]* disabled', page)
    assert WORDS in page


def test_list_that_comes_with_the_form_is_read_and_told_by_line(app: Flask, rt: Runtime) -> None:
    a_member(rt, number=a_number(1))
    a_member(rt, number=a_number(2))
    desk = a_desk(app, rt)
    body = f"phone\n{a_number(1)}\n{a_number(77)}\nrubbish\n".encode()
    write(desk, **{"list-file": (io.BytesIO(body), "fair.csv")})  # type: ignore[dict-item]
    page = desk.read(f"{PAGE}/check")
    assert "still being read" in page
    with unit_of_work(rt.engine) as work:
        made = work.db.scalars(select(AudienceList)).one()
    listed_work.work(rt, made.import_id or 0)
    page = desk.read(f"{PAGE}/check")
    assert "1 member will be called" in page
    assert "Only who stands on the list “fair.csv”." in page
    assert "Line 3" in page and "nobody here has this number" in page


def test_earlier_broadcast_of_a_sibling_is_no_filter(app: Flask, rt: Runtime) -> None:
    theirs = a_desk(app, rt, "Asha", unit="BOOTH-2")
    theirs.post("/broadcasts/new", **{"public_id": "sibling_one", "unit": "Booth 2 · BOOTH-2", **FORM})
    desk: Desk = a_desk(app, rt)
    form = {"public_id": "abcdefghijk", "unit": UNIT, **FORM}
    answer = desk.post("/broadcasts/new", **form, **{"only-broadcast": "sibling_one", "only-reach": "heard"})
    assert answer.status_code == 404
    assert desk.post("/broadcasts/count", **form, **{"only-list": "sibling_one"}).status_code == 404
