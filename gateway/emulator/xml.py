"""Reading the gateway's voice XML as strictly as we can (africastalking.md A5). Pure.

The real provider ignores a misspelt attribute in silence, which makes menus loop; here every unknown element,
attribute or value is a problem that is shown on the wire. Called by story.py with each reply's body.
"""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Sound:
    """A `Say` (text) or a `Play` (url)."""

    url: str = ""
    text: str = ""
    beep: bool = False


@dataclass(frozen=True, slots=True)
class GetDigits:
    prompt: Sound | None = None
    count: int | None = None
    timeout: float = 30.0
    finish: str = ""
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """`terminal` is the bare `<Record/>`, which records until the hang-up."""

    terminal: bool = False
    prompt: Sound | None = None
    finish: str = ""
    longest: float | None = None
    silence: float = 3600.0
    trim: bool = False
    beep: bool = False
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str


@dataclass(frozen=True, slots=True)
class Reject:
    pass


@dataclass(frozen=True, slots=True)
class Dial:
    numbers: tuple[str, ...]
    record: bool = False
    sequential: bool = False
    longest: float | None = None


@dataclass(frozen=True, slots=True)
class Unbuilt:
    """An element that the provider knows and this emulator does not play."""

    name: str


Action = Sound | GetDigits | Record | Redirect | Reject | Dial | Unbuilt


@dataclass(slots=True)
class Document:
    """The actions in order, and what is wrong with the reply; `broken` means that nothing can be run."""

    actions: list[Action] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    broken: bool = False


ATTRIBUTES: dict[str, set[str]] = {
    "Say": {"voice", "playBeep"},
    "Play": {"url"},
    "GetDigits": {"numDigits", "timeout", "finishOnKey", "callbackUrl"},
    "Record": {"finishOnKey", "maxLength", "timeout", "trimSilence", "playBeep", "callbackUrl"},
    "Dial": {
        "phoneNumbers", "record", "sequential", "callerId", "ringBackTone", "ringbackTone", "maxDuration",
    },
    "Enqueue": {"holdMusic", "url", "name"},
    "Dequeue": {"phoneNumber", "name"},
    "Conference": set(),
    "Redirect": set(),
    "Reject": set(),
}  # fmt: skip
PARENTS_OF_SOUND = {"GetDigits", "Record"}
LAST_ELEMENTS = {"Redirect", "Reject", "Conference", "Enqueue", "Dequeue"}


def read(body: bytes | str) -> Document:
    """Read a reply; never raises. Source: africastalking.md A5."""
    raw = body.encode() if isinstance(body, str) else body
    document = Document()
    if not raw.strip() or len(raw) > MAX_BYTES or b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        return Document(problems=["the reply is empty, too long or declares a document type"], broken=True)
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        return Document(problems=[f"not XML: {error}"], broken=True)
    if root.tag != "Response":
        return Document(problems=[f"the root is <{root.tag}>, not <Response>"], broken=True)
    for element in root:
        action = _Reader(element, document.problems).action()
        if action is not None:
            document.actions.append(action)
    _judge_order(list(root), document.problems)
    return document


def _judge_order(elements: list[ElementTree.Element], problems: list[str]) -> None:
    names = [element.tag for element in elements]
    if not names:
        problems.append("an empty <Response>: whether it ends the call is not documented")
    if "Reject" in names and len(names) > 1:
        problems.append("<Reject> must be the only element")
    for element, name in zip(elements[:-1], names[:-1], strict=True):
        if name in LAST_ELEMENTS or (name == "Record" and not element.attrib and not len(element)):
            problems.append(f"elements after <{name}> never run")


class _Reader:
    def __init__(self, element: ElementTree.Element, problems: list[str]) -> None:
        self.element = element
        self.name = element.tag
        self.problems = problems

    def action(self) -> Action | None:
        if self.name not in ATTRIBUTES:
            self.problems.append(f"unknown element <{self.name}>")
            return None
        for attribute in sorted(self.element.attrib.keys() - ATTRIBUTES[self.name]):
            self.problems.append(f"unknown attribute {attribute} on <{self.name}>")
        match self.name:
            case "Say" | "Play":
                return self._sound()
            case "GetDigits":
                return self._get_digits()
            case "Record":
                return self._record()
            case "Dial":
                return self._dial()
            case "Redirect":
                return Redirect(self._url((self.element.text or "").strip(), "text"))
            case "Reject":
                return Reject()
        return Unbuilt(self.name)

    def _sound(self) -> Sound:
        if self.name == "Play":
            return Sound(url=self._url(self.element.get("url", ""), "url"))
        text = " ".join("".join(self.element.itertext()).split())
        if not text:
            self.problems.append("<Say> without words")
        return Sound(text=text, beep=self._flag("playBeep"))

    def _prompt(self) -> Sound | None:
        sounds = [child for child in self.element if child.tag in ("Say", "Play")]
        for child in self.element:
            if child.tag not in ("Say", "Play"):
                self.problems.append(f"<{child.tag}> may not stand inside <{self.name}>")
        if len(sounds) > 1:
            self.problems.append(f"more than one sound inside <{self.name}>")
        return _Reader(sounds[0], self.problems)._checked_sound() if sounds else None

    def _checked_sound(self) -> Sound | None:
        action = self.action()
        return action if isinstance(action, Sound) else None

    def _get_digits(self) -> GetDigits:
        count, finish = self._number("numDigits"), self._finish()
        if count is None and not finish:
            self.problems.append("<GetDigits> needs numDigits or finishOnKey")
        return GetDigits(
            prompt=self._prompt(),
            count=int(count) if count else None,
            timeout=self._number("timeout") or 30.0,
            finish=finish,
            callback=self._callback(),
        )

    def _record(self) -> Record:
        if not self.element.attrib and not len(self.element):
            return Record(terminal=True)
        return Record(
            prompt=self._prompt(),
            finish=self._finish(),
            longest=self._number("maxLength"),
            silence=self._number("timeout") or 3600.0,
            trim=self._flag("trimSilence"),
            beep=self._flag("playBeep"),
            callback=self._callback(),
        )

    def _dial(self) -> Dial:
        numbers = self.element.get("phoneNumbers", "")
        if not numbers or " " in numbers:
            self.problems.append("phoneNumbers of <Dial> is missing or holds spaces")
        return Dial(
            numbers=tuple(number.strip() for number in numbers.split(",") if number.strip()),
            record=self._flag("record"),
            sequential=self._flag("sequential"),
            longest=self._number("maxDuration"),
        )

    def _callback(self) -> str:
        url = self.element.get("callbackUrl", "")
        return self._url(url, "callbackUrl") if "callbackUrl" in self.element.attrib else ""

    def _url(self, url: str, where: str) -> str:
        if not re.match(r"https?://[^\s]+$", url):
            self.problems.append(f"the {where} of <{self.name}> is not an absolute address")
        return url

    def _finish(self) -> str:
        key = self.element.get("finishOnKey", "")
        if "finishOnKey" in self.element.attrib and not re.fullmatch(r"[0-9*#]", key):
            self.problems.append(f"finishOnKey of <{self.name}> is not one key")
        return key

    def _number(self, name: str) -> float | None:
        text = self.element.get(name)
        if text is None:
            return None
        if not re.fullmatch(r"\d+", text) or int(text) < 1:
            self.problems.append(f"{name} of <{self.name}> is not a positive whole number")
            return None
        return float(text)

    def _flag(self, name: str) -> bool:
        text = self.element.get(name, "false")
        if text not in ("true", "false"):
            self.problems.append(f"{name} of <{self.name}> is neither true nor false")
        return text == "true"
