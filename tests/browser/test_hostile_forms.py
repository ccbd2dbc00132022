"""Every field of every form of every page is sent hostile text, in a browser: it is answered in words and shown as text.

Pages come from the application's routes and forms from the pages, so that a new one is tried as well. The world is that
of the walk (`tests.gateway.walk`), in a database of its own, since whatever a form can do is done here.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Response
from playwright.sync_api import Page as Tab
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from gateway.db import unit_of_work
from gateway.store import staff, units
from tests import databases
from tests.browser.door import PATIENCE_MS
from tests.gateway.walk.doors import doors
from tests.gateway.walk.house import House, runtime_on
from tests.gateway.walk.pages import TYPED, Page
from tests.gateway.walk.world import ALFA, build

PHONE = 360
TOKEN = "token-of-the-top"
MARKUP = (
    '"\'><script>hit=1</script><img src=x onerror="hit=1"><svg onload=hit=1> {{7*7}} %(name)s ${7*7} =1+1'
)
TURNED = "\u202egnp.exe \u2067x\u200b\u200d\u2060\ufeff" + "Z\u0351\u036b\u0343\u036a" * 60 + "\u202e"
CONTROLS = "a\0b\x07\x1b[31m\ufffe\uffff\U000e0041 \x7f"
LONG = "W" * 40_000  # no field takes as much, and a page that shows sixty of them is laid out in seconds
LONGEST_ADDRESS = 5_000
TEXTS = {"odd": MARKUP + TURNED + CONTROLS, "long": LONG}
# What stands on the page of whoever fell for it: our text as markup.
FELL = "!!window.hit || !!document.querySelector('img[src=x], svg[onload], main script:not([src]), .flash script')"
OVER = "document.documentElement.scrollWidth > innerWidth"
FORMS = """() => [...document.forms].map((form, nth) => ({
    nth,
    action: new URL(form.getAttribute('action') || '', location.href).href,
    method: (form.getAttribute('method') || 'get').toLowerCase(),
    typed: [...form.elements].filter(each => each.name && !each.readOnly && (each.tagName == 'TEXTAREA' ||
        (each.tagName == 'INPUT' && KINDS.includes(each.type)))).map(each => each.name)}))"""
FILL = """([nth, text]) => { const form = document.forms[nth];
    for (const each of form.elements) {
        if (each.tagName == 'TEXTAREA') each.value = text;
        else if (each.tagName == 'INPUT' && KINDS.includes(each.type)) { each.type = 'text'; each.value = text; }
        else if (each.tagName == 'SELECT' && !each.value) each.selectedIndex = each.options.length - 1;
        else if (each.type == 'radio' && each.required) each.checked = true;
    }
    HTMLFormElement.prototype.submit.call(form); }"""
KINDS = [*sorted(TYPED - {"textarea", ""}), "password", "date", "time", "datetime-local", "url"]
_runs = itertools.count(1)


@dataclass
class Served:
    """The walk's house behind a port."""

    house: House
    web: str
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    def endpoint(self, action: str, method: str) -> str:
        """Name what a form leads to, whatever the ids in its address."""
        parts = urlsplit(action)
        try:
            found = self.house.app.url_map.bind("x").match(parts.path, method.upper())
        except HTTPException:
            return parts.path
        return str(found[0])

    def has_new_form(self, address: str) -> bool:
        """Whether a page has a form unlike those of the pages before: most need no window to tell."""
        answer = self._top.get(address)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            return False
        forms = Page(address, answer.text).forms
        found = {
            (self.endpoint(each.action, each.method), each.method, *sorted(each.fields)) for each in forms
        }
        is_new = not found <= self._seen
        self._seen |= found
        return is_new

    @cached_property
    def _top(self) -> FlaskClient:
        client = self.house.app.test_client()
        client.set_cookie("memberline", TOKEN)
        return client


@dataclass
class Watch:
    """One window with what went wrong in it."""

    tab: Tab
    wrong: list[str] = field(default_factory=list)

    def look(self, answer: Response | None, where: str) -> None:
        """Judge the page that is open now."""
        if answer is None or answer.status >= 500:
            self.wrong.append(f"{where}: {answer and answer.status}")
        elif "text/html" in answer.headers.get("content-type", ""):
            if self.tab.evaluate(FELL):
                self.wrong.append(f"{where}: it was taken for markup")
            if self.tab.evaluate(OVER):
                self.wrong.append(f"{where}: wider than a phone")
            if answer.status >= 400 and not self.tab.locator("main").inner_text().strip():
                self.wrong.append(f"{where}: refused without a word")


@pytest.fixture
def served(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    name = f"hostile_{next(_runs)}"
    rt = runtime_on(databases.cut(name, template_database), tmp_path_factory.mktemp("hostile") / "data")
    build(rt)
    with unit_of_work(rt.engine) as work:
        root = units.root_unit(work.db)
        person = staff.add_staff(
            work.db, "top@demo.example", "Top", "administrator", root.id, "-", rt.clock()
        )
        staff.add_sign_in(work.db, person.id, hashlib.sha256(TOKEN.encode()).digest(), rt.clock())
    house = House(rt, name)
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Served(house, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    rt.close()
    databases.drop(name)


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_hostile_text_in_any_field_is_only_text(served: Served, browser: Browser, text: str) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 800})
    context.set_default_timeout(4 * PATIENCE_MS)  # sixty long fields come back: two megabytes to lay out
    context.add_cookies([{"name": "memberline", "value": TOKEN, "url": served.web}])
    watch = Watch(context.new_page())
    watch.tab.on("dialog", lambda dialog: (watch.wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
    watch.tab.on("console", lambda said: "Security Policy" in said.text and watch.wrong.append(said.text))
    tried: set[tuple[str, ...]] = set()
    for door in doors(served.house.app, "GET", ALFA):
        if not served.has_new_form(door.address):
            continue
        for form in _forms(watch.tab, served.web + door.address):
            key = (served.endpoint(form["action"], form["method"]), form["method"], *sorted(form["typed"]))
            if form["typed"] and key not in tried:
                tried.add(key)
                _try(watch, served.web + door.address, form, text)
    context.close()
    assert watch.wrong == []
    assert len(tried) > 40


def _forms(tab: Tab, address: str) -> list[dict[str, Any]]:
    """Open a page and list its forms."""
    tab.goto(address)
    found: list[dict[str, Any]] = tab.evaluate(FORMS.replace("KINDS", str(KINDS)))
    return found


def _try(watch: Watch, address: str, form: dict[str, Any], text: str) -> None:
    """Send it from the open page and look at the answer; and at the page once more, with whatever is kept now."""
    sent = text[:LONGEST_ADDRESS] if form["method"] == "get" else text
    with watch.tab.expect_navigation() as gone:
        watch.tab.evaluate(FILL.replace("KINDS", str(KINDS)), [form["nth"], sent])
    watch.look(gone.value, f"{urlsplit(form['action']).path} from {urlsplit(address).path}")
    watch.look(watch.tab.goto(address), f"{urlsplit(address).path} afterwards")


def test_page_that_takes_text_for_markup_is_found(browser: Browser) -> None:
    """Else the walk above would prove nothing."""
    tab = browser.new_page(viewport={"width": PHONE, "height": 800})
    tab.set_content(f"<main>{LONG}</main>")
    assert tab.evaluate(FELL) is False and tab.evaluate(OVER) is True
    tab.set_content(f"<main>{MARKUP}</main>")
    assert tab.evaluate(FELL) is True
    tab.close()
