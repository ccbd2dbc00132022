"""What the emulator is told at its start: addresses, credentials, phones and the switches for unverified points.

Plain frozen dataclasses; nothing here reads the environment. Built by the command line and by tests.
"""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the directory whose phone can be opened on the handset page."""

    number: str
    name: str = ""
    village: str = ""
    unit: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Switches:
    """The points that no source settles (africastalking.md H, "switches"), with our default guess."""

    strict: bool = True
    barge_in: bool = True
    finish_key_in_digits: bool = False
    partial_digits: bool = True
    digits_callback_sticks: bool = True
    attempts: int = 1
    time_limit_seconds: float = 15.0
    tag_in_posts: bool = False
    null_spelling: Literal["absent", "empty", "none", "mixed"] = "absent"
    plus_in_times: bool = False
    refuse_india: bool = False


@dataclass(frozen=True, slots=True)
class EmulatorConfig:
    """`callback_url` ends with the gateway's secret; `/voice`, `/sms` and `/receipts` are added to it.

    `own_url` is where the gateway reaches the emulator (recordings are served there). `profile` names the
    population that answers phones nobody holds (people.py); `refusals` maps a number to a refusal of
    africastalking.md B1 or C2.
    """

    callback_url: str
    username: str = "memberline"
    api_key: str = "emulator"
    lines: tuple[str, ...] = ("+918000000001", "+918000000002")
    line_labels: tuple[str, ...] = ()
    sms_sender: str = "MEMBRLINE"
    service_code: str = "*384*44135#"
    speed: float = 1.0
    own_url: str = "http://127.0.0.1:8001"
    allowed_hosts: tuple[str, ...] = ()
    persons: tuple[Person, ...] = ()
    profile: str = "village"
    seed: int = 1
    switches: Switches = field(default_factory=Switches)
    refusals: tuple[tuple[str, str], ...] = ()

    @property
    def secret(self) -> str:
        """The last part of the callback address, masked wherever the wire is shown."""
        return urlsplit(self.callback_url).path.rstrip("/").rpartition("/")[2]

    def may_reach(self, url: str) -> bool:
        """True for the callback's own host and port, and for `allowed_hosts` (`host` or `host:port`)."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https"):
            return False
        home = urlsplit(self.callback_url).netloc
        return (
            parts.netloc == home or parts.netloc in self.allowed_hosts or parts.hostname in self.allowed_hosts
        )
