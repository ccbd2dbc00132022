"""`memberline broadcast show`, `results`, `rest`, `correct`: how it stands, what became of it, and what follows.

`show` keeps the contract's keys; all but `to_retry`, `heard_estimated` and `fallback` sum to `asked`, also in each line by
unit or by language.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.shown import Named, as_json, print_facts, print_json, print_table, runtime

if TYPE_CHECKING:
    from gateway.broadcasts.follow import Write
    from gateway.broadcasts.sums import Sums
    from gateway.db import UnitOfWork
    from gateway.models import Broadcast
    from gateway.runtime import Runtime

UNIT, LANGUAGE = "unit", "language"
acting_as = click.option("--as", "email", metavar="EMAIL", help="The person of staff who does it.")


@click.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@click.option(
    "--by", type=click.Choice([UNIT, LANGUAGE]), help="The same for each unit below it, or language."
)
@as_json
def show(broadcast_id: str, by: str | None, as_json: bool) -> None:
    """Show how a broadcast stands; all but what is to be tried again sums to who was asked."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.cli.broadcast import _find
    from gateway.db import unit_of_work

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found = _find(unit, broadcast_id)
        stand = _stand(unit, found)
        lines = _lines(unit, found, by) if by else []
        title = {"title": found.title}
    if as_json:
        print_json(stand | ({f"by_{by}": lines} if by else {}))
    elif by:
        print_table(lines, "nobody was asked")
    else:
        print_facts(title | stand)


@click.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@click.option("--csv", "csv_file", metavar="FILE", help="Write its people there, numbers masked.")
@click.option("--xlsx", "xlsx_file", metavar="FILE", help="The same for a spreadsheet program.")
@click.option("--numbers", is_flag=True, help="With whole numbers; noted.")
@acting_as
@as_json
def results(
    broadcast_id: str,
    csv_file: str | None,
    xlsx_file: str | None,
    numbers: bool,
    email: str | None,
    as_json: bool,
) -> None:
    """Show what became of a broadcast, or take its people away."""
    from gateway.cli.broadcast import _acting, _find
    from gateway.db import unit_of_work
    from gateway.models import Unit
    from gateway.store.staff import add_audit

    if csv_file and xlsx_file:
        raise click.UsageError("one file at a time: --csv or --xlsx")
    with runtime() as rt:
        with unit_of_work(rt.engine) as unit:
            found = _find(unit, broadcast_id)
            path = unit.db.get_one(Unit, found.unit_id).path
            if not (csv_file or xlsx_file):
                _acting(unit, email, "see_broadcasts", path)
                shown = _results(unit, rt, found)
            else:
                staff_id = _acting(unit, email, "export_members", path)
                staff_id = _acting(unit, email, "unmask_numbers", path) if numbers else staff_id
                said: dict[str, Any] = {"kind": "csv" if csv_file else "xlsx", "numbers": numbers}
                add_audit(
                    unit.db, staff_id, "broadcast-exported", rt.clock(), "broadcast", found.id, None, **said
                )
        if csv_file or xlsx_file:
            kind, name = ("csv", csv_file) if csv_file else ("xlsx", xlsx_file)
            shown = {"people": _write(rt, found, path, kind, str(name), numbers), "file": name}
    if as_json or "tries" not in shown:
        print_json(shown) if as_json else print_facts(shown)
    else:
        print_table(shown["tries"], "nobody was tried yet")


@click.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@acting_as
@as_json
def rest(broadcast_id: str, email: str | None, as_json: bool) -> None:
    """Try once more whoever a finished broadcast did not reach, within the same rules and caps."""
    from gateway.broadcasts import rest as room
    from gateway.cli.broadcast import _do

    def deed(unit: UnitOfWork, rt: Runtime, found: Broadcast, staff_id: int | None) -> None:
        room.try_rest(unit, rt, found)

    _do(broadcast_id, deed, as_json, email)


@click.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@acting_as
@as_json
def copy(broadcast_id: str, email: str | None, as_json: bool) -> None:
    """Draft the same broadcast once more; nobody has approved it."""
    from gateway.broadcasts.copies import copy_of

    _follow(broadcast_id, copy_of, "copy", as_json, email)


@click.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@click.option("--answers", is_flag=True, help="Tell its answers back to those who gave them instead.")
@acting_as
@as_json
def correct(broadcast_id: str, answers: bool, email: str | None, as_json: bool) -> None:
    """Draft a correction to exactly those who heard it; its words wait to be put right on the page."""
    from gateway.broadcasts import follow

    write, how = (follow.answers, follow.TELL_ANSWERS) if answers else (follow.correction, follow.CORRECT)
    _follow(broadcast_id, write, how, as_json, email)


def _follow(broadcast_id: str, write: Write, how: str, as_json: bool, email: str | None) -> None:
    from gateway.broadcasts import follow
    from gateway.cli.broadcast import _acting, _find
    from gateway.db import unit_of_work
    from gateway.models import Unit
    from gateway.store.staff import add_audit

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found = _find(unit, broadcast_id)
        staff_id = _acting(unit, email, "write_broadcasts", unit.db.get_one(Unit, found.unit_id).path)
        made = follow.find_draft(unit.db, found, how) or write(unit, rt, found, staff_id)
        add_audit(unit.db, staff_id, "copied", rt.clock(), "broadcast", made.id, how=how)
        shown = {"id": made.public_id, "state": str(made.state), "of": found.public_id}
    print_json(shown) if as_json else print_facts(shown)


def _stand(unit: UnitOfWork, found: Broadcast) -> dict[str, Any]:
    """The contract's keys and what was added. Before deliveries are made the audience is who will be asked."""
    from gateway.broadcasts import audience, sums
    from gateway.states import BroadcastState

    stand = sums.of_broadcast(unit.db, found.id)
    if found.state in (BroadcastState.DRAFT, BroadcastState.APPROVED, BroadcastState.STARTING):
        stand.asked = stand.not_yet_tried = audience.count(unit.db, found).count
    fallback = _counts(stand.fallback, "sms") if stand.fallback else None
    return {
        "id": found.public_id,
        "state": str(found.state),
        **_counts(stand, found.kind),
        "fallback": fallback,
    }


def _counts(stand: Sums, kind: str) -> dict[str, Any]:
    return {
        "asked": stand.asked,
        "heard" if kind == "voice" else "delivered": stand.heard,
        "answered_not_heard": stand.answered_not_heard,
        "not_reached": stand.not_reached,
        "in_progress": stand.in_progress,
        "held": stand.held,
        "refused": stand.refused,
        "not_yet_tried": stand.not_yet_tried,
        "in_doubt": stand.in_doubt,
        "to_retry": stand.to_retry,
        "heard_estimated": stand.heard_estimated,
    }


def _lines(unit: UnitOfWork, found: Broadcast, by: str) -> list[dict[str, Any]]:
    from gateway.broadcasts import sums

    if by == LANGUAGE:
        languages = sums.by_language(unit.db, found.id)
        return [{"language": code, **_counts(each, found.kind)} for code, each in languages.items()]
    return [
        {
            "unit": each.unit.code if each.unit else None,
            "name": each.unit.name if each.unit else None,
            **_counts(each.sums, found.kind),
        }
        for each in sums.by_unit(unit.db, found.id)
    ]


def _results(unit: UnitOfWork, rt: Runtime, found: Broadcast) -> dict[str, Any]:
    """What the plots of its page show, as numbers."""
    from gateway.broadcasts import listened
    from gateway.rules.reaching import reached_after
    from gateway.store import broadcast_results as kept
    from gateway.store.money import find_money

    db = unit.db
    tries = [each for each in kept.by_try(db, found) if each.tried]
    after = reached_after([each.tried for each in tries], [each.reached for each in tries])
    heard = listened.of_broadcast(db, rt, found)
    cost = kept.cost(db, found, find_money(db, rt.profile.money).prices.currency)
    return {
        "id": found.public_id,
        "tries": [
            each._asdict() | {"reached_so_far": round(so_far, 4)}
            for each, so_far in zip(tries, after, strict=True)
        ],
        "hours": [each._asdict() for each in kept.by_hour(db, found, rt.profile.zone)],
        "seconds": [list(each) for each in kept.listened(db, found)],
        "listened": vars(heard) if heard else None,
        "answers": [each._asdict() for each in kept.answers(db, found.id)],
        "cost": {
            "currency": cost.currency,
            "kept_back": float(cost.kept_back),
            "charged": float(cost.charged),
            "charged_tries": cost.charged_tries,
        },
    }


def _write(rt: Runtime, found: Broadcast, path: str, kind: str, name: str, has_numbers: bool) -> int:
    from gateway import broadcast_files
    from gateway.store.broadcast_people import Part

    head = [
        "member",
        "phone",
        "unit",
        "unit_code",
        "language",
        "part",
        "cause",
        "tries",
        "seconds",
        "heard_percent_estimated",
        "ended_at",
    ]
    asked = broadcast_files.Asked(
        has_numbers, "en", head, {str(part): str(part) for part in Part}, {}, "question", "voice"
    )
    try:
        with Path(name).open("wb") as out:
            return broadcast_files.write(rt, out, kind, path, found.id, asked)
    except OSError as error:
        raise click.UsageError(f"{name} cannot be written: {error.strerror}") from error
