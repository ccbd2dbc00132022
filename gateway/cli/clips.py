"""`memberline clips`: makes the sounds of the catalogue, and says which lack in which language."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import click

from audio.clips import Utterance
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
    """List the sounds that lack, by language, and what no person has read; exit code 1 where a sound lacks.

    Also how many are of draft quality: a voice that wants a recording in its place.
    """
    # Start-up cost: see `build`.
    from audio.tts.order import Quality, quality_of
    from gateway.sounds import catalogue, list_missing, list_unread

    rt = runtime_here()
    lacking, unread = list_missing(rt), list_unread(rt)
    found = [(each.language, clip.voice) for each in catalogue(rt) if (clip := rt.clips.find(each))]
    rt.close()
    voices = Counter(voice for _, voice in found)
    drafts = Counter(language for language, voice in found if quality_of(voice) is Quality.DRAFT)
    by_language, without_voice = _by_language(lacking), _by_language(unread)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "voices": voices,
                    "missing": by_language,
                    "without_human_voice": without_voice,
                    "drafts": drafts,
                },
                ensure_ascii=False,
            )
        )
    else:
        click.echo("voices: " + ", ".join(f"{voice} {count}" for voice, count in voices.most_common()))
        for language, count in sorted(drafts.items()):
            click.echo(f"{language}: {count} in draft quality")
        for language, names in without_voice.items():
            click.echo(f"{language}: no person has read {len(names)}: {', '.join(names)}")
        for language, names in by_language.items():
            click.echo(f"{language} lacks {len(names)}: {', '.join(names)}")
    if lacking:
        raise SystemExit(1)


def _by_language(utterances: Sequence[Utterance]) -> dict[str, list[str]]:
    """The names of prompts by language; of what is none, its words."""
    return {
        language: list(
            dict.fromkeys(each.recorded_as or each.text for each in utterances if each.language == language)
        )
        for language in sorted({each.language for each in utterances})
    }
