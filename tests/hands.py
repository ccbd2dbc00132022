"""A person's hands on one phone of the emulator, over its JSON control. Used through `House.phone`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.house import House

CALLS_BACK, ANSWERS = "+918000000001", "+918000000002"
MENU = "*384*44135#"
LONGEST_SECONDS = 40


@dataclass
class Taken:
    """One finished call as the phone knows it: what it heard, in order, and how it ended."""

    heard: list[dict[str, Any]]
    outcome: str
    seconds: int
    recording_url: str

    @property
    def words(self) -> str:
        """All captions in one string."""
        return " | ".join(each["text"] for each in self.heard)

    @property
    def clips(self) -> list[str]:
        return [each["url"] for each in self.heard if each["url"]]


@dataclass
class Phone:
    """`keys` in scripts are by question: {1: "1"} presses 1 at the first one, after its prompt."""

    house: House
    number: str
    seen: set[str] = field(default_factory=set)

    def call(
        self, keys: dict[int, str] | None = None, *, to: str = ANSWERS, speak: float = 0.0, **script: Any
    ) -> Taken:
        """Dial, do as told, and wait until the call is over."""
        self.begins(keys, to=to, speak=speak, **script)
        return self.last_call()

    def begins(
        self, keys: dict[int, str] | None = None, *, to: str = ANSWERS, speak: float = 0.0, **script: Any
    ) -> None:
        """Dial, and do as told by itself; several phones may do so at a time."""
        pressed = [{"key": key, "on_prompt": nth} for nth, key in (keys or {}).items()]
        self._do("dial", to=to, script={"keys": pressed, "speak_seconds": speak, **script})

    def dial(self, to: str = ANSWERS) -> None:
        self._do("dial", to=to)

    def take(self) -> None:
        """Hold the phone: from now on nothing happens on it by itself."""
        self.house.control("phones", number=self.number)

    def answers_with(self, keys: dict[int, str] | None = None, **script: Any) -> None:
        """When rung: pick up and press so."""
        pressed = [{"key": key, "on_prompt": nth} for nth, key in (keys or {}).items()]
        self.house.script(self.number, answers=True, keys=pressed, **script)

    def press(self, keys: str) -> dict[str, Any]:
        return self._do("press", keys=keys, wait=LONGEST_SECONDS)

    def speak(self, seconds: float = 3.0) -> None:
        self._do("speak", seconds=seconds, wait=LONGEST_SECONDS)

    def speak_and_hang_up(self, seconds: float = 4.0) -> None:
        """Hang up in mid-sentence, after at least so many seconds of it were recorded."""
        self.house.control("speed", speed=4)  # so that a slow machine cuts no seconds off
        self.speak(seconds + 2)
        began = self.show()["call"]["seconds"]
        while self.show()["call"]["seconds"] < began + seconds:
            time.sleep(0.05)
        self.hang_up()

    def answer(self) -> None:
        self._do("answer", wait=LONGEST_SECONDS)

    def hang_up(self) -> None:
        self._do("hang-up")

    def sms(self, text: str) -> None:
        self._do("sms", to=CALLS_BACK, text=text)

    def dial_menu(self, code: str = MENU) -> str:
        """Dial the service code; what the phone's own screen shows."""
        return self._shown(self._do("ussd", code=code, wait=LONGEST_SECONDS))

    def type(self, text: str) -> str:
        """Type this into the screen that asks; what it shows then."""
        return self._shown(self._do("reply", text=text, wait=LONGEST_SECONDS))

    def _shown(self, phone: dict[str, Any]) -> str:
        return str(phone["ussd"]["screen"])

    def opt_out(self) -> None:
        self._do("opt-out")

    def show(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.house.get(f"phones/{self.number}")
        return shown

    def inbox(self) -> list[str]:
        return [each["text"] for each in self.show()["inbox"]]

    def rung(self, seconds: float = 60) -> Taken:
        """Wait until a call of ours to this phone is over; what it heard."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            placed = self.calls("Outbound")
            if placed and all(each["state"] == "ended" for each in placed):
                return self.last_call()
            time.sleep(0.05)
        raise AssertionError("this phone was not rung")

    def last_call(self) -> Taken:
        """Wait until the phone is idle; what the call that was last on it heard."""
        shown = self.house.get(f"phones/{self.number}?state=idle&wait={LONGEST_SECONDS}")
        assert shown["state"] == "idle", shown["state"]
        call = shown["last_call"]
        heard = [each for each in shown["heard"] if each["call"] == call["sessionId"]]
        return Taken(heard, call["outcome"], call["seconds"], call["recording_url"])

    def calls(self, direction: str = "Outbound") -> list[dict[str, Any]]:
        """Every call on this phone; `Outbound` are those that we placed."""
        found = self.house.get(f"calls?number={self.number.replace('+', '%2B')}")["calls"]
        return [each for each in found if each["direction"] == direction]

    def _do(self, verb: str, **body: Any) -> dict[str, Any]:
        done: dict[str, Any] = self.house.control(f"phones/{self.number}/{verb}", **body)
        return done
