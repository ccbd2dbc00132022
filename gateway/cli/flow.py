"""`memberline flow`: list, show, check and play conversations. Needs no database and no provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

import flows
from flows.catalog import FLOWS
from flows.check import problems
from flows.engine import Turn
from flows.model import Flow
from flows.show import describe, tree
from flows.simulate import Exchange, as_case, demo_of, lines, play
from flows.steps import Speak, Tell, WaitVoiceNote
from flows.words import Words, load
from gateway.errors import NotFound

HINT = "Keys as digits, Enter for silence, v to speak after the beep, h to hang up; anything else is an SMS."


@click.group()
def flow() -> None:
    """Conversations: list, show, check, play."""


@flow.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_flows(as_json: bool) -> None:
    """Name every conversation."""
    rows = [{"name": one.name, "version": one.version, "nodes": len(one.nodes)} for one in FLOWS.values()]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['name']:14} version {row['version']}, {row['nodes']} places")


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
    found = problems(FLOWS, load(_folder()))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    for line in [] if as_json else (found or ["All conversations are sound."]):
        click.echo(line)
    raise SystemExit(1 if found else 0)


@flow.command("play")
@click.argument("name")
@click.option("--language", default="hi", show_default=True, help="Language to begin with.")
@click.option("--case", "as_test", is_flag=True, help="Print the run as a test case at the end.")
def play_flow(name: str, language: str, as_test: bool) -> None:
    """Play one conversation in the terminal, with an invented member."""
    _flow(name)
    words, facts = _words(language), {**demo_of(name), "language": language}
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
    for step, line in zip(turn.steps, lines(turn, language), strict=False):
        click.echo(words.text(step) if isinstance(step, Speak | Tell) else f"    [{line}]")
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
