"""Scripts, and what was read of them. A prompt's belong to the whole organisation, a message's to the message's unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import Broadcast, NewsItem, Script, Staff, Take, Unit
from gateway.store.units import is_under


@dataclass(frozen=True)
class Wanted:
    """A fixed prompt that somebody may read aloud."""

    utterance_key: str
    language: str
    name: str
    words: str


@dataclass(frozen=True)
class Prompt:
    """A prompt's script with the take that is heard."""

    script: Script
    take: Take | None


@dataclass(frozen=True)
class Read:
    """One take as staff see it: of whom, and of which words."""

    take: Take
    script: Script
    reader: str


def keep_prompts(db: Session, wanted: Sequence[Wanted], now: datetime) -> None:
    """Give each prompt its script, and retire those whose words are said no more. Numbers are never given twice."""
    rows = db.execute(select(Script.utterance_key, Script.retired_at).where(_is_prompt()))
    known = {key: at for key, at in rows if key}
    fresh = {each.utterance_key: each for each in wanted}
    if made := [{**vars(each), "made_at": now} for key, each in fresh.items() if key not in known]:
        db.execute(insert(Script).on_conflict_do_nothing(index_elements=["utterance_key"]), made)
    _retire(db, [key for key, at in known.items() if at is None and key not in fresh], now)
    _retire(db, [key for key, at in known.items() if at is not None and key in fresh], None)


def _retire(db: Session, keys: Collection[str], at: datetime | None) -> None:
    if keys:
        chosen = update(Script).where(Script.utterance_key.in_(keys)).values(retired_at=at)
        db.execute(chosen.execution_options(synchronize_session=False))


def script_of_message(
    db: Session,
    language: str,
    words: str,
    now: datetime,
    broadcast_id: int | None = None,
    news_id: int | None = None,
) -> Script:
    """Return the script of a message in a language, made when somebody first asks; its words are those of now."""
    row = insert(Script).values(
        language=language, name="", words=words, broadcast_id=broadcast_id, news_id=news_id, made_at=now
    )
    name = "uq_scripts_broadcast" if broadcast_id else "uq_scripts_news"
    made = row.on_conflict_do_update(constraint=name, set_={"words": row.excluded.words}).returning(Script)
    return db.scalars(made, execution_options={"populate_existing": True}).one()


def get_script(db: Session, script_id: int, sight: str, sees_prompts: bool) -> Script:
    """Return a script: a prompt's, or a message's at or below `sight`; raises NotFound."""
    query = _with_unit(select(Script)).where(Script.id == script_id, _is_seen(sight, sees_prompts))
    found: Script | None = db.scalar(query)
    if found is None:
        raise NotFound("there is nothing to read here")
    return found


def find_script(db: Session, number: int, sight: str, sees_prompts: bool) -> Script | None:
    """Return the script whose number was keyed, of those that whoever keyed it may read."""
    query = _with_unit(select(Script)).where(Script.number == number, Script.retired_at.is_(None))
    found: Script | None = db.scalar(query.where(_is_seen(sight, sees_prompts)))
    return found


def get_take(db: Session, public_id: str, sight: str, sees_prompts: bool) -> tuple[Take, Script]:
    """Return a take with its script; raises NotFound where whoever asks may not know of it."""
    query = _with_unit(select(Take, Script).join(Script, Script.id == Take.script_id))
    found = db.execute(query.where(Take.public_id == public_id, _is_seen(sight, sees_prompts))).one_or_none()
    if found is None:
        raise NotFound("there is no such recording")
    return found[0], found[1]


def list_prompts(db: Session, language: str | None = None) -> list[Prompt]:
    """List the prompts that are said today, in the order of their numbers."""
    query = select(Script, Take).outerjoin(Take, and_(Take.script_id == Script.id, Take.is_chosen))
    query = query.where(_is_prompt(), Script.retired_at.is_(None)).order_by(Script.number)
    if language is not None:
        query = query.where(Script.language == language)
    return [Prompt(script, take) for script, take in db.execute(query)]


def next_prompt(db: Session, script: Script) -> int | None:
    """Return the id of the next prompt of this language that nobody has read, from the beginning where there is none behind."""
    is_read = select(Take.id).where(Take.script_id == Script.id, Take.is_chosen).exists()
    query = select(Script.id).where(_is_prompt(), Script.retired_at.is_(None), ~is_read)
    query = query.where(Script.language == script.language, Script.id != script.id)
    return db.scalar(query.order_by(Script.number < script.number, Script.number).limit(1))


def list_takes(db: Session, script: Script, limit: int = 50) -> list[Read]:
    """List what was read of a script, the newest first; of a prompt also of its older words."""
    same = Script.id == script.id
    if script.name:
        same = or_(same, and_(Script.name == script.name, Script.language == script.language))
    query = select(Take, Script, Staff.name).join(Script, Script.id == Take.script_id)
    query = query.join(Staff, Staff.id == Take.staff_id).where(same)
    rows = db.execute(query.order_by(Take.made_at.desc(), Take.id.desc()).limit(limit))
    return [Read(take, of, reader) for take, of, reader in rows]


def find_same(db: Session, script_id: int, clip_key: str) -> Take | None:
    """Return the take of these very bytes, where they came before."""
    return db.scalar(select(Take).where(Take.script_id == script_id, Take.clip_key == clip_key).limit(1))


def newest_id(db: Session, script_id: int) -> int:
    """Return the id of the take of a script that was read last, 0 where there is none."""
    return db.scalar(select(func.max(Take.id)).where(Take.script_id == script_id)) or 0


def find_of_call(db: Session, script_id: int, call_id: int, after: int) -> Take | None:
    """Return the newest take of a script that was read in this call after the one of that id."""
    query = select(Take).where(Take.script_id == script_id, Take.call_id == call_id, Take.id > after)
    return db.scalar(query.order_by(Take.id.desc()).limit(1))


def choose(db: Session, script_id: int, take: Take | None) -> None:
    """Let this take be heard, or none; two who choose at once take turns."""
    db.scalar(select(Script.id).where(Script.id == script_id).with_for_update())
    db.execute(update(Take).where(Take.script_id == script_id, Take.is_chosen).values(is_chosen=False))
    if take is not None:
        take.is_chosen = True
        db.execute(update(Take).where(Take.id == take.id).values(is_chosen=True))


def list_chosen(db: Session) -> list[Take]:
    """List every take that is to be heard: where its clip is gone it is made again."""
    return list(db.scalars(select(Take).where(Take.is_chosen)))


def _is_prompt() -> Any:
    return Script.utterance_key.is_not(None)


def _with_unit(query: Any) -> Any:
    place = func.coalesce(Broadcast.unit_id, NewsItem.unit_id)
    query = query.outerjoin(Broadcast, Broadcast.id == Script.broadcast_id)
    return query.outerjoin(NewsItem, NewsItem.id == Script.news_id).outerjoin(Unit, Unit.id == place)


def _is_seen(sight: str, sees_prompts: bool) -> Any:
    of_message = and_(Script.utterance_key.is_(None), is_under(Unit.path, sight))
    return or_(of_message, _is_prompt()) if sees_prompts else of_message
