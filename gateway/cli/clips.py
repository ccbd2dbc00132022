"""`memberline clips`: makes the sounds of the catalogue, and says which lack in which language."""

from __future__ import annotations

import json
from collections import Counter

import click

from gateway.cli.here import runtime_here


@click.group()
def clips() -> None:
    """Build the sounds of the catalogue, or list what is missing."""


@clips.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def build(as_json: bool) -> None:
    """Make every sound that is missing; may be run as often as you like."""
    # Start-up cost: numpy and the voices are needed by this command only.
    from gateway.sounds import CATALOGUE, build_subject, missing

    rt = runtime_here()

    def progress(done: int, total: int) -> None:
        if done % 50 == 0 or done == total:
            click.echo(f"making sounds: {done} of {total}", err=True)

    report = build_subject(rt, CATALOGUE, 0, progress)
    left = missing(rt)
    rt.close()
    if as_json:
        click.echo(json.dumps({"made": report.made, "upgraded": report.upgraded, "missing": left}))
    else:
        click.echo(f"{report.made} made, {report.upgraded} with a better voice, {left} missing")
    if left:
        raise SystemExit(1)


@clips.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(as_json: bool) -> None:
    """List the sounds that lack, by language; exit code 1 where one lacks."""
    # Start-up cost: see `build`.
    from gateway.sounds import catalogue, list_missing

    rt = runtime_here()
    lacking = list_missing(rt)
    voices = Counter(clip.voice for each in catalogue(rt) if (clip := rt.clips.find(each)))
    rt.close()
    by_language = {
        language: [each.recorded_as or each.text for each in lacking if each.language == language]
        for language in sorted({each.language for each in lacking})
    }
    if as_json:
        click.echo(json.dumps({"voices": voices, "missing": by_language}, ensure_ascii=False))
    else:
        click.echo("voices: " + ", ".join(f"{voice} {count}" for voice, count in voices.most_common()))
        for language, names in by_language.items():
            click.echo(f"{language} lacks {len(names)}: {', '.join(names)}")
    if lacking:
        raise SystemExit(1)
