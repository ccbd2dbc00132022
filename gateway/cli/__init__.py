"""The command `memberline`: one group whose sub-commands are loaded when they are called, not before.

Each noun has a file of its own here. `main` turns what went wrong into one line and an exit code: 0 is
success, 2 a usage error, 1 anything else.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import click

from gateway.errors import MemberlineError

# name -> (module:attribute, one line for --help); the line stands here so that --help loads nothing.
COMMANDS = {
    "up": ("gateway.cli.up:up", "Run the whole service on this machine, in the foreground."),
    "test": ("gateway.cli.test:test", "Check formatting, lint, types, imports, and run all tests."),
    "web": ("gateway.cli.processes:web", "Run the web server."),
    "worker": ("gateway.cli.processes:worker", "Run a worker."),
    "scheduler": ("gateway.cli.processes:scheduler", "Run the clock that wakes the workers."),
    "emulator": (
        "gateway.cli.processes:emulator",
        "Run the provider's look-alike with the phones in the browser.",
    ),
    "settings": ("gateway.cli.settings:settings", "Show every setting and its meaning."),
    "db": ("gateway.cli.db:db", "Bring the database up to date."),
    "doctor": ("gateway.cli.doctor:doctor", "Look for what is wrong and say how to mend it."),
    "backup": ("gateway.cli.backup:backup", "Save everything to one file."),
    "restore": ("gateway.cli.backup:restore", "Bring a saved file back."),
    "keys": ("gateway.cli.keys:keys", "The keys that encrypt: list them, change them."),
    "unit": ("gateway.cli.unit:unit", "The organisation's tree."),
    "member": ("gateway.cli.member:member", "Members: import, export, show."),
    "consent": (
        "gateway.cli.consent:consent",
        "What members agreed to: check what is kept against the ledger.",
    ),
    "suppression": ("gateway.cli.consent:suppression", "Numbers that are left alone: list, add, import."),
    "scrub": ("gateway.cli.scrub:scrub", "The do-not-disturb register: numbers out, the listed ones back."),
    "drive": ("gateway.cli.drive:drive", "Recruitment drives: begin, list, show how one stands."),
    "code": ("gateway.cli.code:code", "Codes of trainers' classes."),
    "purge": ("gateway.cli.rights:purge", "What is kept only for a while: throw it away, see what went."),
    "breach": ("gateway.cli.rights:breach", "When something got out: who must be told, and by when."),
    "staff": ("gateway.cli.staff:staff", "Coordinators, approvers and other staff."),
    "audit": ("gateway.cli.audit:audit", "Who saw and did what; check that nobody altered it."),
    "flow": ("gateway.cli.flow:flow", "Conversations: list, show, check, play."),
    "clips": ("gateway.cli.clips:clips", "Sounds: build them, find what is missing."),
    "broadcast": ("gateway.cli.broadcast:broadcast", "Calls and SMS to many members."),
    "report": ("gateway.cli.report:report", "Problems that members reported."),
    "rollup": ("gateway.cli.rollup:rollup", "The figures of a day, frozen at its hour."),
    "bench": ("gateway.cli.bench:bench", "Benchmarks, as ratios to a baseline."),
    "sim": ("gateway.cli.sim:sim", "Play broadcasts with faults at every step, by seed."),
    "demo": ("gateway.cli.demo:demo", "Load the demo organisation."),
}
HIDDEN = {"demo"}


class LazyGroup(click.Group):
    """Lists all commands and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        return [name for name in COMMANDS if name not in HIDDEN]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; one that this build lacks is an error of one line."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        try:
            command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            raise MemberlineError(f"the command {cmd_name} is not part of this build") from error
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table without importing anything."""
        rows = [(name, COMMANDS[name][1]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the `memberline up` to work with; may stand anywhere on the line.",
)
@click.version_option(package_name="memberline", message="memberline %(version)s")
@click.pass_context
def root(ctx: click.Context, data: Path | None) -> None:
    """Memberline: the phone line of organisations whose members own keypad phones."""
    ctx.obj = data


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; what the console script and `up` call."""
    sys.excepthook = _tell_in_one_line
    words = data_first(sys.argv[1:] if arguments is None else arguments)
    try:
        code = root.main(args=words, prog_name="memberline", standalone_mode=False)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "memberline"
        _complain(f"{one_line_of(error.format_message())} (see {path} --help)", 2)
    except click.ClickException as error:
        _complain(one_line_of(error.format_message()), error.exit_code)
    except click.Abort:
        sys.exit(130)
    except MemberlineError as error:
        _complain(one_line(error), 1)
    sys.exit(code if isinstance(code, int) else 0)


def data_first(arguments: Sequence[str]) -> list[str]:
    """Move `--data DIR` to the front, so that it may stand behind any command; `test` keeps its own arguments."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--" or (word == "test" and not rest):
            rest += [word, *words]
        elif word == "--data":
            front = [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word.startswith("--data="):
            front = [word]
        else:
            rest.append(word)
    return front + rest


def one_line(error: BaseException) -> str:
    """Join what an error says into one line."""
    return one_line_of(str(error)) or type(error).__name__


def one_line_of(text: str) -> str:
    """Join lines by semicolons."""
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())


def _complain(text: str, code: int) -> NoReturn:
    click.echo(f"memberline: {text}", err=True)
    sys.exit(code)


def _tell_in_one_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    library = kind.__module__.partition(".")[0]
    if issubclass(kind, BrokenPipeError):
        return  # whoever read our output has enough
    if issubclass(kind, KeyboardInterrupt):
        text = "stopped"
    elif library in ("sqlalchemy", "psycopg", "psycopg_pool") and "Operational" in kind.__name__ + str(
        kind.__mro__
    ):
        text = "the database does not answer; is `memberline up` running, or DATABASE_URL right?"
    elif library == "redis":
        text = "the queue does not answer; is `memberline up` running, or REDIS_URL right?"
    else:
        text = f"unexpected {kind.__name__}: {one_line(error)}"
    # Imported here so that no command pays for it: only an accident needs the mask.
    from gateway.logs import masked

    click.echo(f"memberline: {masked(text)}", err=True)
