"""Sounds: a reading of 30 s mastered in 100 ms of CPU at most; a thousand prompts of eSpeak in a minute on two cores; one that
lacks made within 2 s of being needed (issue 7).

Baselines of the same run: the same 30 s decoded and resampled alone; the voice's own share of the building. What others do on
the machine is kept out: building is judged by its CPU on two cores.
"""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

import numpy as np
import soundfile

from audio.build import build, make
from audio.clips import Utterance
from audio.convert import to_telephone
from audio.decode import decode
from audio.judging import judge
from audio.library import ClipLibrary
from audio.tts.espeak import Espeak

SECONDS, PROMPTS, ROUNDS = 30, 1000, 7
MASTER_MS, BUILD_SECONDS, MISSING_SECONDS = 100.0, 60.0, 2.0
WORDS = "पानी का नल टूटा है और गली में तीन दिन से अँधेरा है।"


def main() -> None:
    raw = _a_reading()
    for what in (to_telephone, judge, decode):
        what(raw)  # the numeric packages are loaded
    bare, mastered, judged = (_cpu_ms(lambda what=what: what(raw)) for what in (decode, to_telephone, judge))  # type: ignore[misc]
    print(f"{SECONDS} s decoded alone: {bare:.0f} ms of CPU")
    print(f"{SECONDS} s mastered: {mastered:.0f} ms of CPU; ratio {mastered / bare:.1f}")
    print(f"{SECONDS} s mastered and judged: {judged:.0f} ms of CPU; ratio {judged / bare:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        built, cpu, alone = _build(Path(folder))
        missing = _missing(Path(folder))
    print(f"{PROMPTS} prompts of eSpeak built: {built:.1f} s by the clock, {cpu:.1f} s of CPU")
    print(f"the voice's own share of it: {alone:.1f} s; ratio {cpu / alone:.1f}")
    print(f"one that lacks, from nothing running to a clip: {missing * 1000:.0f} ms")
    wrong = [
        f"{what} took {found:.1f}, at most {goal:.0f}"
        for what, found, goal in (
            ("mastering (ms)", judged, MASTER_MS),
            ("building (s of each of two cores)", cpu / 2, BUILD_SECONDS),
            ("a missing clip (s)", missing, MISSING_SECONDS),
        )
        if found > goal
    ]
    if wrong:
        raise SystemExit("; ".join(wrong))


def _a_reading() -> bytes:
    """Half a minute of what swells and fades like speech, as a browser records it."""
    rate = 44_100
    noise = np.random.default_rng(7).normal(0, 0.1, SECONDS * rate)
    syllables = 0.5 - 0.5 * np.cos(2 * np.pi * 4 * np.arange(len(noise)) / rate)
    file = io.BytesIO()
    soundfile.write(file, noise * syllables, rate, format="WAV")
    return file.getvalue()


def _cpu_ms(what: Callable[[], object]) -> float:
    def once() -> float:
        began = time.process_time()
        what()
        return (time.process_time() - began) * 1000

    return median(once() for _ in range(ROUNDS))


def _build(folder: Path) -> tuple[float, float, float]:
    """Seconds for all by the clock, seconds of CPU of both processes, and those of the voice alone."""
    with closing(Espeak()) as voice:
        wanted = [Utterance(f"{WORDS} {nth}", "hi") for nth in range(PROMPTS)]
        before, began = os.times(), time.perf_counter()
        report = build(ClipLibrary(folder, None, ("espeak",)), [voice], wanted)
        took = time.perf_counter() - began
        assert report.made == PROMPTS
    after = os.times()  # the voice's process has ended, so that its share is known
    alone = after.children_user + after.children_system - before.children_user - before.children_system
    return took, after.user + after.system - before.user - before.system + alone, alone


def _missing(folder: Path) -> float:
    """The voice is started for it, as in a worker that has just come up."""
    began = time.perf_counter()
    with closing(Espeak()) as voice:
        assert make(ClipLibrary(folder, None, ("espeak",)), [voice], Utterance("यह अभी चाहिए।", "hi"))
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
