"""What moving, merging or closing a unit would do, in numbers: the page before the deed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from gateway.access import Viewer
from gateway.console.formats import number
from gateway.models import Unit
from gateway.rules.escalation import parent_path
from gateway.store import overlays, unit_contents, unit_counts
from gateway.store.unit_contents import Contents
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
    """Say what a move would do. Raises CannotChange."""
    change.check_move(db, place, goal)
    old = _overlays(db, viewer, parent_path(place.path) or "/")
    new = _overlays(db, viewer, goal.path)
    return Check(
        place,
        gettext("Move %(name)s under %(goal)s?", name=place.name, goal=goal.name),
        [
            *_along(db, place),
            gettext("Its own staff keep what they may do in it."),
            *_staff_between(db, place, goal),
            *_leaves(old - new),
            *_comes_into(new - old),
        ],
        url_for("units_move.move", unit_id=place.id),
        gettext("Move it"),
        goal,
    )


def of_merger(db: Session, viewer: Viewer, place: Unit, goal: Unit) -> Check:
    """Say what a merger would do. Raises CannotChange."""
    check_merge(db, place, goal)
    names = {"code": place.code, "goal": goal.name}
    return Check(
        place,
        gettext("Make %(name)s part of %(goal)s?", name=place.name, goal=goal.name),
        [
            *_along(db, place),
            *_handed_over(unit_contents.contents(db, place.id), goal.name),
            *_leaves(_overlays(db, viewer, place.path) - _overlays(db, viewer, goal.path)),
            gettext("The code %(code)s leads to %(goal)s from now on, in lists too.", **names),
            gettext("This cannot be taken back."),
        ],
        url_for("units_move.merge_into", unit_id=place.id),
        gettext("Make it part of %(goal)s", goal=goal.name),
        goal,
    )


def of_closing(db: Session, viewer: Viewer, place: Unit, goal: Unit) -> Check:
    """Say what closing would do. Raises CannotChange."""
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


def _along(db: Session, place: Unit) -> list[str]:
    below = unit_counts.below(db, place.path)
    units, members = below.units - 1, below.members
    return [
        ngettext("%(n)s unit under it goes along.", "%(n)s units under it go along.", units, n=number(units)),
        ngettext("%(n)s member goes along.", "%(n)s members go along.", members, n=number(members)),
    ]


def _staff_between(db: Session, place: Unit, goal: Unit) -> list[str]:
    lose, gain = unit_contents.count_staff_between(db, place.path, goal.path)
    of_lose = ngettext(
        "%(n)s person of staff above it does not see it any more.",
        "%(n)s of staff above it do not see it any more.",
        lose,
        n=number(lose),
    )
    of_gain = ngettext(
        "%(n)s person of staff will see it from now on.",
        "%(n)s of staff will see it from now on.",
        gain,
        n=number(gain),
    )
    return _where_any((lose, of_lose), (gain, of_gain))


def _handed_over(held: Contents, goal: str) -> list[str]:
    posts, reports, duty = number(held.posts), number(held.reports), number(held.duty)
    return _where_any(
        (held.posts, ngettext("%(n)s post goes over.", "%(n)s posts go over.", held.posts, n=posts)),
        (held.staff, _staff_over(held.staff, goal)),
        (
            held.reports,
            ngettext("%(n)s open report goes over.", "%(n)s open reports go over.", held.reports, n=reports),
        ),
        (
            held.duty,
            ngettext("%(n)s duty number goes over.", "%(n)s duty numbers go over.", held.duty, n=duty),
        ),
        (held.news, _news_over(held.news, goal)),
        (held.drafts, _drafts_over(held.drafts, goal)),
    )


def _staff_over(count: int, goal: str) -> str:
    return str(
        ngettext(
            "%(n)s person of staff will work for all of %(goal)s.",
            "%(n)s of staff will work for all of %(goal)s.",
            count,
            n=number(count),
            goal=goal,
        )
    )


def _news_over(count: int, goal: str) -> str:
    return str(
        ngettext(
            "%(n)s news item will be heard by all of %(goal)s.",
            "%(n)s news items will be heard by all of %(goal)s.",
            count,
            n=number(count),
            goal=goal,
        )
    )


def _drafts_over(count: int, goal: str) -> str:
    return str(
        ngettext(
            "%(n)s broadcast in draft goes to %(goal)s.",
            "%(n)s broadcasts in draft go to %(goal)s.",
            count,
            n=number(count),
            goal=goal,
        )
    )


def _where_any(*counted: tuple[int, str]) -> list[str]:
    return [sentence for count, sentence in counted if count]


def _overlays(db: Session, viewer: Viewer, path: str) -> set[str]:
    return {each.name for each in overlays.overlays_of(db, viewer.unit_path, path)}


def _leaves(names: set[str]) -> list[str]:
    return [gettext("It leaves: %(names)s.", names=", ".join(sorted(names)))] if names else []


def _comes_into(names: set[str]) -> list[str]:
    return [gettext("It comes into: %(names)s.", names=", ".join(sorted(names)))] if names else []
