"""What people read aloud for the line: a reading comes in three ways, is judged, and is heard once it is chosen.

A faultless reading is chosen at once; one with a fault waits until somebody says that it will do, so that what is heard now
stays. Whatever came in is kept as it was, sealed; the clip is made of it, and made again where it is gone.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from audio.clips import RECORDED, Clip, Utterance, utterance_key
from audio.convert import to_telephone
from audio.errors import ClipError
from audio.judging import Fault, judge
from audio.tts.order import Quality, quality_of
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict, NotFound
from gateway.models import Broadcast, NewsItem, Script, Take, new_public_id
from gateway.models.sounds import LONGEST_NAME
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store import takes
from gateway.store.staff import add_audit
from gateway.store.takes import Wanted

logger = logging.getLogger(__name__)

UPLOAD, BROWSER, PHONE = "upload", "browser", "phone"
PROMPT, MESSAGE, NEWS = "prompt", "broadcast", "news"
LONGEST_MESSAGE = 120.0  # voice_design.md D7
HUMAN, MACHINE, DRAFT, NONE = Quality.HUMAN, Quality.GOOD, Quality.DRAFT, "none"


@dataclass(frozen=True)
class Reading:
    """A reading whose sounds are kept, and which is no row yet."""

    clip_key: str
    original_key: str
    seconds: float
    lufs: float
    peak_dbfs: float
    faults: tuple[Fault, ...]


def kind_of(script: Script) -> str:
    """Whose words these are: of a prompt, a broadcast or a news item."""
    if script.broadcast_id is not None:
        return MESSAGE
    return NEWS if script.news_id is not None else PROMPT


def keep_scripts(unit: UnitOfWork, rt: Runtime, catalogue: Iterable[Utterance]) -> None:
    """Give every fixed prompt of the catalogue a number; its words are gone where it is not among these."""
    wanted = [
        Wanted(
            utterance_key(each.text, each.language), each.language, each.recorded_as[:LONGEST_NAME], each.text
        )
        for each in catalogue
        if each.recorded_as
    ]
    takes.keep_prompts(unit.db, wanted, rt.clock())


def script_for(unit: UnitOfWork, rt: Runtime, message: Broadcast | NewsItem, language: str) -> Script:
    """Return the script of a message in one of its languages; raises NotFound where it says nothing in it."""
    words = str(message.texts.get(language) or "")
    if not words and not message.sounds.get(language):
        raise NotFound("this message says nothing in that language")
    named = {"broadcast_id" if isinstance(message, Broadcast) else "news_id": message.id}
    return takes.script_of_message(unit.db, language, words or message.title, rt.clock(), **named)


def read(rt: Runtime, raw: bytes, script: Script) -> Reading:
    """Judge and keep what somebody read; takes no transaction, because mastering takes its time.

    Raises ClipError, with a sentence for staff, for what is no sound and for what holds none.
    """
    longest = None if kind_of(script) == PROMPT else LONGEST_MESSAGE
    judged = judge(raw, script.words, longest)
    if Fault.SILENT in judged.faults:
        raise ClipError("Nothing can be heard on this recording.", "silent")
    clip = rt.clips.store_take(raw, judged.take)
    original = rt.files.put(io.BytesIO(raw))
    take = judged.take
    return Reading(clip.key, original, take.seconds, take.lufs, take.peak_dbfs, judged.faults)


def keep(
    unit: UnitOfWork,
    rt: Runtime,
    script: Script,
    reading: Reading,
    *,
    staff_id: int,
    via: str,
    call_id: int | None = None,
    is_asked: bool = False,
) -> Take:
    """Make a take of a reading and let it be heard where nothing is wrong with it; the same bytes twice are one take.

    `is_asked`: the reader is still to hear it and to say whether it is to be heard.
    """
    same = None if is_asked else takes.find_same(unit.db, script.id, reading.clip_key)
    if same is not None:
        rt.files.remove(reading.original_key)
        if not (same.is_chosen or same.faults):
            choose(unit, rt, script, same, staff_id)
        return same
    made = Take(
        public_id=new_public_id(),
        script_id=script.id,
        clip_key=reading.clip_key,
        original_key=reading.original_key,
        seconds=reading.seconds,
        lufs=reading.lufs,
        peak_dbfs=reading.peak_dbfs,
        faults=[str(each) for each in reading.faults],
        via=via,
        staff_id=staff_id,
        call_id=call_id,
        is_chosen=False,
        made_at=rt.clock(),
    )
    unit.db.add(made)
    unit.db.flush()
    _audit(unit, rt, script, made, "take-read", staff_id, via=via)
    if not (reading.faults or is_asked):
        choose(unit, rt, script, made, staff_id)
    return made


def choose(unit: UnitOfWork, rt: Runtime, script: Script, take: Take | None, staff_id: int) -> None:
    """Let this take be heard from now on, or none of them; the others are kept. Raises Conflict where it is too late."""
    _put_into_message(unit, script, take)
    takes.choose(unit.db, script.id, take)
    _audit(unit, rt, script, take, "take-chosen" if take else "take-dropped", staff_id)
    unit.ring(rt.chosen.forget)
    if kind_of(script) == PROMPT:
        unit.ring(lambda: rt.bells.build_sounds("catalogue", 0))  # said slower, where it is put again
    elif take is None:
        subject, message_id = kind_of(script), script.broadcast_id or script.news_id or 0
        unit.ring(lambda: rt.bells.build_sounds(subject, message_id))


def _put_into_message(unit: UnitOfWork, script: Script, take: Take | None) -> None:
    """A message carries its own sound: what was approved is never changed."""
    message: Broadcast | NewsItem | None = None
    if script.broadcast_id is not None:
        message = unit.db.get_one(Broadcast, script.broadcast_id, with_for_update=True)
        if message.state != BroadcastState.DRAFT:
            raise Conflict("this broadcast is no draft any more: copy it, and read the copy", "no-draft")
    elif script.news_id is not None:
        message = unit.db.get_one(NewsItem, script.news_id, with_for_update=True)
    if message is None:
        return
    others = {key: value for key, value in message.sounds.items() if key != script.language}
    if take is None and not message.texts.get(script.language):
        raise Conflict(
            "nothing is written in this language: without a voice it would say nothing", "no-words"
        )
    message.sounds = {**others, script.language: take.clip_key} if take else others


def mend(rt: Runtime) -> int:
    """Make the clips of chosen takes again where they are gone, each from its original; returns how many were made."""
    with unit_of_work(rt.engine) as unit:
        lacking = [each for each in takes.list_chosen(unit.db) if rt.clips.clip_of(each.clip_key) is None]
        unit.db.expunge_all()
    return sum(_mend(rt, each) for each in lacking)


def _mend(rt: Runtime, take: Take) -> bool:
    try:
        rt.clips.store(take.clip_key, to_telephone(rt.files.read(take.original_key or "")).pcm, RECORDED)
    except (ClipError, NotFound) as error:
        logger.error("the clip of a take is lost take_id=%s error=%s", take.id, type(error).__name__)
        return False
    return True


def clip_of(rt: Runtime, script: Script) -> Clip | None:
    """Return what is heard for a prompt."""
    return rt.clips.find(Utterance(script.words, script.language, script.name))


def voice_of(clip: Clip | None) -> str:
    """Say whose voice it is: a person's, a good machine's, a draft of a machine's, or nobody's."""
    return quality_of(clip.voice) if clip else NONE


def _audit(
    unit: UnitOfWork, rt: Runtime, script: Script, take: Take | None, action: str, staff_id: int, **how: str
) -> None:
    """A message's belongs to the message's unit, a prompt's to the unit of who read it."""
    place = None
    if script.broadcast_id is not None:
        place = unit.db.scalar(select(Broadcast.unit_id).where(Broadcast.id == script.broadcast_id))
    elif script.news_id is not None:
        place = unit.db.scalar(select(NewsItem.unit_id).where(NewsItem.id == script.news_id))
    add_audit(unit.db, staff_id, action, rt.clock(), "script", script.id, place, number=script.number, **how)
