"""`memberline flow stats NAME`: how the questions of one conversation fared in the last days."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from gateway.cli.shown import as_json, print_json, print_table, runtime

COLUMNS = ("calls", "asked", "answered", "silent", "wrong", "again", "away", "hung_up")


@click.command("stats")
@click.argument("name")
@click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, 400), help="How far back, today included."
)
@click.option("--language", help="Only callers in this language.")
@click.option(
    "--channel", type=click.Choice(["voice", "sms", "ussd"]), help="Only calls by voice, SMS, or USSD."
)
@click.option(
    "--first/--returning", "is_first", default=None, help="Only first-time callers, or only others."
)
@as_json
def stats(
    name: str, days: int, language: str | None, channel: str | None, is_first: bool | None, as_json: bool
) -> None:
    """Show how each question of a conversation fared: answered, silent, wrong key, again, away, hung up."""
    from gateway import learning
    from gateway.control.room import today_of
    from gateway.control.window import last_days
    from gateway.db import unit_of_work
    from gateway.errors import NotFound
    from gateway.store import question_counts, units

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        if name not in rt.flows:
            raise NotFound(f"there is no conversation {name}; `memberline flow list` names them")
        window = last_days(today_of(rt), days, rt.profile.zone)
        path = units.root_unit(unit.db).path
        wanted = learning.Wanted(path, window.first, window.last, channel, language, is_first)
        flow = rt.flows[name]
        rows = learning.read(unit.db, flow, wanted)
        questions, (said, heard) = learning.questions(flow, rows, wanted), learning.heard(rows, wanted)
        seconds = question_counts.median_seconds_to_report(unit.db, path, window.since, window.until)
    found: dict[str, Any] = {
        "name": name,
        "since": window.first.isoformat(),
        "until": window.last.isoformat(),
        "seconds_to_report": seconds,
        "said_seconds": round(said, 1),
        "heard_seconds": round(heard, 1),
        "questions": [asdict(each) | {"is_troubled": each.is_troubled} for each in questions],
    }
    if as_json:
        print_json(found)
        return
    click.echo(f"{name}, {found['since']} to {found['until']}")
    if said:
        click.echo(
            f"of {said:.0f} s of words on calls, {heard:.0f} s were heard at most ({heard / said:.0%})"
        )
    print_table([_row(each) for each in questions], "It asks no question.")


def _row(question: Any) -> dict[str, object]:
    counts = {name: getattr(question, name) for name in COLUMNS}
    said = question.said_seconds
    heard = f"{question.heard_seconds / said:.0%}" if said else "-"
    return {"question": question.node, **counts, "heard": heard, "": "!" if question.is_troubled else ""}
