"""What one `up` will run, decided before anything starts: addresses, environment, emulator, demo, clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.errors import MemberlineError
from gateway.settings_values import is_loopback

HOST = "127.0.0.1"
# For a `--clock` without a zone; the profiles themselves are too heavy for the supervisor.
ZONES = {
    "in": "Asia/Kolkata",
    "ke": "Africa/Nairobi",
    "ug": "Africa/Kampala",
    "ng": "Africa/Lagos",
}


@dataclass(frozen=True)
class Plan:
    """`provided` holds the variables that `up` adds to its own environment."""

    data: Path
    port: int
    has_emulator: bool
    has_demo: bool
    provided: Mapping[str, str]

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports that must be free."""
        return (self.port, self.port + 1) if self.has_emulator else (self.port,)

    @property
    def console_url(self) -> str:
        """Where people open the console."""
        return f"http://{HOST}:{self.port}/"

    @property
    def phones_url(self) -> str:
        """Where people open the phones of the emulator."""
        return f"http://{HOST}:{self.port + 1}/"


def make_plan(
    environ: Mapping[str, str], data: Path, port: int, demo: bool, clock: str | None, now: datetime
) -> Plan:
    """Decide; raises MemberlineError where what is asked contradicts the provider that is set.

    Where MEMBERLINE_AFRICASTALKING_URL or its key is set, neither emulator nor demo is started.
    """
    prefix = "MEMBERLINE_AFRICASTALKING_"
    own_provider = any(environ.get(prefix + name) for name in ("URL", "API_KEY", "API_KEY_FILE"))
    emulator_url = f"http://{HOST}:{port + 1}"
    provider_url = environ.get(f"{prefix}URL", "") if own_provider else emulator_url
    provided = {"MEMBERLINE_PUBLIC_URL": f"http://{HOST}:{port}", "MEMBERLINE_DATA": str(data)}
    if not own_provider:
        provided |= {f"{prefix}URL": emulator_url, f"{prefix}USERNAME": "memberline"}
    if clock:
        if not is_loopback(provider_url):
            raise MemberlineError(
                "--clock only works where the provider's URL is on loopback: phones are real here"
            )
        offset = _instant(clock, environ.get("MEMBERLINE_COUNTRY", "in")) - now
        provided["MEMBERLINE_CLOCK_OFFSET_SECONDS"] = f"{offset.total_seconds():.3f}"
    has_demo = demo and not own_provider
    if has_demo and not clock:
        provided["MEMBERLINE_OPEN_ALL_DAY"] = "yes"
    kept = {
        name: value for name, value in provided.items() if name == "MEMBERLINE_DATA" or not environ.get(name)
    }
    return Plan(data, port, not own_provider, has_demo, kept)


def _instant(text: str, country: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MemberlineError("--clock needs an instant such as 2026-11-22T10:00+05:30") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(ZONES.get(country, "UTC")))
