"""Recording a voice note: what counts as said, and asking once more where nothing was (D21 to D23)."""

from __future__ import annotations

from flows.model import Record
from flows.run import Run
from flows.state import Fared, Turn
from flows.steps import Heard, Speak, Text, VoiceNote, WaitVoiceNote

SHORTEST_SECONDS = 2.0  # less than this is blank until asked again, D23


def begin_note(run: Run, node: Record) -> Turn:
    """Ask for a new note; what an earlier report of this conversation left behind is not part of it."""
    for slot in (node.slot, node.text_slot):
        run.slots.pop(slot or "", None)
    return listen_for_note(run, node, run.speak(node.question))


def has_short_note(run: Run, node: object) -> bool:
    """Tell whether something short was said that must not be lost to a key."""
    return isinstance(node, Record) and bool(run.slots.get(node.slot))


def listen_for_note(run: Run, node: Record, question: Speak) -> Turn:
    """Ask, beep and record."""
    run.steps.append(question)
    return run.wait(WaitVoiceNote(node.seconds))


def take_note(run: Run, node: Record, heard: Heard) -> Turn | None:
    """Keep the note or the written words; ask once more after silence; a short note is kept rather than lost."""
    is_said = _keep(run, node, heard)
    run.fared = Fared.ANSWERED if is_said else Fared.SILENT
    run.silences += 1
    if is_said or (run.silences > 1 and run.slots.get(node.slot)):
        run.answered(node.then)
        return None
    if run.silences > 1:
        run.leave(node.blank)
        return None
    return listen_for_note(run, node, run.speak(node.again))


def _keep(run: Run, node: Record, heard: Heard) -> bool:
    match heard:
        case VoiceNote(ref, seconds):
            run.slots[node.slot] = ref
            return seconds is None or seconds >= SHORTEST_SECONDS
        case Text(text) if node.text_slot and text.strip():
            run.slots[node.text_slot] = text.strip()
            return True
        case _:
            return False
