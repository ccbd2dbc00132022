"""News: what members hear on key 2. List, listen, write, withdraw."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError

from flows.steps import Tell
from gateway.access import Viewer, may, runtime
from gateway.broadcasts.publish import publish, withdraw
from gateway.console.news_form import NewsForm, blank_form, filled_form
from gateway.console.units_choice import choices, chosen, label
from gateway.console.words import StateWord
from gateway.content import languages_of, sound_in
from gateway.db import unit_of_work
from gateway.models import NewsItem
from gateway.speech import Said, Speaker
from gateway.store import news_list, staff, units

blueprint = Blueprint("news", __name__)


@blueprint.get("/news")
@may("see_news")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show what is on the line and what was, the newest first."""
    after = request.args.get("after")
    with unit_of_work(runtime().engine) as unit:
        rows, next_key = news_list.list_items(unit.db, viewer.unit_path, after)
    return render_template(
        "news/index.html",
        rows=rows,
        state_of_item=state_of,
        sounds=sounds_of,
        older=url_for("news.index", after=next_key) if next_key else None,
        first=url_for("news.index") if after else None,
    )


@blueprint.get("/news/new")
@may("write_news")
def new(viewer: Viewer) -> ResponseReturnValue:
    """Show the form."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        own = label(units.get_unit(unit.db, viewer.unit_id))
    return _page(viewer, blank_form(rt, own))


@blueprint.post("/news/new")
@may("write_news")
def create(viewer: Viewer) -> ResponseReturnValue:
    """Put it on the line; the same form sent twice makes one item."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, request.form.get("unit", "")[:300])
    form = filled_form(rt, request, place, problem)  # converts sounds: not inside a unit of work
    if form.errors or form.place is None:
        return make_response(_page(viewer, form), 422)
    try:
        _keep(viewer, form)
    except IntegrityError as error:  # both sendings of a double click came at once: the other one made it
        if "public_id" not in str(error.orig):
            raise
    flash(gettext("Members hear it on key 2 from now on."))
    return redirect(url_for("news.index"))


@blueprint.post("/news/<public_id>/withdraw")
@may("write_news")
def take_down(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Take it off the line at once."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        item = news_list.get_item(unit.db, viewer.unit_path, public_id)
        withdraw(rt, item)
        staff.add_audit(unit.db, viewer.staff_id, "news-withdrawn", rt.clock(), "news", item.id)
    flash(gettext("Nobody hears “%(title)s” any more.", title=item.title))
    return redirect(url_for("news.index"))


def state_of(item: NewsItem) -> StateWord:
    """Return how an item's state is shown."""
    if item.withdrawn_at is not None:
        return StateWord(gettext("Withdrawn"), "square", "quiet")
    if item.expires_at is not None and item.expires_at <= runtime().clock():
        return StateWord(gettext("Over"), "dash", "quiet")
    return StateWord(gettext("On the line"), "disc", "new")


def sounds_of(item: NewsItem) -> list[tuple[str, Said | None]]:
    """List every language of an item with what is heard, None while its sound is being made."""
    rt = runtime()
    speaker = Speaker(rt.words, rt.clips)
    return [
        (
            language,
            speaker.speak(
                [Tell(item.texts.get(language, ""), language, sound=sound_in(item.sounds, language))]
            ),
        )
        for language in languages_of(item.texts, item.sounds)
    ]


def _keep(viewer: Viewer, form: NewsForm) -> None:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        if form.place is None or news_list.is_known(unit.db, form.public_id):
            return
        item = publish(
            unit,
            rt,
            public_id=form.public_id,
            title=form.title,
            place=form.place,
            texts=form.texts,
            sounds=form.sounds,
            expires_at=form.expires_at,
            author_id=viewer.staff_id,
        )
        staff.add_audit(unit.db, viewer.staff_id, "news-published", rt.clock(), "news", item.id)


def _page(viewer: Viewer, form: NewsForm) -> str:
    with unit_of_work(runtime().engine) as unit:
        places = choices(unit.db, viewer.unit_path)
    return render_template("news/new.html", form=form, places=places, label=label)
