"""`memberline flow`: list, show, check and play conversations. Needs no database and no provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

import flows
from flows.catalog import FLOWS
from flows.catalog.renderings import SMS, USSD, VOICE, renderings
from flows.check import problems
from flows.engine import Turn
from flows.model import Flow
from flows.show import describe, tree
from flows.simulate import Exchange, as_case, demo_of, lines, play
from flows.steps import Speak, Tell, WaitVoiceNote
from flows.words import Words, load
from flows.words.check import lacking
from gateway.cli import flow_written
from gateway.cli.flow_stats import stats
from gateway.errors import NotFound

HINT = "Keys as digits, Enter for silence, v to speak after the beep, h to hang up; anything else is an SMS."


@click.group()
def flow() -> None:
    """Conversations: list, show, check, play."""


flow.add_command(stats)


@flow.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_flows(as_json: bool) -> None:
    """Name every conversation."""
    rows = [
        {"name": name, "version": one.version, "nodes": len(one.nodes), "renderings": list(renderings(name))}
        for name, one in FLOWS.items()
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for name, one in FLOWS.items():
        click.echo(f"{name:14} version {one.version}, {len(one.nodes)} places, {', '.join(renderings(name))}")


@flow.command()
@click.argument("name")
@click.option("--language", default="hi", show_default=True, help="Language of the words.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, language: str, as_json: bool) -> None:
    """Draw one conversation with its words."""
    found, words = _flow(name), _words(language)
    if as_json:
        nodes = {place: describe(node) for place, node in found.nodes.items()}
        click.echo(json.dumps({"name": name, "version": found.version, "nodes": nodes}, ensure_ascii=False))
        return
    for line in tree(found, words, language):
        click.echo(line)


@flow.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(as_json: bool) -> None:
    """Judge every conversation and its words; fails where something is wrong."""
    words = load(_folder())
    found = [*problems(FLOWS, words), *flow_written.lacks(words)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    for line in [] if as_json else (found or ["All conversations are sound."]):
        click.echo(line)
    for language, prompts in lacking(words).items():
        click.echo(
            f"{language} may not be offered yet, it lacks: {', '.join(prompts) or 'nothing'}", err=as_json
        )
    raise SystemExit(1 if found else 0)


@flow.command("play")
@click.argument("name")
@click.option("--language", default="hi", show_default=True, help="Language to begin with.")
@click.option("--case", "as_test", is_flag=True, help="Print the run as a test case at the end.")
@click.option(
    "--as", "way", type=click.Choice([VOICE, SMS, USSD]), default=VOICE, show_default=True, help="How."
)
def play_flow(name: str, language: str, as_test: bool, way: str) -> None:
    """Play one conversation in the terminal, with an invented member: heard, by SMS, or on a phone's own screen."""
    _flow(name)
    words, facts = _words(language), {**demo_of(name), "language": language}
    if way != VOICE:
        flow_written.play_written(name, words, language, way)
        return
    click.echo(HINT, err=True)
    exchanges: list[Exchange] = []
    for exchange in play(FLOWS, name, _typed(exchanges), facts):
        exchanges.append(exchange)
        _tell(exchange.turn, words, language)
    if as_test:
        click.echo(as_case(name, facts, exchanges))


def _typed(exchanges: list[Exchange]) -> Iterator[str]:
    """Ask for the next input until nobody types any more."""
    while exchanges[-1].turn.state is not None:
        try:
            typed = click.prompt(">", default="", show_default=False, prompt_suffix=" ", err=True)
        except click.Abort:
            return
        yield _meant(typed.strip(), exchanges[-1].turn)


def _meant(typed: str, turn: Turn) -> str:
    if not typed:
        return "silence"
    if typed == "v" and isinstance(turn.wait, WaitVoiceNote):
        return "note 1 of 5 s"
    if typed == "h":
        return "hang up"
    return f"key {typed}" if all(letter in "0123456789*#" for letter in typed) else f"text {typed}"


def _tell(turn: Turn, words: Words, language: str) -> None:
    for step, shown in zip(turn.steps, lines(turn, language), strict=False):
        click.echo(words.text(step) if isinstance(step, Speak | Tell) else f"    [{shown}]")
    click.echo(f"    [{lines(turn, language)[-1]}]")


def _flow(name: str) -> Flow:
    if name not in FLOWS:
        raise NotFound(f"there is no conversation {name}; `memberline flow list` names them")
    return FLOWS[name]


def _words(language: str) -> Words:
    words = load(_folder())
    if language not in words.languages:
        raise NotFound(f"there are no words in {language}, only in {', '.join(words.languages)}")
    return words


def _folder() -> Path:
    return Path(flows.__file__).parent / "words"
