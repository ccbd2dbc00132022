"""The two files of the demo beside its database: logins for `up` to show, and phones for the emulator to open."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from gateway.demo.cast import Person, cast
from gateway.demo.content import Content, content
from gateway.demo.places import BOOTH_OF_24, tree
from gateway.runtime import Runtime

SEED = 24
LOGINS, PHONES = "demo_logins", "phones.json"


@dataclass(frozen=True)
class Login:
    """One person who may sign in, and what for."""

    email: str
    role: str
    says: str


@dataclass(frozen=True)
class DemoLogins:
    """All demo logins share one password, which `up` shows."""

    logins: tuple[Login, ...]
    password: str = field(repr=False)

    @property
    def text(self) -> str:
        """Return what people read: the password, then a line for each."""
        wide = max(len(each.email) for each in self.logins)
        lines = [f"{each.email:<{wide}}  {each.role}: {each.says}" for each in self.logins]
        return "\n".join([f"password of all: {self.password}", *lines])


def demo_logins() -> DemoLogins:
    """Return the logins of the demo."""
    written = content()
    people = tuple(Login(each.email, each.role, each.says) for each in written.staff)
    return DemoLogins(people, written.password)


def persons(rt: Runtime) -> list[dict[str, str]]:
    """List the phones that can be opened side by side, as the emulator reads them: the booth of 24 first.

    Each is {number, name, village, unit, language}; whoever shares a phone is named on one. Then come the own phones of
    staff and the duty phones.
    """
    written = content()
    members = cast(written, tree(written.places), SEED)
    return [*_booth([each for each in members if each.place.code == BOOTH_OF_24]), *_others(written)]


def write_files(rt: Runtime) -> DemoLogins:
    """Write both files; writing them again changes nothing."""
    logins = demo_logins()
    folder = rt.settings.data_dir
    _write(folder / LOGINS, logins.text)
    _write(folder / PHONES, json.dumps(persons(rt), ensure_ascii=False, indent=1))
    return logins


def _booth(people: list[Person]) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for each in people:
        if each.phone in found:
            found[each.phone]["name"] += f" / {each.name}"
            continue
        found[each.phone] = {
            "number": each.phone,
            "name": each.name,
            "village": each.place.village,
            "unit": each.place.code,
            "language": each.language,
        }
    return list(found.values())


def _others(written: Content) -> list[dict[str, str]]:
    people = [(each.phone, each.name, each.role, each.place) for each in written.staff]
    people += [(each.phone, each.name, "duty phone", each.place) for each in written.duties]
    return [
        {"number": phone, "name": name, "village": what, "unit": place, "language": "hi"}
        for phone, name, what, place in people
    ]


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(f"{text}\n")
    fresh.rename(path)
