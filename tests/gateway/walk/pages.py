"""What stands on a page: its forms with their fields, and the addresses it links to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

TYPED = frozenset({"text", "search", "tel", "email", "number", "textarea", ""})


@dataclass
class Field:
    """One field by its name: what it holds, and what else may be chosen."""

    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)


class Page(HTMLParser):
    """Reads one page that came from `address`."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._choosing: Field | None = None
        self._is_inside = False
        self.feed(text)

    def questions(self) -> Iterator[tuple[str, str]]:
        """Yield (path, name) of everything that may be asked for behind a question mark."""
        for link in self.links:
            parts = urlsplit(link)
            yield from ((parts.path, name) for name, _ in parse_qsl(parts.query, keep_blank_values=True))
        for form in self.forms:
            if form.method == "get":
                yield from ((urlsplit(form.action).path, name) for name in form.fields)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith(("/", "?")):
            self.links.append(urljoin(self.address, given["href"]))
        elif tag == "form":
            action = urljoin(self.address, given.get("action") or self.address)
            self.forms.append(Form(action, given.get("method", "get").lower()))
            self._is_inside = True
        elif self._is_inside and tag in ("input", "select", "textarea", "button"):
            self._field(tag, given)
        elif tag == "option" and self._choosing is not None:
            self._choosing.choices.append(given.get("value", ""))
            if "selected" in given or not self._choosing.value:
                self._choosing.value = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        if tag == "select":
            self._choosing = None

    def _field(self, tag: str, given: dict[str, str]) -> None:
        if not given.get("name"):
            return
        kind = given.get("type", "text" if tag == "input" else tag)
        known = self.forms[-1].fields.setdefault(given["name"], Field(kind))
        if "value" in given:
            known.choices.append(given["value"])
            if not known.value or "checked" in given:
                known.value = given["value"]
        if tag == "select":
            self._choosing = known
