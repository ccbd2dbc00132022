"""The page of one report as staff use it all day: keys, the sound that plays on, two people at once, undo, doubles, bad text."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import Addition, Delivery, Report, Staff, Unit, VoiceNote
from gateway.states import DeliveryReason, DeliveryState
from gateway.store import reports
from gateway.store.units import is_under
from tests.browser.door import FARID, MEERA, plays, poll
from tests.house import House

Window = Callable[..., Page]
SITA, RAMESH = "+917000000014", "+917000000015"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} \u202egnp.exe'


@pytest.fixture
def spoken(house: House) -> Report:
    """A report with a recording that waits at Farid's desk, in nobody's hand."""
    with unit_of_work(house.rt.engine) as work:
        path = work.db.scalars(
            select(Unit.path).join(Staff, Staff.unit_id == Unit.id).where(Staff.email == FARID)
        ).one()
        here = (
            select(Report)
            .join(Unit, Unit.id == Report.sight_unit_id)
            .join(VoiceNote, VoiceNote.id == Report.voice_note_id)
            .where(Report.is_waiting, VoiceNote.clip_key.is_not(None), is_under(Unit.path, path))
        )
        found: Report = work.db.scalars(here.order_by(Report.received_at.desc())).first()  # type: ignore[assignment]
        found.locked_by_id = found.locked_until = None
        return found


def written(page: Page, house: House, number: str, text: str) -> Report:
    """A report that came as an SMS a moment ago."""
    last = max(each.id for each in house.all_of(Report))
    house.phone(number).sms(text)
    found: Report = poll(page, lambda: house.all_of(Report, Report.id > last))[0]
    return found


def now(house: House, report: Report) -> Report:
    found: Report = house.all_of(Report, Report.id == report.id)[0]
    return found


def open_report(page: Page, house: House, report: Report) -> None:
    page.goto(f"{house.web}/reports/{report.public_id}")
    expect(page.locator("h1 .ref")).to_have_text(report.reference)


def test_subject_by_two_keys_while_the_sound_plays_on(window: Window, house: House, spoken: Report) -> None:
    page = window(FARID)
    open_report(page, house, spoken)
    page.keyboard.press("p")
    assert plays(page, page.locator(".pin"))
    page.locator(".pin audio").evaluate("it => { it.id = 'the-same-one'; it.loop = true; }")
    for key in "c31":
        page.keyboard.press(key)
    expect(page.locator("[data-subjects] [aria-pressed=true]")).to_have_attribute("value", "31")
    assert now(house, spoken).category == "31"
    assert page.locator("#the-same-one").evaluate("it => !it.paused")
    page.keyboard.press("z")
    expect(page.locator("[data-part=flash]")).to_contain_text("Undone.")
    assert now(house, spoken).category == spoken.category
    assert page.locator("#the-same-one").count() == 1


def test_player_by_keys(window: Window, house: House, spoken: Report) -> None:
    page = window(FARID)
    open_report(page, house, spoken)
    sound, keys = page.locator(".pin audio"), page.keyboard
    for key, rate in (("]", 1.2), ("]", 1.5), ("[", 1.2), ("[", 1), ("[", 0.8), ("[", 0.8)):
        keys.press(key)
        assert sound.evaluate("it => it.playbackRate") == rate
    expect(page.locator(".pin .speed")).to_have_text("0.8×")
    keys.press("p")
    assert plays(page, page.locator(".pin"))
    keys.press("l")
    expect(page.locator(".loop")).to_have_attribute("aria-pressed", "true")
    keys.press("l")
    keys.press("p")
    at = sound.evaluate("it => it.currentTime = 6")
    keys.press("ArrowLeft")
    assert sound.evaluate("it => it.currentTime") < at - 3
    expect(page.locator(".pin .track > .wave")).to_have_attribute("role", "img")


def test_two_people_never_work_on_one(window: Window, house: House, spoken: Report) -> None:
    farid, meera = window(FARID), window(MEERA)
    open_report(farid, house, spoken)
    poll(farid, lambda: now(house, spoken).locked_by_id)
    open_report(meera, house, spoken)
    expect(meera.locator(".held")).to_contain_text("Farid Laltenwal is at work on this report.")
    meera.get_by_role("button", name="Take it over").click()
    expect(meera.locator("[data-part=flash]")).to_contain_text("It is in your hand now.")
    farid.locator("[data-write]").fill("मैंने जो लिखा वह बचा रहे।")
    farid.locator("#answer button.main").click()
    expect(farid.locator("h1")).to_contain_text("Meera Ghantiwal is at work on this report.")
    expect(farid.get_by_label("You wrote")).to_have_value("मैंने जो लिखा वह बचा रहे।")
    assert now(house, spoken).state == spoken.state
    meera.goto(f"{house.web}/reports")
    poll(meera, lambda: now(house, spoken).locked_by_id is None)


def test_undo_stops_the_call(window: Window, house: House) -> None:
    page = window(FARID)
    report = written(page, house, SITA, "समस्या गली में पानी भरा है")
    open_report(page, house, report)
    page.locator("[data-write]").fill("यह जवाब वापस लिया जाएगा।")
    page.locator("#answer button.main").click()
    page.locator("[data-part=flash]").get_by_role("button", name="Undo").click()
    expect(page.locator("article.answer")).to_contain_text("taken back before it rang")
    (call,) = house.all_of(
        Delivery, Delivery.report_id == report.id, Delivery.reason == DeliveryReason.ANSWER
    )
    page.wait_for_timeout(9000)
    (call,) = house.all_of(Delivery, Delivery.id == call.id)
    assert (call.state, call.tries) == (DeliveryState.CANCELLED, 0)
    assert now(house, report).state == report.state


def test_doubles_become_one_work_by_one_press(window: Window, house: House) -> None:
    page = window(FARID)
    first = written(page, house, SITA, "समस्या हैंडपंप टूटा है")
    second = written(page, house, RAMESH, "समस्या हैंडपंप तीन दिन से टूटा है")
    open_report(page, house, second)
    alike = page.locator(".alike li", has_text=first.reference)
    alike.get_by_role("button", name="The same").click()
    expect(page.locator(".notice")).to_contain_text("The same problem as another report")
    assert now(house, second).merged_into_id == first.id
    open_report(page, house, first)
    expect(page.locator("aside")).to_contain_text(second.reference)
    page.locator("li", has_text=second.reference).get_by_role("button", name="Split").click()
    expect(page.locator("[data-part=flash]")).to_contain_text("It is a work of its own again.")
    assert now(house, second).merged_into_id is None


def test_what_was_added_plays(window: Window, house: House, spoken: Report) -> None:
    with unit_of_work(house.rt.engine) as work:
        first = work.db.get_one(VoiceNote, spoken.voice_note_id)
        later = VoiceNote(
            clip_key=first.clip_key, seconds=first.seconds, peaks=first.peaks, announced_at=first.announced_at
        )
        work.db.add(later)
        work.db.flush()
        work.db.add(Addition(report_id=spoken.id, at=house.rt.clock(), kind="partly", voice_note_id=later.id))
    page = window(FARID)
    open_report(page, house, spoken)
    added = page.locator("article.answer", has_text="“Partly solved”").last
    added.locator(".go").click()
    assert plays(page, added)


def test_hostile_text_in_every_field_is_only_text(window: Window, house: House) -> None:
    page, dialogs = window(FARID), list[Dialog]()
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    report = written(page, house, SITA, f"समस्या {HOSTILE}")
    with unit_of_work(house.rt.engine) as work:
        sealed = house.rt.vault.seal_text(HOSTILE * 900, reports.ADDITION_PURPOSE, report.id)
        work.db.add(Addition(report_id=report.id, at=house.rt.clock(), kind="more", sealed_text=sealed))
    open_report(page, house, report)
    page.locator("#office").fill(HOSTILE)
    page.get_by_role("button", name="Office", exact=True).click()
    expect(page.locator(".facts")).to_contain_text("<script>alert(1)</script>")
    page.locator("#note-text").fill(HOSTILE)
    page.locator("#note").get_by_role("button", name="Note it").click()
    expect(page.locator(".history")).to_contain_text("<script>alert(1)</script>")
    page.locator("[data-write]").fill(HOSTILE)
    page.get_by_text("What the member will hear").click()
    expect(page.locator("[data-mirror]")).to_have_text(HOSTILE)
    page.locator("#answer button.main").click()
    expect(page.locator("article.answer .words")).to_have_text(HOSTILE)
    for shown in page.locator("[data-report] :is(.written, .words)").all():
        assert shown.get_attribute("dir") == "auto"
    assert page.locator("[data-report] :is(script, img)").count() == 0
    assert page.locator("details.long").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not dialogs


def test_next_report_of_the_list_opens_after_a_deed(window: Window, house: House) -> None:
    page = window(FARID)
    page.goto(f"{house.web}/reports")
    rows = page.locator("[data-row]")
    order = [rows.nth(nth).get_attribute("data-row") for nth in range(3)]
    rows.nth(0).locator("a").first.click()
    page.wait_for_url(f"**/reports/{order[0]}?list=*")
    page.keyboard.press("j")
    page.wait_for_url(f"**/reports/{order[1]}?list=*")
    page.keyboard.press("g")
    expect(page.locator("#to")).to_be_focused()
    page.locator("#to").select_option(label="Meera Ghantiwal")
    page.get_by_role("button", name="Give", exact=True).click()
    page.wait_for_url(f"**/reports/{order[2]}?list=*")
    expect(page.locator("[data-part=flash]")).to_contain_text("Assigned.")
