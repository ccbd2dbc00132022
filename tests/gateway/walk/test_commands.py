"""Commands: who acts for a person of staff (`--as`) reaches what that person reaches, and `--unit` shows no other unit.

Whoever has the command line and the secrets is the administrator of the whole house: those commands are named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from gateway.access.permissions import Role
from gateway.cli import COMMANDS, main, root
from tests.gateway.cli.conftest import live_in
from tests.gateway.walk.house import House, fingerprint, marks_in
from tests.gateway.walk.world import ALFA, BETA

# What names a person or a unit, and so is limited by it.
FOR_A_PERSON, OF_A_UNIT = "--as", frozenset({"--unit", "--under"})
# Commands of whoever runs the house: the whole of it, or nothing of anybody's.
OF_THE_HOUSE = frozenset(
    [
        "up",
        "test",
        "web",
        "worker",
        "scheduler",
        "emulator",
        "settings",
        "db",
        "doctor",
        "backup",
        "restore",
        "keys",
        "flow",
        "clips",
        "bench",
        "sim",
        "demo",
        "staff",
        "member",
        "consent",
        "suppression",
        "audit",
        "report",
        "rollup freeze",
        "broadcast schedule list",
        "unit",
        "purge",
        "erasure",
        "breach",
        "code",
        "drive",
    ]
) | {"broadcast list", "broadcast show", "scrub answer", "scrub list"}

Run = Callable[..., str]


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the walk's house; returns all that it says."""
    live_in(house.rt.settings, monkeypatch)

    def said(*words: str | Path) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return f"{ended.value.code}\n{out}\n{err}"

    return said


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name."""

    def below(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
        if not isinstance(command, click.Group):
            yield name, command
            return
        context = click.Context(command)
        for each in COMMANDS if command is root else command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from below(found, f"{name} {each}".strip())

    return below(root, "")


def options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def test_every_command_says_whose_it_is() -> None:
    unknown = [
        name
        for name, command in commands()
        if not {name, name.split()[0]} & OF_THE_HOUSE and not options(command) & {FOR_A_PERSON, *OF_A_UNIT}
    ]
    assert unknown == [], (
        "give the command --as or --unit and limit what it shows by them, or name it in OF_THE_HOUSE of"
        f" {Path(__file__).name} where only whoever runs the house may call it"
    )


@pytest.mark.parametrize("role", Role)
def test_nobody_acts_on_the_other_block(house: House, run: Run, role: Role) -> None:
    before = fingerprint(house.rt, BETA)
    theirs = BETA.public_id(BETA.one("broadcasts"))
    person = f"{role}@{ALFA.word}.example"
    acting = [  # `flow play --as` names no person: how a conversation is had
        name for name, command in commands() if FOR_A_PERSON in options(command) and name != "flow play"
    ]
    assert len(acting) >= 6
    for name in acting:
        said = run(*name.split(), *arguments(name, theirs), FOR_A_PERSON, person)
        assert said.startswith("1\n"), (name, said)
        assert marks_in(said, f"{theirs} {BETA.word}-BLK", BETA) == [], (name, said)
        assert fingerprint(house.rt, BETA) == before, name


def test_unit_of_a_command_shows_no_other_unit(house: House, run: Run, tmp_path: Path) -> None:
    ours = f"{ALFA.word}-BLK"
    for words in (
        ("audit", "list", "--unit", ours),
        ("unit", "list", "--under", ours),
        ("unit", "show", ours),
    ):
        said = run(*words)
        assert said.startswith("0\n"), said
        assert marks_in(said, "", BETA) == []
        assert marks_in(said, "", ALFA), said
    asked = tmp_path / "numbers.txt"
    assert run("scrub", "export", "--unit", ours, asked).startswith("0\n")
    numbers = set(asked.read_text().split())
    assert not {number[-10:] for number in BETA.numbers} & {number[-10:] for number in numbers}


def test_audience_of_a_broadcast_is_of_its_unit(house: House, run: Run) -> None:
    words = ("--kind", "voice", "--title", "Meeting", "--text", "hi=कल मीटिंग है।", "--json")
    assert run("broadcast", "create", "--unit", f"{ALFA.word}-BLK", *words).startswith("0\n")
    ours = run("broadcast", "create", "--unit", f"{ALFA.word}-BLK", *words)
    everybody = run("broadcast", "create", "--unit", "DISTRICT", *words)
    assert '"audience": 2' in ours
    assert '"audience": 4' in everybody


def arguments(name: str, public_id: str) -> list[str]:
    if name == "broadcast create":
        return ["--kind", "voice", "--title", "T", "--unit", f"{BETA.word}-BLK", "--text", "hi=कल मीटिंग है।"]
    if name == "broadcast schedule add":
        return [public_id, "--weekly", "mon", "--time", "09:00"]
    if name == "broadcast schedule stop":
        return [BETA.public_id(BETA.one("schedules"))]
    return [public_id]
