"""The routes of the application with something of a side in every place of their addresses."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from tests.gateway.walk.world import Side

# Whose public id stands in an address that begins so; the longest beginning counts.
PUBLIC_IDS = {
    "/broadcasts/": "broadcasts",
    "/broadcasts/schedules/": "schedules",
    "/house/breaches/": "breaches",
    "/house/erasures/": "rights_requests",
    "/house/scrubs/": "scrubs",
    "/house/staff/": "staff",
    "/members/": "members",
    "/members/drives/": "drives",
    "/members/joined/notes/": "voice_notes",
    "/members/joined/numbers/": "number_changes",
    "/members/lists/": "imports",
    "/news/": "news_items",
    "/reports/": "reports",
    "/reports/files/": "report_files",
    "/reports/views/": "saved_views",
    "/sounds/takes/": "takes",
    "/units/overlays/": "overlays",
    "/voice-notes/": "voice_notes",
}
# Which table a place of that name speaks of, whatever the address; an `<int:…>` is the id of the row itself.
IDS = {
    "call_id": "calls",
    "code_id": "join_codes",
    "duty_id": "duty_numbers",
    "event_id": "report_events",
    "file_id": "report_files",
    "form_id": "paper_forms",
    "gone_id": "members",
    "holiday_id": "holidays",
    "kept_id": "members",
    "member_id": "members",
    "number_id": "numbers",
    "one_id": "members",
    "other_id": "members",
    "post_id": "posts",
    "script_id": "scripts",
    "sign_in_id": "sign_ins",
    "suppression_id": "suppressions",
    "unit_id": "units",
}
SECOND = frozenset({"gone_id", "other_id"})  # not the same one as the first of the two
# Places that name nothing of anybody's: any of these words.
WORDS = {
    "day": ("2026-11-22",),
    "part": ("asked", "heard", "held", "failed"),
    "what": ("members", "units"),
    "ending": ("wav",),
    "language": ("hi",),
    "token": ("A" * 22,),
    "key": ("0" * 32,),
    "digest": ("0" * 12,),
    "events": ("1.2",),
    "name": ("console.css", "problem"),
}
NOT_FOR_STAFF = frozenset({"provider", "secret"})  # the provider's posts, tested in channels


@dataclass(frozen=True)
class Door:
    """One route: its address filled with things of one side; `is_theirs` where there is any in it."""

    rule: str
    endpoint: str
    address: str
    is_theirs: bool


def doors(app: Flask, method: str, *sides: Side) -> Iterator[Door]:
    """Yield every route of that method; of several sides every mixture that holds something of the last."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: (each.rule, each.endpoint)):
        if method in (rule.methods or set()) and not rule.arguments & NOT_FOR_STAFF:
            yield from _filled(app, rule, sides)


def _filled(app: Flask, rule: Rule, sides: tuple[Side, ...]) -> Iterator[Door]:
    names = sorted(rule.arguments)
    owned = [name for name in names if _table_of(rule, name)]
    for mixture in itertools.product(sides, repeat=len(owned)):
        if owned and sides[-1] not in mixture:
            continue
        whose = dict(zip(owned, mixture, strict=True))
        choices = [
            [_held(whose[name], rule, name)] if name in whose else _words(rule, name) for name in names
        ]
        for values in itertools.product(*choices):
            with app.test_request_context():
                address = app.url_map.bind("localhost").build(
                    rule.endpoint, dict(zip(names, values, strict=True))
                )
            yield Door(rule.rule, rule.endpoint, address, bool(owned))


def _table_of(rule: Rule, name: str) -> str | None:
    if name in IDS:
        return IDS[name]
    if name in WORDS or _choice(rule, name):
        return None
    found = [prefix for prefix in PUBLIC_IDS if rule.rule.startswith(prefix)]
    assert name == "public_id" and found, (
        f"{rule.rule} has a place <{name}> that the walk cannot fill: say in tests/gateway/walk/doors.py whose id"
        " it is (PUBLIC_IDS, IDS) or which words it takes (WORDS)"
    )
    return PUBLIC_IDS[max(found, key=len)]


def _held(side: Side, rule: Rule, name: str) -> object:
    table = _table_of(rule, name)
    assert table is not None
    row_id = side.one(table, -2 if name in SECOND else -1)
    return row_id if isinstance(rule._converters[name], IntegerConverter) else side.public_id(row_id)


def _words(rule: Rule, name: str) -> list[object]:
    return list(_choice(rule, name) or WORDS[name])


def _choice(rule: Rule, name: str) -> list[str]:
    """The words of an `any(…)` in the address."""
    converter = rule._converters.get(name)
    return sorted(getattr(converter, "items", ()))
