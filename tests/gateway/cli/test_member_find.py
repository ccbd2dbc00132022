"""`member find` and `member merge`: any spelling, any id; what is wrong is one line."""

from __future__ import annotations

from gateway.db import unit_of_work
from gateway.models import Member
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.gateway.cli.conftest import Cli


def test_member_is_found_by_any_spelling_with_a_masked_number(rt: Runtime, cli: Cli) -> None:
    a_member(rt, "लक्ष्मी", number=a_number(1234))
    a_member(rt, "Gita", unit="BOOTH-2")
    (row,) = cli("member", "find", "Laxmi", "--json").json
    assert (row["name"], row["unit"], row["number"]) == ("लक्ष्मी", "BOOTH-1", "…1234")
    assert "Gita" in cli("member", "find", "--unit", "BOOTH-2").out
    assert cli("member", "find", "Nobody").out == "nobody is found\n"
    assert cli("member", "find", "--unit", "NOWHERE").code == 1


def test_two_members_are_merged_from_a_script(rt: Runtime, cli: Cli) -> None:
    kept, gone = a_member(rt, "Sita"), a_member(rt, "Sita Devi")
    for _ in range(2):
        ended = cli("member", "merge", gone, "--into", kept, "--take", "name", "--json")
        assert (ended.code, ended.json["name"]) == (0, "Sita Devi")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Member, gone).merged_into_id == kept
    assert cli("member", "merge", kept, "--into", kept).code == 1
    assert cli("member", "merge", kept, "--into", gone).code == 1
    assert cli("member", "merge", kept, "--into", gone, "--take", "caste").code == 2
    assert cli("member", "merge", "nobody", "--into", kept).code == 1
