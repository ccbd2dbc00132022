"""The composition root: everything a process needs, built once from its settings and passed down.

Used by `create_app`, by `workers.process`, by the command line and by tests, which replace single fields
(`dataclasses.replace`). No module elsewhere holds an engine, a queue or a client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path

from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool
from redis import Redis
from sqlalchemy import Engine, make_url

import audio
import flows
from audio.library import ClipLibrary
from audio.private import PrivateClips
from audio.tts.kokoro_folder import KokoroFolder
from flows.catalog import FLOWS
from flows.model import Flow
from flows.screens import Screens, screens_of
from flows.texts import Texts, texts_of
from flows.words import Words, load
from gateway import jsons
from gateway.channels.base import Callbacks, SmsChannel, VoiceChannel
from gateway.channels.registry import Channels, open_channels
from gateway.db import QuickPool, make_engine, unit_of_work
from gateway.files import SealedFiles
from gateway.keyring import Keyring, WrappedKey, Wrapper
from gateway.names_scripts import read_as_typed
from gateway.pace import Pace, RedisPace
from gateway.places import Folder, place_of
from gateway.queue import Bells, rq_enqueue
from gateway.rules.profiles import Profile, load_profile
from gateway.settings import Settings
from gateway.speech import Remembered
from gateway.store import vault_keys
from gateway.store.chosen import Chosen, read_chosen
from gateway.store.steps import Advance, RecentCalls, advance
from gateway.store.together import Together
from gateway.vault import Vault

Clock = Callable[[], datetime]
CLIPS, VOICE_NOTES, SPOKEN, FILES = "clips", "voice-notes", "spoken", "files"
PROVIDER = "africastalking"
WORDS = Path(flows.__file__).parent / "words"


@dataclass(frozen=True)
class Runtime:
    """What rooms are handed. `quick` is the pool of the hot path: raw connections that commit by themselves."""

    settings: Settings
    engine: Engine
    quick: ConnectionPool
    vault: Vault
    profile: Profile
    words: Words
    flows: Mapping[str, Flow]
    clips: ClipLibrary
    notes: PrivateClips
    files: SealedFiles
    channels: Channels
    bells: Bells
    clock: Clock
    pace: Pace
    chosen: Chosen
    recent: RecentCalls = field(default_factory=RecentCalls)
    remembered: Remembered = field(default_factory=Remembered)

    @cached_property
    def together(self) -> Together:
        """Writes the steps of calls, many with one commit."""
        return Together(self._advance)

    def _advance(self, steps: Sequence[Advance]) -> set[int]:
        with self.quick.connection() as connection:
            return advance(connection, steps)

    @property
    def screens(self) -> Screens:
        """What a phone's own screen shows (USSD)."""
        return _our_screens()

    @property
    def texts(self) -> Texts:
        """What menus by SMS say."""
        return _our_texts()

    @property
    def voice(self) -> VoiceChannel:
        return self.channels.voice

    @property
    def sms(self) -> SmsChannel:
        return self.channels.sms

    @property
    def callbacks(self) -> Callbacks:
        return self.channels.callbacks

    @property
    def provider(self) -> str:
        return self.channels.name

    def close(self) -> None:
        """Give every connection back; the runtime may not be used afterwards."""
        self.quick.close()
        self.engine.dispose()


def build_runtime(settings: Settings, *, pool_size: int = 4, engine: Engine | None = None) -> Runtime:
    """Build everything from settings; connects to nothing yet, so that a slow database delays no start.

    Tests hand over an engine that already knows its statements.
    """
    engine = engine or make_engine(_with_driver(settings.database_url), pool_size)
    vault = _vault(settings, engine)
    folders = sealed_folders(settings, vault)
    redis = Redis.from_url(settings.redis_url)
    quick, clips, remembered = _quick_pool(settings.database_url, pool_size), _library(settings), Remembered()
    clips.chosen = chosen = Chosen(lambda: read_chosen(quick), remembered.clear)
    return Runtime(
        settings=settings,
        engine=engine,
        quick=quick,
        vault=vault,
        profile=load_profile(settings.country),
        words=_our_words(),
        flows=FLOWS,
        clips=clips,
        notes=PrivateClips(folders[VOICE_NOTES], folders[SPOKEN]),
        files=folders[FILES],
        channels=open_channels(PROVIDER, settings),
        bells=Bells(rq_enqueue(redis)),
        clock=_clock(settings.clock_offset_seconds),
        pace=RedisPace(redis),
        chosen=chosen,
        remembered=remembered,
    )


def _library(settings: Settings) -> ClipLibrary:
    library = ClipLibrary(settings.data_dir / CLIPS, Path(audio.__file__).parent / "recorded", settings.tts)
    if settings.kokoro:
        library.narrators = {"kokoro": KokoroFolder(Path(settings.kokoro)).narrators()}
    return library


@cache
def _our_words() -> Words:
    """Read once a process; nobody writes them while it runs."""
    return load(WORDS)


@cache
def _our_screens() -> Screens:
    return screens_of(_our_words(), WORDS / "screens", read_as_typed)


@cache
def _our_texts() -> Texts:
    return texts_of(_our_screens(), WORDS / "texts")


def _clock(offset_seconds: float) -> Clock:
    offset = timedelta(seconds=offset_seconds)
    return lambda: datetime.now(UTC) + offset


def sealed_folders(settings: Settings, vault: Vault) -> dict[str, SealedFiles]:
    """Open every place whose files are sealed, by its name. What is joined for one call stays on the machine that plays it."""
    spoken = {SPOKEN: SealedFiles(Folder(settings.data_dir / SPOKEN), vault)}
    return {name: SealedFiles(place_of(settings, name), vault) for name in (VOICE_NOTES, FILES)} | spoken


def _vault(settings: Settings, engine: Engine) -> Vault:
    wrapper = Wrapper((settings.secret_key, settings.old_secret_key))

    def load() -> list[WrappedKey]:
        with unit_of_work(engine) as unit:
            return vault_keys.load(unit.db, wrapper, datetime.now(UTC))

    return Vault(Keyring(wrapper, load))


def _with_driver(url: str) -> str:
    made = make_url(url).set(drivername="postgresql+psycopg")
    return made.render_as_string(hide_password=False)


def _quick_pool(url: str, size: int) -> ConnectionPool:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return QuickPool(
        plain,
        min_size=0,
        max_size=size,
        open=True,
        timeout=5,
        configure=lambda connection: set_json_loads(jsons.loads, connection),
        kwargs={"autocommit": True, "prepare_threshold": 1},
    )
