"""What a process is told from outside: one frozen dataclass, read once and handed down.

The only file that reads the environment. Knows names, defaults and meanings; decides nothing and opens
nothing (importing it costs a few milliseconds, so every command may). Built by the composition roots:
the command line, `gateway.serve`, the workers and the tests. Files written by `memberline up` for other
commands (`DIR/environment`) are read here too.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any, Self

from gateway.errors import SettingsError
from gateway.settings_values import (
    UnusableError,
    VoiceLine,
    amount,
    bucket,
    choice,
    choices,
    flag,
    folder,
    handing,
    is_loopback,
    model_folder,
    needs_length,
    path_secret,
    seconds,
    setting,
    text,
    url,
    voice_lines,
)

DEMO_LINES = "+918000000001=call-back,+918000000002=answer"


@dataclass(frozen=True)
class Settings:
    """Everything a process of ours is told; see `memberline settings` for the table."""

    database_url: str = setting(
        "DATABASE_URL",
        "PostgreSQL, as postgresql+psycopg://…; `up` starts one where this is not set.",
        url("postgresql+psycopg", "postgresql", "postgres"),
        secret=True,
    )
    redis_url: str = setting(
        "REDIS_URL",
        "Redis or Valkey, the doorbell of the workers; `up` starts one where this is not set.",
        url("redis", "rediss", "unix"),
        secret=True,
    )
    public_url: str = setting(
        "MEMBERLINE_PUBLIC_URL",
        "The address by which the provider reaches us, without a path at the end.",
        url("http", "https"),
    )
    secret_key: str = setting(
        "MEMBERLINE_SECRET_KEY",
        "Signs cookies and opens the keys that encrypt; at least 16 characters, losing it loses the numbers.",
        needs_length(16),
        secret=True,
    )
    old_secret_key: str = setting(
        "MEMBERLINE_OLD_SECRET_KEY",
        "The secret key before this one, while it is being replaced; see `keys rotate --secret`.",
        needs_length(16),
        "",
        secret=True,
    )
    callback_secret: str = setting(
        "MEMBERLINE_CALLBACK_SECRET",
        "The part of the callback addresses that only the provider knows; at least 16 letters and digits.",
        path_secret,
        secret=True,
    )
    trusted_proxies: int = setting(
        "MEMBERLINE_TRUSTED_PROXIES", "Hops of X-Forwarded-For that are proxies of ours.", amount(0, 5), "0"
    )
    country: str = setting(
        "MEMBERLINE_COUNTRY",
        "The profile whose laws, languages and number plan apply: in, ke, ug or ng.",
        choice("in", "ke", "ug", "ng"),
        "in",
    )
    organisation: str = setting(
        "MEMBERLINE_ORGANISATION",
        "The organisation's name as it is spoken to members.",
        text,
        "Gram Sabha Sangathan",
    )
    africastalking_username: str = setting(
        "MEMBERLINE_AFRICASTALKING_USERNAME", "Name of the account at Africa's Talking.", text, "sandbox"
    )
    africastalking_api_key: str = setting(
        "MEMBERLINE_AFRICASTALKING_API_KEY",
        "Key of that account; needed unless the provider's URL is on loopback.",
        text,
        emulated="emulator",
        secret=True,
    )
    africastalking_url: str = setting(
        "MEMBERLINE_AFRICASTALKING_URL",
        "Replaces all API hosts of the provider, as the emulator's address does; empty is the real provider.",
        url("http", "https"),
        "",
    )
    voice_numbers: tuple[VoiceLine, ...] = setting(
        "MEMBERLINE_VOICE_NUMBERS",
        "Our lines, each with its habit: +918000000001=call-back,+918000000002=answer; a missed call to one with =stop ends all calls.",
        voice_lines,
        "",
        emulated=DEMO_LINES,
    )
    calls_per_second: int = setting(
        "MEMBERLINE_CALLS_PER_SECOND",
        "New calls a second that the provider allows.",
        amount(1, 1000),
        "10",
        emulated="100",
    )
    sms_requests_per_second: int = setting(
        "MEMBERLINE_SMS_REQUESTS_PER_SECOND",
        "Requests for SMS a second that the provider allows; one carries up to a thousand numbers.",
        amount(1, 1000),
        "10",
        emulated="100",
    )
    lines: int = setting(
        "MEMBERLINE_LINES",
        "Simultaneous calls that the provider allows.",
        amount(1, 10_000),
        "50",
        emulated="500",
    )
    keys_after_seconds: int = setting(
        "MEMBERLINE_KEYS_AFTER_SECONDS",
        "A key that comes sooner than this after the first words of a call is not taken: the question is put again.",
        amount(0, 5),
        "1",
        emulated="0",
    )
    broadcasts_a_day: int = setting(
        "MEMBERLINE_BROADCASTS_A_DAY",
        "How many broadcasts may come to one number on a day; more are held until the next.",
        amount(1, 1000),
        "1",
        emulated="100",
    )
    broadcasts_a_week: int = setting(
        "MEMBERLINE_BROADCASTS_A_WEEK",
        "How many broadcasts may come to one number in seven days.",
        amount(1, 1000),
        "3",
        emulated="100",
    )
    sms_sender: str = setting(
        "MEMBERLINE_SMS_SENDER",
        "Sender name or short code of our SMS; empty is the provider's own.",
        text,
        "",
    )
    tts: tuple[str, ...] = setting(
        "MEMBERLINE_TTS",
        "Voices in the order in which they are asked: gtts, kokoro, espeak, silent.",
        choices("gtts", "kokoro", "espeak", "silent"),
        "gtts,espeak",
    )
    kokoro: str = setting(
        "MEMBERLINE_KOKORO",
        "Model folder of the voice kokoro (extra `kokoro`), which its manifest.json describes; empty: not used.",
        model_folder,
        "",
    )
    whisper: str = setting(
        "MEMBERLINE_WHISPER",
        "Model folder for drafts of recordings (extra `transcripts`), with its SHA256SUMS; empty: no drafts.",
        model_folder,
        "",
    )
    log_format: str = setting(
        "MEMBERLINE_LOG_FORMAT", "Form of log lines: text or json.", choice("text", "json"), "text"
    )
    store: str = setting(
        "MEMBERLINE_STORE",
        "Where recordings, forms and lists lie: empty is the data folder, else s3://bucket/prefix (extra `s3`).",
        bucket,
        "",
    )
    store_endpoint: str = setting(
        "MEMBERLINE_STORE_ENDPOINT",
        "Address of an S3-compatible store; empty is Amazon's own.",
        url("http", "https"),
        "",
    )
    store_region: str = setting("MEMBERLINE_STORE_REGION", "Region of that store.", text, "us-east-1")
    store_key: str = setting(
        "MEMBERLINE_STORE_KEY", "Name of the key to that store; empty asks this machine's own role.", text, ""
    )
    store_secret: str = setting(
        "MEMBERLINE_STORE_SECRET", "The secret that belongs to that key.", text, "", secret=True
    )
    clips_by: str = setting(
        "MEMBERLINE_CLIPS_BY",
        "The web server in front sends the clips: x-sendfile, or x-accel=/path/; empty: we do.",
        handing,
        "",
    )
    data_dir: Path = setting("MEMBERLINE_DATA", "Folder of clips and voice notes.", folder, "var")
    clock_offset_seconds: float = setting(
        "MEMBERLINE_CLOCK_OFFSET_SECONDS",
        "Runs the service's clock that far from the real one; only beside an emulator.",
        seconds,
        "0",
    )
    open_all_day: bool = setting(
        "MEMBERLINE_OPEN_ALL_DAY",
        "Opens calling windows at every hour for a trial; only beside an emulator.",
        flag,
        "no",
    )
    send_on: bool = setting(
        "MEMBERLINE_SEND_ON", "Off: nothing is handed to the provider, whatever is queued.", flag, "yes"
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read all settings; raises SettingsError with every problem, a line each."""
        problems: list[str] = []
        emulated = is_loopback(environ.get("MEMBERLINE_AFRICASTALKING_URL", ""))
        values: dict[str, Any] = {}
        for each in fields(cls):
            try:
                values[each.name] = _value(each, environ, emulated)
            except UnusableError as error:
                problems.append(f"{each.metadata['name']} {error}")
        problems += _contradictions(values, emulated)
        if problems:
            raise SettingsError("\n".join(problems))
        return cls(**values)

    @property
    def is_emulated(self) -> bool:
        """Whether the provider is an emulator on this machine, so that no real phone can ring."""
        return is_loopback(self.africastalking_url)

    def secrets(self) -> tuple[str, ...]:
        """Return the values that must never be logged."""
        values = (getattr(self, each.name) for each in fields(self) if each.metadata["secret"])
        return tuple(value for value in values if value and value != "emulator")


def _value(each: Field[Any], environ: Mapping[str, str], emulated: bool) -> Any:
    about = each.metadata
    raw = _raw(about["name"], environ, about["secret"])
    if raw is None:
        raw = about["emulated"] if emulated and about["emulated"] is not None else about["default"]
        if raw is None:
            raise UnusableError("is not set")
        if raw == "":
            return () if each.name == "voice_numbers" else ""
    return about["parse"](raw)


def _raw(name: str, environ: Mapping[str, str], secret: bool) -> str | None:
    value, path = environ.get(name, "").strip(), environ.get(f"{name}_FILE", "").strip()
    if not secret or not path:
        return value or None
    if value:
        raise UnusableError(f"and {name}_FILE are both set; keep one")
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableError(
            f"cannot be read from the file in {name}_FILE ({type(error).__name__})"
        ) from error


def _contradictions(values: Mapping[str, Any], emulated: bool) -> list[str]:
    """What does not go together, each value for itself being right."""
    only = "only works where MEMBERLINE_AFRICASTALKING_URL is on loopback"
    names = () if emulated else ("clock_offset_seconds", "open_all_day")
    problems = [f"MEMBERLINE_{name.upper()} {only}" for name in names if values.get(name)]
    if emulated and values.get("clips_by"):
        problems.append("MEMBERLINE_CLIPS_BY is for a web server in front: the emulator asks us directly")
    if "kokoro" in values.get("tts", ()) and values.get("kokoro") == "":
        problems.append("MEMBERLINE_TTS names kokoro, whose folder MEMBERLINE_KOKORO must say")
    return problems
