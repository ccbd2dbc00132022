"""What a stranger sends is shown as the text it is: no script, no template, no turned writing around it."""

import pytest
from playwright.sync_api import Dialog, expect

from gateway.models import Report
from tests.browser.door import FARID, poll
from tests.browser.test_keyboard import Window
from tests.house import House

MEMBER = "+917000000014"
SCRIPT = "पानी <script>alert(1)</script><img src=x onerror=alert(2)>"
TEMPLATE = "पानी {{7*7}} ${7*7} %(name)s"
TURNED = "पानी \u202egnp.exe\u202c नहीं"


@pytest.mark.parametrize("text", [SCRIPT, TEMPLATE, TURNED], ids=["script", "template", "turned"])
def test_hostile_sms_is_only_text_when_read(window: Window, house: House, text: str) -> None:
    page, dialogs = window(FARID), list[Dialog]()
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    last = max(each.id for each in house.all_of(Report))
    house.phone(MEMBER).sms(text)
    (report,) = poll(page, lambda: house.all_of(Report, Report.id > last))
    page.goto(f"{house.web}/reports?tab=all")
    expect(page.locator(f"[data-row='{report.public_id}']")).to_be_visible()
    page.goto(f"{house.web}/reports/{report.public_id}")
    written = page.locator("blockquote.written")
    assert written.text_content() == text
    assert written.get_attribute("dir") == "auto"
    assert written.evaluate("it => it.children.length") == 0
    assert not dialogs
