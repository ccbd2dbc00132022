"""The main job as a person would try it: a problem spoken on a phone, answered in the member's own ear; then all of a booth."""

import io
from collections.abc import Callable

import numpy as np
import soundfile
from playwright.sync_api import Page, expect

from gateway.demo.places import BOOTH_OF_24
from gateway.models import Report
from tests.browser.door import FARID, KAMAL, MEERA, TONE_HERTZ, Handset, a_sound, open_phones, plays, poll
from tests.hands import ANSWERS
from tests.house import House

FIRST, SECOND, THIRD = "+917000000001", "+917000000002", "+917000000003"
MEERAS_OWN = "+917000098002"
HEARD_WORDS = "मिस्त्री कल सुबह आएगा और हैंडपंप ठीक करेगा।"
NEWS = "नमस्ते साथियो। रविवार को दस बजे बूथ की बैठक है। ज़रूर आइए।"
FOR_SOUNDS = 60.0  # a house just begun still makes those of its demo
Window = Callable[..., Page]


def report_a_problem(phone: Handset) -> str:
    """Dial, key 1, speak into the microphone, key the urgency, hear the reference; returns the reference."""
    clips: list[int] = []
    before = len(phone.shown["inbox"])
    phone.page.on("response", lambda answer: "/media?" in answer.url and clips.append(answer.status))
    phone.dial(ANSWERS)
    phone.hears("दिक्कत बतानी हो, तो एक दबाइए")
    phone.key("1")
    phone.hears("बीप के बाद")
    phone.wants("record")
    poll(phone.page, lambda: phone.shown["call"]["seconds"] >= 3)
    phone.page.wait_for_timeout(2500)  # as long as the problem takes to say
    phone.box.get_by_role("button", name="#", exact=True).click()
    phone.hears("आपकी बात हमने रख ली है")
    poll(phone.page, lambda: "कितनी जल्दी" in phone.captions or "नई बात हो" in phone.captions)
    if "नई बात हो" in phone.captions:  # of the demo: by the hour a report of theirs is of yesterday
        phone.key("2")
        phone.hears("कितनी जल्दी")
    phone.key("2")
    phone.hears("नंबर है")
    phone.hang_up()
    assert len(clips) >= 4
    assert set(clips) == {200}
    text = poll(phone.page, lambda: phone.shown["inbox"][before:])[0]["text"]
    return next(word.strip(".") for word in text.split() if word.strip(".").isdigit())


def open_on_top(page: Page, house: House, reference: str, *, spoken: bool = False) -> None:
    """Find the report where the newest stand on top, and open it."""
    page.goto(f"{house.web}/reports?tab=all")
    on_top = page.locator("ol.rows > li").first
    if spoken:  # the list shows by itself that the recording came in
        on_top.locator("button.hear").wait_for(timeout=1000 * FOR_SOUNDS)
    on_top.locator("a").click()
    expect(page.locator("h1 .ref")).to_have_text(reference)
    # by itself, not as one of a list: the answer does not open the next
    page.goto(page.url.partition("?")[0])


def test_spoken_problem_is_answered_in_the_ear_and_reopened(window: Window, house: House) -> None:
    (phone,) = open_phones(window(), house, FIRST)
    reference = report_a_problem(phone)
    desk = window(FARID)
    open_on_top(desk, house, reference, spoken=True)
    desk.locator(".player .go").click()
    assert plays(desk, desk.locator(".player"))
    poll(desk, lambda: house.all_of(Report, Report.reference == reference)[0].state == "heard")
    spoken = {"name": "answer.wav", "mimeType": "audio/wav", "buffer": a_sound()}
    desk.locator("#sound-hi").set_input_files(spoken)
    desk.locator("#answer button.main").click()
    phone.rings()
    phone.pick_up()
    phone.hears("उसका जवाब सुनिए")
    assert hums(house, phone)
    phone.key("2")
    phone.is_idle()
    above = window(MEERA)
    above.goto(desk.url)
    expect(above.locator(".state", has_text="Not solved, says the member").first).to_be_visible()


def hums(house: House, phone: Handset) -> bool:
    """Whether what the phone heard last holds the tone that was uploaded as the answer."""
    url = [each["url"] for each in phone.shown["heard"] if each["url"]][-1]
    levels, rate = soundfile.read(io.BytesIO(house.fetch(url).data))
    frame = rate // 4
    frames = levels[: len(levels) // frame * frame].reshape(-1, frame)
    strength = abs(np.fft.rfft(frames)) ** 2
    near = slice((TONE_HERTZ - 40) // 4, (TONE_HERTZ + 40) // 4)  # four hertz a step
    share = strength[:, near].sum(axis=1) / (strength.sum(axis=1) + 1e-9)
    return bool((share > 0.8).sum() >= 4)  # a second at least


def test_written_answer_is_spoken_when_the_phone_rings(window: Window, house: House) -> None:
    (phone,) = open_phones(window(), house, SECOND)
    last = max(each.id for each in house.all_of(Report))
    house.phone(SECOND).sms("समस्या हैंडपंप पाँच दिन से खराब है")
    (report,) = poll(phone.page, lambda: house.all_of(Report, Report.id > last))
    desk = window(FARID)
    open_on_top(desk, house, report.reference)
    expect(desk.locator("blockquote")).to_contain_text("हैंडपंप पाँच दिन से खराब है")
    desk.locator("#text-hi").fill(HEARD_WORDS)
    desk.locator("#answer button.main").click()
    phone.rings()
    phone.pick_up()
    phone.hears(HEARD_WORDS)
    phone.key("1")
    phone.is_idle()
    desk.reload()
    expect(desk.locator(".state", has_text="Solved, says the member").first).to_be_visible()


def compose_for_the_booth(page: Page, house: House) -> str:
    """Write the words, see the count on the check page, try it on one's own phone; returns the page's address."""
    page.goto(f"{house.web}/broadcasts/new")
    page.locator("#unit").fill(BOOTH_OF_24)
    page.locator("#title").fill("Meeting of the booth")
    page.locator("#text-hi").fill(NEWS)
    page.get_by_role("button", name="Save and check").click()
    expect(page.locator("p.big")).to_contain_text("members will be called")
    ring, go_on = page.get_by_role("button", name="Ring my phone"), page.get_by_text("All sounds are made")
    poll(page, lambda: ring.is_enabled() or go_on.is_visible(), FOR_SOUNDS)
    if go_on.is_visible():
        go_on.click()
    page.locator("#number").fill(MEERAS_OWN)
    ring.click()
    expect(page.get_by_text("Tried ").first).to_be_visible()
    return page.url


def test_booth_is_called_by_two_people_and_the_bar_reaches_its_end(window: Window, house: House) -> None:
    phones = open_phones(window(viewport={"width": 1280, "height": 1400}), house, FIRST, SECOND, THIRD)
    author, second = window(MEERA), window(KAMAL)
    check = compose_for_the_booth(author, house)
    second.goto(check)
    second.get_by_label("I have listened to it").first.check()
    second.get_by_role("button", name="Approve, start later").click()
    expect(second.get_by_text("Approved. Nothing is sent")).to_be_visible()
    author.goto(check)
    button = author.get_by_role("button", name="Call ")
    count = int(button.inner_text().split()[1])
    button.click()
    expect(author.locator(".standing")).to_contain_text(f"{count} asked")
    for each in phones:
        each.rings()
    for each in phones:
        each.pick_up()
    for each in phones:
        each.hears(NEWS)
        each.is_idle(40)
    expect(author.locator(".standing .state")).to_contain_text("Finished", timeout=40_000)
    expect(author.locator(".segments li.heard")).to_contain_text(f"{count} heard it")
