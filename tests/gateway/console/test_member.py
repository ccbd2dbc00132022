"""One member at the console: changed, given numbers and posts, made one with a double; never from a sibling unit."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import AuditEntry, Member, OtherNumber, Overlay, Post
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import members
from tests.builders import a_member, a_number, a_unit
from tests.gateway.console.desk import Desk, a_desk

_MARK = re.compile(r'name="mark" value="([0-9a-f]{16})"')
GIVEN = {"name": "Sita Devi", "unit": "BOOTH-1", "handset": "keypad", "tags": "women; farmer;women"}


def found(rt: Runtime, member_id: int) -> Member:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Member, member_id)


def path_of(rt: Runtime, member_id: int) -> str:
    return f"/members/{found(rt, member_id).public_id}"


def mark(desk: Desk, path: str) -> str:
    seen = _MARK.search(desk.read(f"{path}/edit"))
    assert seen is not None
    return seen[1]


def audited(rt: Runtime) -> list[str]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(AuditEntry.action).where(AuditEntry.unit_id.is_not(None))))


def test_member_is_changed_by_the_form(app: Flask, rt: Runtime) -> None:
    desk, member_id = a_desk(app, rt), a_member(rt, "Sita")
    path = path_of(rt, member_id)
    answer = desk.post(f"{path}/edit", **GIVEN, mark=mark(desk, path), slot="evening", is_adult="yes")
    assert answer.headers["Location"] == path
    member = found(rt, member_id)
    assert (member.name, member.handset, member.slot) == ("Sita Devi", "keypad", "evening")
    assert (member.tags, member.is_adult) == (["women", "farmer"], True)
    page = desk.read(path)
    assert "keypad phone" in page
    assert "farmer" in page
    assert "member-changed" in audited(rt)


def test_who_was_slower_sees_both_and_overwrites_nothing(app: Flask, rt: Runtime) -> None:
    desk, member_id = a_desk(app, rt), a_member(rt, "Sita")
    path = path_of(rt, member_id)
    old = mark(desk, path)
    desk.post(f"{path}/edit", **{**GIVEN, "name": "Gita"}, mark=old)
    answer = desk.post(f"{path}/edit", **GIVEN, mark=old)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Gita" in page
    assert 'value="Sita Devi"' in page
    assert found(rt, member_id).name == "Gita"
    new = _MARK.search(page)
    assert new is not None
    assert desk.post(f"{path}/edit", **GIVEN, mark=new[1]).status_code == 302
    assert found(rt, member_id).name == "Sita Devi"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"unit": "BOOTH-2"}, "unit"),
        ({"home_unit": "none"}, "home_unit"),
        ({"tags": "x" * 41}, "tags"),
    ],
)
def test_wrong_field_changes_nothing(app: Flask, rt: Runtime, wrong: dict[str, str], field: str) -> None:
    desk, member_id = a_desk(app, rt), a_member(rt, "Sita")
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "BOOTH-2")
    path = path_of(rt, member_id)
    answer = desk.post(f"{path}/edit", **{**GIVEN, **wrong}, mark=mark(desk, path))
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.get_data(as_text=True)
    assert found(rt, member_id).name == "Sita"


def test_who_is_too_young_is_no_member_any_more(app: Flask, rt: Runtime) -> None:
    desk, member_id = a_desk(app, rt), a_member(rt, "Sita")
    path = path_of(rt, member_id)
    desk.post(f"{path}/edit", **GIVEN, mark=mark(desk, path), is_adult="no")
    assert found(rt, member_id).status == MemberStatus.LEFT


def test_numbers_are_added_put_first_and_ended(app: Flask, rt: Runtime) -> None:
    desk, member_id = a_desk(app, rt), a_member(rt, number=a_number(1111))
    path = path_of(rt, member_id)
    assert desk.post(f"{path}/numbers", number="०७०००००२२२२").status_code == 302
    page = desk.read(path)
    assert "•1111" in page
    assert "•2222" in page
    assert "7000002222" not in page
    with unit_of_work(rt.engine) as unit:
        second = unit.db.scalars(select(OtherNumber.number_id)).one()
    first = found(rt, member_id).number_id
    assert desk.post(f"{path}/numbers/{second}/first").status_code == 302
    assert found(rt, member_id).number_id == second
    assert desk.post(f"{path}/numbers/{first}/end", reason="recycled").status_code == 302
    assert "belongs to somebody else now" in desk.read(path)
    assert desk.post(f"{path}/numbers/{first}/end", reason="recycled").status_code == 404
    assert desk.post(f"{path}/numbers/{second}/end").status_code == 422
    assert {"number-added", "number-first", "number-ended"} <= set(audited(rt))


def test_number_that_cannot_be_called_is_not_written_back(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    answer = desk.post(f"{path_of(rt, a_member(rt))}/numbers", number="12345")
    assert answer.status_code == 422
    assert "12345" not in answer.get_data(as_text=True)


def test_posts_are_given_and_end(app: Flask, rt: Runtime) -> None:
    desk, member_id = a_desk(app, rt), a_member(rt)
    path = path_of(rt, member_id)
    assert desk.post(f"{path}/posts", post="mukhiya", post_unit="BOOTH-1").status_code == 302
    assert "mukhiya, Booth 1" in desk.read(path)
    with unit_of_work(rt.engine) as unit:
        post_id = unit.db.scalars(select(Post.id)).one()
    assert desk.post(f"{path}/posts/{post_id}/end").status_code == 302
    assert desk.post(f"{path}/posts", post="", post_unit="BOOTH-1").status_code == 422
    assert desk.post(f"{path}/posts", post="x", post_unit="BOOTH-9").status_code == 422
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Post.until)).one() is not None


def test_who_shares_the_phone_is_named_within_the_unit(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    path = path_of(rt, a_member(rt, "Sita", number=a_number(1)))
    a_member(rt, "Ramesh", number=a_number(1))
    a_member(rt, "Hidden", number=a_number(1), unit="BOOTH-2")
    page = desk.read(path)
    assert "Ramesh" in page
    assert "Hidden" not in page


def test_doubles_are_merged_and_the_old_address_leads_on(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    kept, gone = a_member(rt, "रमेश", number=a_number(1)), a_member(rt, "Ramesh", number=a_number(1))
    kept_path, gone_path = path_of(rt, kept), path_of(rt, gone)
    pair = f"{kept_path}/merge/{gone_path.rpartition('/')[2]}"
    assert pair in desk.read("/members/doubles")
    assert 'value="gone"' in desk.read(pair)
    assert desk.post(pair, name="gone").headers["Location"] == kept_path
    assert found(rt, kept).name == "Ramesh"
    assert desk.post(pair, name="gone").headers["Location"] == kept_path
    assert desk.get(gone_path).headers["Location"] == kept_path
    assert pair not in desk.read("/members/doubles")
    assert desk.get(f"{gone_path}/edit").status_code == 404


def test_two_people_are_told_apart_for_good(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    one, other = (path_of(rt, a_member(rt, "Ramesh")) for _ in range(2))
    assert "Ramesh" in desk.read("/members/doubles")
    desk.post(f"{one}/apart/{other.rpartition('/')[2]}")
    assert "Ramesh" not in desk.read("/members/doubles")


def test_list_is_narrowed_by_post_tag_phone_and_missing_booth(app: Flask, rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "BLOCK", "Block", "block")
    desk = a_desk(app, rt, unit="BLOCK")
    sita = a_member(rt, "Sita", unit="BLOCK")
    a_member(rt, "Ramesh", under="BLOCK")
    with unit_of_work(rt.engine) as unit:
        members.set_fields(unit.db, sita, tags=["women"], handset="keypad")
        unit.db.add(
            Post(member_id=sita, unit_id=found(rt, sita).unit_id, title="President", since=rt.clock())
        )
    for narrowed in ("post=president", "tag=women", "handset=keypad", "booth=none"):
        page = desk.read(f"/members?{narrowed}")
        assert "Sita" in page
        assert "Ramesh" not in page
    with unit_of_work(rt.engine) as unit:
        members.set_fields(unit.db, sita, home_unit_id=a_unit(unit.db).id)
    assert "Sita" not in desk.read("/members?booth=none")


@pytest.mark.parametrize("query", ["सीता", "Seeta", "sit", "Sitaa Debi", "DEVI"])
def test_member_is_found_in_any_spelling(app: Flask, rt: Runtime, query: str) -> None:
    desk = a_desk(app, rt)
    a_member(rt, "Sita Devi")
    a_member(rt, "Gita Kumari")
    page = desk.read(f"/members?q={query}")
    assert "Sita Devi" in page
    assert "Gita Kumari" not in page


def test_best_match_stands_first_and_pages_go_on(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    for number in range(32):
        a_member(rt, f"Ramesh Kumar {number:02}")
    a_member(rt, "Ramesh")
    page = desk.read("/members?q=रमेश")
    names = re.findall(r"<b>([^<]+)</b>", page)
    assert names[0] == "Ramesh"
    more = re.search(r'href="(/members\?[^"]+after=[^"]+)"', page)
    assert more is not None
    names += re.findall(r"<b>([^<]+)</b>", desk.read(more[1].replace("&amp;", "&")))
    assert len(names) == len(set(names)) == 33


def test_sibling_unit_reaches_no_page_and_no_deed(app: Flask, rt: Runtime) -> None:
    member_id, other = a_member(rt, "Sita"), a_member(rt, "Sita")
    own = path_of(rt, a_member(rt, "Mina", unit="BOOTH-2"))
    path, second = path_of(rt, member_id), path_of(rt, other).rpartition("/")[2]
    number_id = found(rt, member_id).number_id
    with unit_of_work(rt.engine) as unit:
        post = Post(member_id=member_id, unit_id=found(rt, member_id).unit_id, title="x", since=rt.clock())
        unit.db.add(post)
        unit.db.flush()
        post_id = post.id
    beside = a_desk(app, rt, "Asha", unit="BOOTH-2")
    assert "Sita" not in beside.read("/members/doubles")
    for page in ("/edit", f"/merge/{second}"):
        assert beside.get(path + page).status_code == 404
    assert beside.get(f"{own}/merge/{second}").status_code == 404
    deeds = (
        "/edit",
        "/numbers",
        f"/numbers/{number_id}/first",
        f"/numbers/{number_id}/end",
        f"/apart/{second}",
    )
    for deed in (*deeds, "/posts", f"/posts/{post_id}/end", f"/merge/{second}"):
        form = {"number": "07000000001", "reason": "changed", "post": "y", "post_unit": "BOOTH-2"}
        assert beside.post(path + deed, **GIVEN, **form).status_code == 404, deed
    assert beside.post(f"{own}/posts/{post_id}/end").status_code == 404
    assert beside.post(f"{own}/numbers/{number_id}/first").status_code == 404
    assert beside.post(f"{own}/merge/{second}").status_code == 404
    assert (found(rt, member_id).name, found(rt, other).merged_into_id) == ("Sita", None)


@pytest.mark.parametrize("role", ["staff", "auditor", "approver", "listener"])
def test_only_who_may_change_members_does(app: Flask, rt: Runtime, role: str) -> None:
    desk = a_desk(app, rt, role=role)
    member_id, other = a_member(rt, "Sita"), a_member(rt, "Sita")
    path, second = path_of(rt, member_id), path_of(rt, other).rpartition("/")[2]
    for page in (f"{path}/edit", f"{path}/merge/{second}", "/members/doubles"):
        assert desk.get(page).status_code == 403
    for deed in (
        "edit",
        "numbers",
        "numbers/1/first",
        "numbers/1/end",
        "posts",
        "posts/1/end",
        f"merge/{second}",
    ):
        assert desk.post(f"{path}/{deed}", **GIVEN).status_code == 403
    assert desk.post(f"{path}/apart/{second}").status_code == 403


def test_broadcast_goes_only_to_whom_its_filters_mean(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    sita, ramesh = a_member(rt, "Sita"), a_member(rt, "Ramesh")
    with unit_of_work(rt.engine) as unit:
        members.set_fields(unit.db, sita, tags=["women"], handset="keypad")
        place = found(rt, ramesh).unit_id
        overlay = Overlay(code="W", name="Wing", kind="wing", unit_id=place, created_at=rt.clock())
        beyond = Overlay(
            code="X", name="X", kind="wing", unit_id=a_unit(unit.db, "BOOTH-2").id, created_at=rt.clock()
        )
        unit.db.add_all([overlay, beyond])
        unit.db.flush()
        wing, hidden = overlay.public_id, beyond.public_id
    form = {"title": "Meeting", "unit": "BOOTH-1", "text-hi": "कल मीटिंग है।", "kind": "voice"}
    made = desk.post("/broadcasts/new", **form, **{"only-tag": "women", "only-handset": "keypad"})
    page = desk.read(made.headers["Location"])
    assert "1 member will be called" in page
    assert "Only who has the tag “women”." in page
    assert ">Sita</a>" in page
    assert ">Ramesh</a>" not in page
    edit = desk.read(made.headers["Location"].replace("/check", "/edit"))
    assert 'value="women"' in edit
    made = desk.post("/broadcasts/new", **form, **{"only-overlay": wing})
    assert "Only in “Wing”." in desk.read(made.headers["Location"])
    assert desk.post("/broadcasts/new", **form, **{"only-overlay": hidden}).status_code == 404
