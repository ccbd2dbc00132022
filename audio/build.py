"""Making all clips that are missing: recordings mastered, then every text by a quick voice, then the better ones.

Idempotent, and may be run by several processes at once: each clip is looked for just before it is made, and
two makers of the same clip agree on its name. Called by workers and the command line.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from audio.clips import RATE, SLOWER, Clip, Utterance, slower_key
from audio.convert import to_telephone
from audio.errors import ClipError, VoiceUnavailable
from audio.library import ClipLibrary
from audio.tts import Synthesizer
from audio.wav import pcm_of

_AT_ONCE = 2  # one text is spoken in the voice's process while another is mastered here

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class BuildReport:
    """`made` had no sound before, `upgraded` got a better voice, `missing` still have none.

    `is_unfinished` where a better voice still had work when its time was up.
    """

    made: int
    upgraded: int
    missing: list[Utterance]
    is_unfinished: bool = False


def build(
    library: ClipLibrary,
    voices: Sequence[Synthesizer],
    utterances: Iterable[Utterance],
    progress: Progress = lambda done, total: None,
    seconds: float = float("inf"),
) -> BuildReport:
    """Make what is missing; `voices` come in order of preference, the best first.

    Quick voices go first, so that everything can be heard within seconds; slow and remote ones then make their
    own clips, which the library prefers, for `seconds` at most; remote ones of what is not personal. Writes
    files, nothing else. `progress` hears of each step done and of how many there are.
    """
    until = time.monotonic() + seconds
    wanted = list(dict.fromkeys(utterances))
    before = library.find_many(wanted)
    quick = [voice for voice in voices if not (voice.is_remote or voice.is_slow)]
    better = [voices[: place + 1] for place, voice in enumerate(voices) if voice not in quick]
    total = len(wanted) * (1 + len(better))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for step, _ in enumerate(pool.map(partial(_ensure, library, quick), wanted), 1):
            progress(step, total)
    for round_, upto in enumerate(better, 1):
        for step, _ in enumerate(_improve(library, upto, wanted), round_ * len(wanted) + 1):
            progress(step, total)
            if time.monotonic() > until and step < total:
                return replace(_report(wanted, before, library.find_many(wanted)), is_unfinished=True)
    return _report(wanted, before, library.find_many(wanted))


def make(library: ClipLibrary, voices: Sequence[Synthesizer], utterance: Utterance) -> Clip | None:
    """Return the clip of the first voice that can speak this, making it where needed; None where none can.

    A personal utterance is never given to a remote voice.
    """
    for voice in voices:
        if voice.is_remote and utterance.is_personal:
            continue
        try:
            return speak(library, voice, utterance)
        except ClipError:
            continue
    return None


def speak(library: ClipLibrary, voice: Synthesizer, utterance: Utterance) -> Clip:
    """Return this voice's clip, found or made; raises ClipError or VoiceUnavailable."""
    found = library.find_synthetic(utterance, voice.name)
    if found:
        return found
    key = library.key_of(utterance, voice.name)
    take = to_telephone(voice.speak(utterance.text, utterance.language, RATE))
    return library.store(key, take.pcm, voice.name)


def slow_down(library: ClipLibrary, clips: Iterable[Clip]) -> int:
    """Make the slower ones of these that lack; returns how many were made (voice_design.md D10)."""
    from audio.levels import from_pcm, to_pcm  # start-up cost
    from audio.stretch import stretch  # the same

    made = 0
    for clip in dict.fromkeys(clips):
        if library.slower_of(clip) is None:
            samples = stretch(from_pcm(pcm_of(clip.content())), SLOWER)
            library.store(slower_key(clip.key), to_pcm(samples), clip.voice)
            made += 1
    return made


def _ensure(library: ClipLibrary, quick: Sequence[Synthesizer], utterance: Utterance) -> None:
    _master_recording(library, utterance)
    if not library.find(utterance):
        make(library, quick, utterance)


def _improve(
    library: ClipLibrary, voices: Sequence[Synthesizer], wanted: Sequence[Utterance]
) -> Iterator[Utterance]:
    """Let the last of these voices speak what no better one, a person first of all, has spoken."""
    *better, voice = voices
    for utterance in wanted:
        is_hidden = voice.is_remote and utterance.is_personal
        if not (is_hidden or library.find_spoken(utterance) or _has_better(library, better, utterance)):
            try:
                speak(library, voice, utterance)
            except VoiceUnavailable:
                return  # it rests; what is left waits for the next build
            except ClipError:
                pass  # this text is not for this voice; the local one stays
        yield utterance


def _has_better(library: ClipLibrary, better: Sequence[Synthesizer], utterance: Utterance) -> bool:
    return any(library.find_synthetic(utterance, voice.name) for voice in better)


def _report(
    wanted: Sequence[Utterance], before: Sequence[Clip | None], after: Sequence[Clip | None]
) -> BuildReport:
    changes = list(zip(wanted, before, after, strict=True))
    return BuildReport(
        made=sum(1 for _, old, new in changes if new and not old),
        upgraded=sum(1 for _, old, new in changes if new and old and new.key != old.key),
        missing=[utterance for utterance, _, new in changes if not new],
    )


def _master_recording(library: ClipLibrary, utterance: Utterance) -> None:
    source = library.recording_of(utterance)
    if not source or library.find_recorded(utterance):
        return
    try:
        library.store_take(source.read_bytes())
    except (ClipError, OSError):
        return  # the synthetic voice stays; `clips check` shows that no recording is in use
