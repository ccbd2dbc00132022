"""What `memberline flow` says of conversations in writing: what they lack, and playing one as it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

import flows
from flows.catalog import FLOWS
from flows.catalog.renderings import SMS, USSD, renderings
from flows.check_written import problems_of_writing
from flows.play_written import Written, player
from flows.screens import Screens, screens_of
from flows.simulate import demo_of, line
from flows.sms_text import segments
from flows.texts import texts_of
from flows.words import Words
from gateway.errors import NotFound
from gateway.names_scripts import read_as_typed


def lacks(words: Words) -> list[str]:
    """List what conversations lack to be written, a sentence each."""
    screens = _screens(words)
    return problems_of_writing(FLOWS, words, screens, texts_of(screens, _TEXTS).own)


def play_written(name: str, words: Words, language: str, rendering: str) -> None:
    """Play one conversation by SMS or on a phone's own screen."""
    if rendering not in renderings(name):
        raise NotFound(f"{name} has no {rendering} form, only {', '.join(renderings(name))}")
    screens = _screens(words)
    shown_in = screens.language(language) if rendering == USSD else language
    offered = list(screens.words.languages)
    facts = {**demo_of(name), "language": shown_in, "is_written": True, "languages": offered}
    facts = {**facts, "is_texted": rendering == SMS}
    write = texts_of(screens, _TEXTS).writer(is_own=True)
    click.echo("Type the answer, Enter for none.", err=True)
    last: list[Written] = []
    for shown in player(rendering, name, FLOWS, words, screens, write).play(name, _typed(last), facts):
        last[:] = [shown]
        for page in shown.shows:
            parts = f"{segments(page)} SMS, " if rendering == SMS else ""
            click.echo(f"{page}\n    [{parts}{len(page)} letters]")
        for step in shown.done:
            click.echo(f"    [{line(step, shown_in)}]")


_TEXTS = Path(flows.__file__).parent / "words" / "texts"


def _typed(last: list[Written]) -> Iterator[str]:
    while not last[0].is_over:
        try:
            yield click.prompt(">", default="", show_default=False, prompt_suffix=" ", err=True)
        except click.Abort:
            return


def _screens(words: Words) -> Screens:
    return screens_of(words, Path(flows.__file__).parent / "words" / "screens", read_as_typed)
