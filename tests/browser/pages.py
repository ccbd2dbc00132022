"""Which pages the console has, from its own routes, and an address with something to show for each."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from playwright.sync_api import Page

from gateway.console import SCREENS
from gateway.db import unit_of_work
from gateway.demo.places import BOOTH_OF_24, DISTRICT, code_of_block
from gateway.models import (
    Broadcast,
    Call,
    Member,
    NumberChange,
    Overlay,
    Report,
    Script,
    Staff,
    Unit,
    VoiceNote,
)
from gateway.states import BroadcastState, ReportState
from gateway.store import enrolments, units
from gateway.store.overlays import WING
from tests.browser.door import FARID
from tests.house import House

NOT_PAGES = {
    "assets.asset",
    "broadcasts_export.take",
    "broadcasts_show.results",  # a part of a page; by itself it leads to the whole
    "house_rights.recording",
    "members_forms.photo",
    "members_joined.note",
    "members_lists.refused",
    "reports_export.take",
    "reports_next.show",
    "signing_in.code_form",
    "static",
}
OPEN_TO_ALL = {"signing_in.form", "invitation.form"}
LIST = "phone,name,language,unit,posts,consent,consent_date\n70000 99001,Nimmo Ghatwal,hi,{unit},,paper,2026-10-01\n12,Bad Row,xx,none,,,\n"


def endpoints() -> list[str]:
    """Every page that the console's routes can show."""
    app = Flask(__name__)
    for blueprint in SCREENS:
        app.register_blueprint(blueprint)
    found = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return sorted(found - NOT_PAGES)


def addresses(house: House, page: Page) -> dict[str, str]:
    """One address for each endpoint, with rows of the demo; makes a draft and an uploaded list, which it lacks."""
    done = house.all_of(Broadcast, Broadcast.state == BroadcastState.FINISHED, Broadcast.unit_id != 1)[
        -1
    ].public_id
    report = house.all_of(Report, Report.state == ReportState.ANSWERED, Report.voice_note_id.is_not(None))[
        -1
    ].public_id
    district, booth = (house.all_of(Unit, Unit.code == code)[0].id for code in (DISTRICT, BOOTH_OF_24))
    member, double = (each.public_id for each in house.all_of(Member, Member.unit_id == booth)[:2])
    colleague = house.all_of(Staff, Staff.email == FARID)[0].public_id
    wing = house.all_of(Overlay, Overlay.kind == WING)[0].public_id
    draft = _a_draft(house, page)
    yesterday = date.today() - timedelta(days=1)  # the demo's last evening, in every zone
    return {
        "start.index": "/",
        "start.words": "/words",
        "control.show": "/control",
        "control.table": "/control/table?of=subjects",
        "calls.index": "/calls",
        "calls.show": f"/calls/{_a_call(house)}",
        "wall.show": "/wall",
        "conversations.index": "/conversations",
        "conversations.show": "/conversations/problem",
        "previews.conversation": "/conversations/problem/play?pressed=1v2",
        "previews.broadcast": f"/broadcasts/{done}/play",
        "account.show": "/account",
        "second_factor.show": "/account/second-factor",
        "invitation.form": _an_invitation(house, page),
        "house.index": "/house",
        "staff.index": "/house/staff",
        "staff.form": "/house/staff/new",
        "staff_show.show": f"/house/staff/{colleague}",
        "audit.index": "/house/audit",
        "sender.form": "/house/sender",
        "takes.index": "/sounds",
        "takes.show": "/sounds/hi",
        "takes_script.show": f"/sounds/scripts/{house.scripts(Script.language == 'hi')[0].id}",
        "days.today": "/days",
        "days.show": f"/days/{yesterday}?show=nobody",
        "rollups.index": "/rollups",
        "rollups.show": f"/rollups/{yesterday}",
        "house_daily.form": "/house/daily",
        "house_rollup.form": "/house/rollup",
        "house_ladder.form": "/house/ladder",
        "house_money.form": "/house/money",
        "suppressions.index": "/house/suppressions",
        "scrubs.index": "/house/scrubs",
        "notices.index": "/house/notices",
        "signing_in.form": "/sign-in",
        "reports.index": "/reports?tab=all",
        "reports_views.index": _a_view(house, page),
        "reports_export.index": "/reports/files",
        "report.show": f"/reports/{report}",
        "broadcasts.index": "/broadcasts",
        "broadcasts_show.show": f"/broadcasts/{done}",
        "broadcasts_again.index": "/broadcasts/schedules",
        "broadcasts_again.form": f"/broadcasts/{done}/again",
        "broadcasts_people.people": f"/broadcasts/{done}/people/heard",
        "broadcasts_export.index": f"/broadcasts/{done}/files",
        "broadcasts_compose.new": "/broadcasts/new",
        "broadcasts_compose.edit": f"/broadcasts/{draft}/edit",
        "broadcasts_check.check": f"/broadcasts/{draft}/check",
        "members.index": "/members",
        "members_add.form": "/members/new",
        "members_show.show": f"/members/{member}",
        "members_edit.form": f"/members/{member}/edit",
        "members_doubles.index": "/members/doubles",
        "members_doubles.compare": f"/members/{member}/merge/{double}",
        "members_joined.index": "/members/joined",
        "members_changes.choose": f"/members/joined/numbers/{_a_new_number(house)}?q=a",
        "members_forms.form": "/members/forms/new",
        "members_classes.index": "/members/classes",
        "members_drives.index": "/members/drives",
        "members_drives.show": _a_drive(house, page),
        "members_rights.everything": f"/members/{member}/everything",
        "members_rights.ask": f"/members/{member}/erase",
        "house_rights.erasures": "/house/erasures",
        "house_rights.purges": "/house/purges",
        "house_breaches.index": "/house/breaches",
        "house_breaches.show": _a_breach(house, page),
        "members_import.form": "/import/members",
        "members_lists.index": "/members/lists",
        "members_lists.show": _an_uploaded_list(house, page),
        "units.index": "/units",
        "units.show": f"/units/{district}",
        "units_move.check_move": f"/units/{booth}/move?under={DISTRICT}",
        "units_move.check_merger": f"/units/{booth}/merge?into={code_of_block('Bah')}-101",
        "units_move.check_close": f"/units/{_an_empty_unit(house)}/close",
        "units_overlays.index": "/units/overlays",
        "units_overlays.show": f"/units/overlays/{wing}",
        "news.index": "/news",
        "news.new": "/news/new",
    }


def _a_call(house: House) -> int:
    """One that was answered and brought a report."""
    return house.all_of(Call, Call.report_id.is_not(None), Call.is_sealed.is_(False))[-1].id


def _a_draft(house: House, page: Page) -> str:
    page.goto(f"{house.web}/broadcasts/new")
    page.locator("#unit").fill(BOOTH_OF_24)
    page.locator("#title").fill("A draft to look at")
    page.locator("#text-hi").fill("नमस्ते। बैठक रविवार को दस बजे है।")
    page.locator("form[data-unsaved] button.main").click()
    page.wait_for_url("**/check")
    return page.url.split("/")[-2]


def _a_view(house: House, page: Page) -> str:
    page.goto(f"{house.web}/reports?urgency=soon&category=2")
    page.locator(".filters summary").first.click()
    page.locator("input[name=name]").fill("Water and light, soon")
    page.locator("form:has(input[name=name]) button").click()
    page.get_by_role("status").wait_for()
    return "/reports/views"


def _an_empty_unit(house: House) -> int:
    with unit_of_work(house.rt.engine) as work:
        district = units.get_unit_by_code(work.db, DISTRICT)
        return units.add_unit(work.db, "EMPTY", "Nobody's Booth", "booth", district).id


def _a_breach(house: House, page: Page) -> str:
    page.goto(f"{house.web}/house/breaches")
    page.locator("#title").fill("A phone with a list was lost")
    unit = page.locator("#unit")
    if unit.evaluate("each => each.tagName") == "INPUT":
        unit.fill(BOOTH_OF_24)
    page.locator("main form button.main").click()
    page.wait_for_url("**/house/breaches/*")
    return page.url.removeprefix(house.web)


def _a_drive(house: House, page: Page) -> str:
    page.goto(f"{house.web}/members/drives")
    page.locator("#name").fill("Digital assistants")
    page.locator("#target").fill("400")
    page.locator("main form button.main").click()
    page.wait_for_url("**/members/drives/*")
    return page.url.removeprefix(house.web)


def _a_new_number(house: House) -> str:
    """What a member has said on another phone, and somebody who has just joined and is to be placed."""
    with unit_of_work(house.rt.engine) as unit:
        note = unit.db.query(VoiceNote).filter(VoiceNote.clip_key.is_not(None)).first()
        member = unit.db.query(Member).filter(Member.number_id.is_not(None)).first()
        joined = enrolments.begin(unit.db, member.id, "call", member.number_id, house.rt.clock())
        joined.joined_at, joined.place_note_id, joined.flags = house.rt.clock(), note.id, ["burst"]
        change = NumberChange(
            number_id=member.number_id, note_id=note.id, unit_id=member.unit_id, at=house.rt.clock()
        )
        unit.db.add(change)
        unit.db.flush()
        return change.public_id


def _an_invitation(house: House, page: Page) -> str:
    page.goto(f"{house.web}/house/staff/new")
    page.locator("#name").fill("Leela Tokriwal")
    page.locator("#email").fill("leela@demo.example")
    page.locator("main form button.main").click()
    link = page.locator("#link").input_value()
    return link[link.index("/invitation/") :]


def _an_uploaded_list(house: House, page: Page) -> str:
    page.goto(f"{house.web}/import/members")
    rows = LIST.format(unit=BOOTH_OF_24).encode()
    page.locator("input[type=file]").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": rows}
    )
    page.locator("main form button.main").click()
    page.wait_for_url("**/members/lists/*")
    page.locator("dl.pairs").wait_for(timeout=60_000)  # a worker looks at it
    return page.url.removeprefix(house.web)
