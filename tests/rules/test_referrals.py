"""What looks odd about a joining that somebody is credited for: a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules.referrals import Flag, Joining, judge

AT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
NUMBER = 917000500000


def ago(*minutes: int) -> list[datetime]:
    return [AT - timedelta(minutes=each) for each in minutes]


def joining(**more: object) -> Joining:
    return Joining(at=AT, number=NUMBER, **more)  # type: ignore[arg-type]


ROWS = [
    ("an ordinary friend", joining(), ()),
    ("four others in the hour", joining(brought_at=ago(1, 10, 20, 30)), ()),
    ("five others in the hour", joining(brought_at=ago(1, 10, 20, 30, 59)), (Flag.BURST,)),
    ("five, but the first an hour ago", joining(brought_at=ago(1, 10, 20, 30, 60)), ()),
    ("fifteen over the day", joining(brought_at=ago(*range(90, 1290, 80))), (Flag.BURST,)),
    ("fourteen over the day", joining(brought_at=ago(*range(90, 1210, 80))), ()),
    ("a class of thirty in one sitting", joining(is_class=True, brought_at=ago(*range(30))), ()),
    ("sixty in an hour are no class", joining(is_class=True, brought_at=ago(*[5] * 60)), (Flag.BURST,)),
    ("three of a household", joining(on_number=3), ()),
    ("a fourth on one phone", joining(on_number=4), (Flag.ONE_HANDSET,)),
    ("the inviter's own phone", joining(is_own_number=True), (Flag.SELF,)),
    ("one neighbour", joining(their_numbers=[NUMBER + 1]), ()),
    ("two neighbours", joining(their_numbers=[NUMBER + 1, NUMBER - 10]), (Flag.SEQUENCE,)),
    ("two that are far", joining(their_numbers=[NUMBER + 11, NUMBER - 5000]), ()),
    ("the same number is none", joining(their_numbers=[NUMBER, NUMBER]), ()),
    (
        "everything at once, the gravest first",
        joining(
            is_own_number=True,
            on_number=9,
            brought_at=ago(1, 2, 3, 4, 5),
            their_numbers=[NUMBER + 1, NUMBER + 2],
        ),
        (Flag.SELF, Flag.ONE_HANDSET, Flag.BURST, Flag.SEQUENCE),
    ),
]


@pytest.mark.parametrize(("what", "given", "flags"), ROWS, ids=[row[0] for row in ROWS])
def test_joining_is_judged(what: str, given: Joining, flags: tuple[Flag, ...]) -> None:
    assert judge(given) == flags
