"""`memberline clips check`: what lacks a sound, what no person has read, and what speaks in draft quality."""

from __future__ import annotations

from audio.clips import clip_key
from gateway import sounds
from gateway.runtime import Runtime
from tests.gateway.cli.conftest import Cli


def test_what_speaks_in_draft_quality_is_counted_by_language(rt: Runtime, cli: Cli) -> None:
    wanted = [each for each in sounds.catalogue(rt) if each.recorded_as in ("reading.kept", "reading.failed")]
    for each in wanted:
        rt.clips.store(clip_key("espeak", each.language, each.text), bytes(16000), "espeak")
    told = cli("clips", "check", "--json")
    languages = {each.language: 2 for each in wanted}
    assert (told.code, told.json["drafts"]) == (1, languages)
    assert told.json["voices"] == {"espeak": len(wanted)}
    assert "hi: 2 in draft quality" in cli("clips", "check").out
