"""What is done to one member from their page: numbers and posts, each a form of its own."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.members_show import values_of
from gateway.console.members_words import WORDS
from gateway.console.units_choice import chosen
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.models import Member
from gateway.people import correcting, numbers, posts
from gateway.phones import NumberUnreadable, parse_number
from gateway.store import member_list

blueprint = Blueprint("members_deeds", __name__)

Act = Callable[[UnitOfWork, Member], str]


@blueprint.post("/members/<public_id>/numbers")
@may("change_members")
def add_number(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Add another number of this member."""
    rt = runtime()
    typed = request.form.get("number", "").strip()[:100]
    try:
        number = parse_number(typed, rt.settings.country)
    except NumberUnreadable:
        return _again(viewer, public_id, "number", gettext("This is not a number that can be called."))
    if number in {each.number for each in rt.settings.voice_numbers}:
        return _again(viewer, public_id, "number", gettext("This is a number of our own line."))

    def act(unit: UnitOfWork, member: Member) -> str:
        is_new = numbers.add(unit, rt, member, number, viewer.staff_id)
        return str(
            gettext("The number is added.") if is_new else gettext("The member has this number already.")
        )

    return _act(viewer, public_id, "number", act)


@blueprint.post("/members/<public_id>/numbers/<int:number_id>/first")
@may("change_members")
def make_first(viewer: Viewer, public_id: str, number_id: int) -> ResponseReturnValue:
    """Ring this number first from now on."""

    def act(unit: UnitOfWork, member: Member) -> str:
        numbers.make_first(unit, runtime(), member, number_id, viewer.staff_id)
        return str(gettext("This number is rung first now."))

    return _act(viewer, public_id, "number", act)


@blueprint.post("/members/<public_id>/numbers/<int:number_id>/end")
@may("change_members")
def end_number(viewer: Viewer, public_id: str, number_id: int) -> ResponseReturnValue:
    """Say that a number is this member's no more."""

    def act(unit: UnitOfWork, member: Member) -> str:
        reason = request.form.get("reason", "")
        numbers.end(unit, runtime(), member, number_id, reason, viewer.staff_id)
        return str(gettext("This number is the member’s no more."))

    return _act(viewer, public_id, "number", act)


@blueprint.post("/members/<public_id>/posts")
@may("change_members")
def give_post(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Give this member a post."""
    title = request.form.get("post", "").strip()[:200]
    with unit_of_work(runtime().engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, request.form.get("post_unit", "")[:300])
    if place is None:
        return _again(viewer, public_id, "post_unit", problem or "")
    if not title or len(title) > posts.LONGEST_TITLE:
        most = posts.LONGEST_TITLE
        return _again(viewer, public_id, "post", gettext("Write the post in at most %(n)s letters.", n=most))

    def act(unit: UnitOfWork, member: Member) -> str:
        posts.give(unit, runtime(), member, title, place, viewer.staff_id)
        return str(gettext("The post is given."))

    return _act(viewer, public_id, "post", act)


@blueprint.post("/members/<public_id>/posts/<int:post_id>/end")
@may("change_members")
def end_post(viewer: Viewer, public_id: str, post_id: int) -> ResponseReturnValue:
    """End a post; it stays in the member's history."""

    def act(unit: UnitOfWork, member: Member) -> str:
        posts.end(unit, runtime(), member, post_id, viewer.staff_id)
        return str(gettext("The post has ended."))

    return _act(viewer, public_id, "post", act)


def _act(viewer: Viewer, public_id: str, field: str, act: Act) -> ResponseReturnValue:
    try:
        with unit_of_work(runtime().engine) as unit:
            done = act(unit, correcting.lock(unit, viewer.unit_path, public_id))
    except Conflict:
        words = {
            "number": gettext("At most six numbers; end one that is theirs no more, and say why."),
            "post": gettext("Write the post in at most %(n)s letters.", n=posts.LONGEST_TITLE),
        }
        return _again(viewer, public_id, field, words[field])
    flash(done)
    return redirect(url_for("members_show.show", public_id=public_id))


def _again(viewer: Viewer, public_id: str, field: str, problem: str) -> ResponseReturnValue:
    with unit_of_work(runtime().engine) as unit:
        row = member_list.get_row(unit.db, viewer.unit_path, public_id)
        values = values_of(unit, viewer, row)
    # A number that was typed is not written back into a page.
    given = {name: request.form.get(name, "")[:300] for name in ("post", "post_unit")}
    page = render_template("members/show.html", given=given, errors={field: problem}, **values, **WORDS)
    return make_response(page, 422)
