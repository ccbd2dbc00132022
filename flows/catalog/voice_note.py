"""Where keys do not work out: speak after the beep, it is kept, and the call ends kindly (D10, D11)."""

from flows.model import Do, End, Flow, From, Record, Say
from flows.steps import OpenReport

SAID = {"note": From("slot.note"), "text": From("slot.text"), "is_unnamed": From("is_unnamed")}

VOICE_NOTE = Flow(
    "voice_note",
    1,
    "record",
    {
        "record": Record("voice_note.beep", "voice_note.beep", "note", "open", "nothing", text_slot="text"),
        "open": Do(OpenReport, "kept", SAID),
        "kept": Say("voice_note.kept", "end"),
        "nothing": Say("goodbye.member", "end"),
        "end": End(),
    },
)
