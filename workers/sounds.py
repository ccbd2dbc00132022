"""Fetches what members recorded and makes the clips that lack; runs in a forked child, so that memory goes back."""

from __future__ import annotations

from gateway import sounds, voice_notes
from workers.process import job, runtime


@job
def fetch_voice_note(note_id: int) -> None:
    """Fetch one announced recording; the sweep rings again for one that is not there yet."""
    voice_notes.fetch(runtime(), note_id)


@job
def build_sounds(subject: str, subject_id: int) -> None:
    """Make the missing clips of one subject; twice makes nothing twice."""
    sounds.build_subject(runtime(), subject, subject_id)
