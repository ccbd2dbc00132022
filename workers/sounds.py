"""Fetches what members recorded and makes the clips that lack; runs in a forked child, so that memory goes back."""

from __future__ import annotations

from gateway import reading, sounds, voice_notes
from gateway.reports import recordings
from workers.process import job, runtime

SECONDS_FOR_BETTER = 30.0  # the longest text that begins then ends within `gateway.queue.JOB_TIMEOUT_SECONDS`


@job
def fetch_voice_note(note_id: int) -> None:
    """Fetch one announced recording and all others that are due; the sweep rings again for what is not there yet.

    A forked child spends seconds on its imports: many calls that end together must not wait for a child each.
    """
    voice_notes.fetch(runtime(), note_id, reading.kept_too(recordings.kept))
    voice_notes.fetch_due(runtime(), reading.kept_too(recordings.kept))


@job
def build_sounds(subject: str, subject_id: int) -> None:
    """Make the missing clips of one subject; twice makes nothing twice. Slow voices go on in a job after this one."""
    report = sounds.build_subject(runtime(), subject, subject_id, seconds=SECONDS_FOR_BETTER)
    if report.is_unfinished and (report.made or report.upgraded):
        runtime().bells.build_sounds(subject, subject_id)
