"""What moving, merging or closing a unit would do, in numbers: the page before the deed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from gateway.access import Viewer
from gateway.console.formats import number
from gateway.models import Unit
from gateway.rules.escalation import parent_path
from gateway.store import overlays, unit_contents, unit_counts
from gateway.units import change
from gateway.units.merge import check_merge


@dataclass(frozen=True)
class Check:
    """What the page before a deed says: a heading, sentences, and where the deed is posted."""

    place: Unit
    title: str
    sentences: list[str]
    action: str
    label: str
    goal: Unit | None = None


def of_move(db: Session, viewer: Viewer, place: Unit, goal: Unit) -> Check:
    change.check_move(db, place, goal)
    below = unit_counts.below(db, place.path)
    old = [each.name for each in overlays.overlays_of(db, viewer.unit_path, parent_path(place.path) or "/")]
    new = [each.name for each in overlays.overlays_of(db, viewer.unit_path, goal.path)]
    lose, gain = unit_contents.count_staff_between(db, place.path, goal.path)
    return Check(
        place,
        gettext("Move %(name)s under %(goal)s?", name=place.name, goal=goal.name),
        [
            _units(below.units - 1),
            _members(below.members),
            gettext("Its own staff keep what they may do in it."),
            *_some(
                lose,
                lambda n: ngettext(
                    "%(n)s person of staff above it does not see it any more.",
                    "%(n)s of staff above it do not see it any more.",
                    lose,
                    n=n,
                ),
            ),
            *_some(
                gain,
                lambda n: ngettext(
                    "%(n)s person of staff will see it from now on.",
                    "%(n)s of staff will see it from now on.",
                    gain,
                    n=n,
                ),
            ),
            *_leaves({*old} - {*new}),
            *_comes_into({*new} - {*old}),
        ],
        url_for("units_move.move", unit_id=place.id),
        gettext("Move it"),
        goal,
    )


def of_merger(db: Session, viewer: Viewer, place: Unit, goal: Unit) -> Check:
    check_merge(db, place, goal)
    held, below = unit_contents.contents(db, place.id), unit_counts.below(db, place.path)
    left = {each.name for each in overlays.overlays_of(db, viewer.unit_path, place.path)}
    left -= {each.name for each in overlays.overlays_of(db, viewer.unit_path, goal.path)}
    return Check(
        place,
        gettext("Make %(name)s part of %(goal)s?", name=place.name, goal=goal.name),
        [
            _units(below.units - 1),
            _members(below.members),
            *_some(
                held.posts,
                lambda n: ngettext("%(n)s post goes over.", "%(n)s posts go over.", held.posts, n=n),
            ),
            *_some(
                held.staff,
                lambda n: ngettext(
                    "%(n)s person of staff will work for all of %(goal)s.",
                    "%(n)s of staff will work for all of %(goal)s.",
                    held.staff,
                    n=n,
                    goal=goal.name,
                ),
            ),
            *_some(
                held.reports,
                lambda n: ngettext(
                    "%(n)s open report goes over.", "%(n)s open reports go over.", held.reports, n=n
                ),
            ),
            *_some(
                held.duty,
                lambda n: ngettext(
                    "%(n)s duty number goes over.", "%(n)s duty numbers go over.", held.duty, n=n
                ),
            ),
            *_some(
                held.news,
                lambda n: ngettext(
                    "%(n)s news item will be heard by all of %(goal)s.",
                    "%(n)s news items will be heard by all of %(goal)s.",
                    held.news,
                    n=n,
                    goal=goal.name,
                ),
            ),
            *_some(
                held.drafts,
                lambda n: ngettext(
                    "%(n)s broadcast in draft goes to %(goal)s.",
                    "%(n)s broadcasts in draft go to %(goal)s.",
                    held.drafts,
                    n=n,
                    goal=goal.name,
                ),
            ),
            *_leaves(left),
            gettext(
                "The code %(code)s leads to %(goal)s from now on, in lists too.",
                code=place.code,
                goal=goal.name,
            ),
            gettext("This cannot be taken back."),
        ],
        url_for("units_move.merge_into", unit_id=place.id),
        gettext("Make it part of %(goal)s", goal=goal.name),
        goal,
    )


def of_closing(db: Session, viewer: Viewer, place: Unit, goal: Unit) -> Check:
    change.check_close(db, place)
    return Check(
        place,
        gettext("Close %(name)s?", name=place.name),
        [
            gettext("Nothing and nobody is in it."),
            gettext("It is in no list any more. Its history stays, and it can be opened again."),
        ],
        url_for("units_move.close", unit_id=place.id),
        gettext("Close it"),
    )


def _units(count: int) -> str:
    return str(
        ngettext("%(n)s unit under it goes along.", "%(n)s units under it go along.", count, n=number(count))
    )


def _members(count: int) -> str:
    return str(ngettext("%(n)s member goes along.", "%(n)s members go along.", count, n=number(count)))


def _some(count: int, sentence: Callable[[str], str]) -> list[str]:
    return [sentence(number(count))] if count else []


def _leaves(names: set[str]) -> list[str]:
    return [gettext("It leaves: %(names)s.", names=", ".join(sorted(names)))] if names else []


def _comes_into(names: set[str]) -> list[str]:
    return [gettext("It comes into: %(names)s.", names=", ".join(sorted(names)))] if names else []
