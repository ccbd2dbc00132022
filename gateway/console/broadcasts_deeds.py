"""What is done with a broadcast that runs or has run: pause, go on, stop, try the rest, correct it, tell its answers back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from gateway.access import Viewer, may, runtime
from gateway.broadcasts import follow, launch, rest
from gateway.broadcasts.budget import raise_budget
from gateway.console.amounts import AmountUnreadable, read_amount
from gateway.console.formats import number
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.models import Broadcast
from gateway.states import BroadcastState
from gateway.store import broadcast_list, staff

blueprint = Blueprint("broadcasts_deeds", __name__)

B = BroadcastState


@blueprint.post("/broadcasts/<public_id>/pause")
@may("send_broadcasts")
def pause(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """No new call begins from this second on."""
    _do(viewer, public_id, B.PAUSED, lambda unit, broadcast: launch.pause(unit, broadcast))
    flash(gettext("Paused. No new call begins; those under way may finish."))
    return _back(public_id)


@blueprint.post("/broadcasts/<public_id>/resume")
@may("send_broadcasts")
def resume(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Go on with whom is still to be tried."""
    rt = runtime()
    _do(viewer, public_id, B.RUNNING, lambda unit, broadcast: launch.resume(unit, rt, broadcast))
    return _back(public_id)


@blueprint.post("/broadcasts/<public_id>/stop")
@may("send_broadcasts")
def stop(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """End it for good, also before it has begun."""
    rt = runtime()
    _do(viewer, public_id, B.STOPPED, lambda unit, broadcast: launch.stop(unit, rt, broadcast))
    flash(gettext("Stopped for good. Whoever was not reached yet is not called any more."))
    return _back(public_id)


@blueprint.post("/broadcasts/<public_id>/rest")
@may("send_broadcasts")
def try_rest(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Try once more whoever was not reached; pressed twice takes them once."""
    rt, taken = runtime(), 0

    def deed(unit: UnitOfWork, broadcast: Broadcast) -> None:
        nonlocal taken
        taken = rest.try_rest(unit, rt, broadcast)

    try:
        _do(viewer, public_id, B.RUNNING, deed)
    except Conflict as error:
        flash(_why_no_rest(error))
        return _back(public_id)
    if taken:
        flash(
            ngettext("%(n)s person is tried again.", "%(n)s people are tried again.", taken, n=number(taken))
        )
    return _back(public_id)


@blueprint.post("/broadcasts/<public_id>/budget")
@may("approve_broadcasts")
def budget(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Let it cost more, where its money is used up; going on is a click of its own."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.lock_broadcast(unit.db, viewer.unit_path, public_id)
        try:
            amount = read_amount(request.form.get("budget", ""))
            raise_budget(unit, rt, broadcast, amount or Decimal(0), viewer.staff_id)
        except AmountUnreadable:
            flash(gettext("This is no amount of money. Write it in figures, like 25000."))
        except Conflict:
            flash(
                gettext(
                    "Nothing was changed: it must be paused, and the new amount more than it may cost already."
                )
            )
        else:
            said = {"budget": str(amount)}
            staff.add_audit(
                unit.db, viewer.staff_id, "budget-raised", rt.clock(), "broadcast", broadcast.id, None, **said
            )
            flash(gettext("It may cost more now. Press “Go on”."))
    return _back(public_id)


@blueprint.post("/broadcasts/<public_id>/correct")
@may("write_broadcasts")
def correct(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Begin a correction to exactly those who heard it: a draft, on the page where it is written."""
    return _follow(viewer, public_id, follow.correction, follow.CORRECT)


@blueprint.post("/broadcasts/<public_id>/tell-answers")
@may("write_broadcasts")
def tell_answers(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Begin a message that tells the answers back to those who gave them."""
    return _follow(viewer, public_id, follow.answers, follow.TELL_ANSWERS)


def _follow(viewer: Viewer, public_id: str, write: follow.Write, action: str) -> ResponseReturnValue:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.lock_broadcast(unit.db, viewer.unit_path, public_id)
        made = follow.find_draft(unit.db, broadcast, action) or write(unit, rt, broadcast, viewer.staff_id)
        staff.add_audit(unit.db, viewer.staff_id, "copied", rt.clock(), "broadcast", made.id, how=action)
    return redirect(url_for("broadcasts_compose.edit", public_id=made.public_id))


def _do(
    viewer: Viewer, public_id: str, wanted: BroadcastState, deed: Callable[[UnitOfWork, Broadcast], None]
) -> None:
    """Do one deed; where it is done already, by a double click or a colleague, nothing more happens."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.lock_broadcast(unit.db, viewer.unit_path, public_id)
        if broadcast.state != wanted:
            deed(unit, broadcast)
            action = request.path.rpartition("/")[2]
            staff.add_audit(unit.db, viewer.staff_id, action, rt.clock(), "broadcast", broadcast.id)


def _why_no_rest(error: Conflict) -> str:
    said = {
        "expired": gettext("Its time is over. Copy it into a new draft instead."),
        "no-rest": gettext("Nobody is left whom another try could reach."),
        "not-finished": gettext("The rest can be tried when the broadcast has finished."),
    }
    return str(said.get(error.code, str(error)))


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("broadcasts_show.show", public_id=public_id))
