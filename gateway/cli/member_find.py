"""`memberline member find` and `member merge`: somebody by name in any spelling, and two rows that are one person."""

from __future__ import annotations

import click

from gateway.cli.shown import Named, as_json, print_facts, print_json, print_table, runtime

MOST = 50


@click.command()
@click.argument("name", default="")
@click.option("--unit", "code", metavar="CODE", help="At or below this unit.")
@click.option("--post", default="", help="Who holds this post.")
@click.option("--tag", default="", help="Who has this tag.")
@click.option("--handset", default="", help="keypad, smartphone or none.")
@click.option("--no-booth", is_flag=True, help="Office-bearers without a booth at home.")
@as_json
def find(
    name: str, code: str | None, post: str, tag: str, handset: str, no_booth: bool, as_json: bool
) -> None:
    """List members by NAME in any spelling or script, the best match first; without a name, by what the options say."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.db import unit_of_work
    from gateway.store import member_list, units

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        path = units.get_unit_by_code(unit.db, code).path if code else None
        search = member_list.Search(name, None, path, None, post, tag, handset, no_booth)
        rows = [
            {
                "id": each.member.public_id,
                "name": each.member.name,
                "unit": each.place.code,
                "status": str(each.member.status),
                "number": f"…{each.tail}" if each.tail else None,
            }
            for each in member_list.list_members(unit.db, "/", search, MOST).rows
        ]
    print_json(rows) if as_json else print_table(rows, "nobody is found")


@click.command(cls=Named)
@click.argument("gone", metavar="GONE")
@click.option("--into", "kept", required=True, metavar="KEPT", help="The member who is kept.")
@click.option(
    "--take",
    multiple=True,
    metavar="FIELD",
    help="What GONE knows better: name, number, unit, home_unit, language, handset, slot, is_adult.",
)
@as_json
def merge(gone: str, kept: str, take: tuple[str, ...], as_json: bool) -> None:
    """Make one member of two that are one person: everything of GONE goes to KEPT. By public or internal ids."""
    from gateway.db import unit_of_work
    from gateway.people import merging
    from gateway.store import merges

    unknown = [each for each in take if each not in merging.FIELDS]
    if unknown:
        raise click.UsageError(f"--take knows {', '.join(merging.FIELDS)}")
    with runtime() as rt, unit_of_work(rt.engine) as unit:
        pair = [merges.get_any(unit.db, each) for each in (kept, gone)]
        made = merging.merge(unit, rt, pair[0].id, pair[1].id, None, take)
        shown = {"id": made.public_id, "name": made.name, "consent": str(made.consent)}
    print_json(shown) if as_json else print_facts(shown)
