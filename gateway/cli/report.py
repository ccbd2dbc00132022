"""`memberline report`: staff's work on reported problems from a script (contract: Commands)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.shown import (
    as_json,
    by_language,
    print_facts,
    print_json,
    print_table,
    runtime,
    stored_sounds,
    texts_and_sounds,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from gateway.db import UnitOfWork
    from gateway.models import Report
    from gateway.runtime import Runtime


@click.group()
def report() -> None:
    """See what members reported and answer them."""


@report.command("list")
@click.option("--state", help="Only reports in this state.")
@as_json
def list_(state: str | None, as_json: bool) -> None:
    """List reports, the newest first; also drafts."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.db import unit_of_work

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        rows = [_line(rt, *found) for found in _lines(unit.db)]
    rows = [row for row in rows if state in (None, row["state"])]
    print_json(rows) if as_json else print_table(rows, "nobody has reported anything yet")


@report.command()
@click.argument("reference", metavar="REF")
@as_json
def show(reference: str, as_json: bool) -> None:
    """Show one report with its words, answer and history."""
    from gateway.db import unit_of_work
    from gateway.store import reports

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found = reports.get_by_reference(unit.db, _digits(reference))
        facts = _line(rt, *_lines(unit.db, found.id)[0]) | _contents(rt, unit.db, found)
        history = _history(rt, unit.db, found.id)
    if as_json:
        print_json({**facts, "history": history})
        return
    print_facts(facts)
    click.echo("")
    print_table(history, "no history")


@report.command()
@click.argument("reference", metavar="REF")
@texts_and_sounds
@as_json
def answer(reference: str, texts: tuple[str, ...], audio: tuple[str, ...], as_json: bool) -> None:
    """Answer a report: the member's phone rings with it and asks whether it is solved."""
    from gateway.db import unit_of_work
    from gateway.reports.answering import answer as give
    from gateway.sounds import build_subject
    from gateway.store import reports
    from gateway.store.staff import add_audit

    words, files = by_language(texts, "--text"), by_language(audio, "--audio")
    if not words and not files:
        raise click.UsageError("an answer needs --text hi=… or --audio hi=FILE")
    with runtime() as rt:
        sounds = stored_sounds(rt, files)
        with unit_of_work(rt.engine) as unit:
            found = reports.get_by_reference(unit.db, _digits(reference))
            give(unit, rt, found.id, None, words, sounds)
            made = reports.last_answer(unit.db, found.id)
            add_audit(unit.db, None, "report.answered", rt.clock(), "report", found.id)
        if made is not None:
            build_subject(rt, "answer", made.id)
    shown = {"reference": found.reference, "state": str(found.state)}
    print_json(shown) if as_json else click.echo(f"{found.reference} is {found.state}")


@report.command()
@click.argument("reference", metavar="REF")
@click.argument("email")
@as_json
def assign(reference: str, email: str, as_json: bool) -> None:
    """Give a report to a person of staff who may know of it."""
    from gateway.reports import desk
    from gateway.store.staff import get_by_email

    _do(
        reference,
        as_json,
        "report.assigned",
        lambda unit, rt, report_id: desk.assign(unit, rt, report_id, None, get_by_email(unit.db, email).id),
    )


@report.command()
@click.argument("reference", metavar="REF")
@click.argument("said", type=click.Choice(["yes", "no", "partly"]))
@as_json
def told(reference: str, said: str, as_json: bool) -> None:
    """Keep what the reporter said of the answer to somebody who went there: solved yes, no or partly."""
    from gateway.reports import outcome

    _do(
        reference,
        as_json,
        "report.told",
        lambda unit, rt, report_id: outcome.told_in_person(unit, rt, report_id, None, said),
    )


def _do(reference: str, as_json: bool, action: str, deed: Callable[[UnitOfWork, Runtime, int], int]) -> None:
    from gateway.db import unit_of_work
    from gateway.store import reports
    from gateway.store.staff import add_audit

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found = reports.get_by_reference(unit.db, _digits(reference))
        deed(unit, rt, found.id)
        add_audit(unit.db, None, action, rt.clock(), "report", found.id)
        shown = {"reference": found.reference, "state": str(found.state)}
    print_json(shown) if as_json else click.echo(f"{shown['reference']} is {shown['state']}")


def _lines(db: Session, report_id: int | None = None) -> Sequence[Any]:
    from sqlalchemy import select

    from gateway.models import Member, Report, Unit, VoiceNote

    query = (
        select(Report, Unit.code, Member.name, VoiceNote.public_id)
        .join(Unit, Unit.id == Report.unit_id)
        .outerjoin(Member, Member.id == Report.member_id)
        .outerjoin(VoiceNote, VoiceNote.id == Report.voice_note_id)
        .order_by(Report.received_at.desc(), Report.id.desc())
    )
    return db.execute(query if report_id is None else query.where(Report.id == report_id)).all()


def _line(rt: Runtime, found: Report, code: str, name: str | None, note: str | None) -> dict[str, Any]:
    return {
        "reference": found.reference,
        "state": str(found.state),
        "urgency": str(found.urgency),
        "unit": code,
        "member": name or None,
        "received_at": _local(rt, found.received_at),
        "voice_note": note,
    }


def _contents(rt: Runtime, db: Session, found: Report) -> dict[str, Any]:
    """The member's own words, and the last answer by language."""
    from gateway.store import reports

    last = reports.last_answer(db, found.id)
    sealed = found.sealed_text
    return {
        "text": rt.vault.open_text(sealed, reports.TEXT_PURPOSE, found.reference) if sealed else None,
        "texts": last.texts if last else {},
        "sounds": last.sounds if last else {},
    }


def _history(rt: Runtime, db: Session, report_id: int) -> list[dict[str, Any]]:
    from gateway.store import reports
    from gateway.store.reports import NOTE_PURPOSE
    from gateway.store.staff import names_of

    events = reports.history(db, report_id)
    names = names_of(db, [event.staff_id for event in events if event.staff_id])
    return [
        {
            "at": _local(rt, event.at),
            "kind": event.kind,
            "state": str(event.state) if event.state else None,
            "by": names.get(event.staff_id) if event.staff_id else None,
            "note": rt.vault.open_text(event.sealed_note, NOTE_PURPOSE, report_id)
            if event.sealed_note
            else None,
        }
        for event in events
    ]


def _local(rt: Runtime, at: Any) -> str:
    return str(at.astimezone(rt.profile.timezone).isoformat(timespec="seconds"))


def _digits(reference: str) -> str:
    """A reference as it is read aloud or copied: spaces and digits of any script."""
    return "".join(str(unicodedata.decimal(each, each)) for each in reference if not each.isspace())
