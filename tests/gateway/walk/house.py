"""The house in which the walk is made, and what of a side is found in what it says."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import BigInteger, text
from werkzeug.test import TestResponse

from gateway.access.permissions import Role
from gateway.app import create_app
from gateway.channels.registry import open_channels
from gateway.models import Base
from gateway.queue import Bells
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from tests import databases
from tests.conftest import MONDAY_NOON, SECRET, TestClock
from tests.gateway.walk.world import ALFA, BETA, PURGED, Side, token


@dataclass
class House:
    """The two blocks in a database of their own, with a browser for each person of staff."""

    rt: Runtime
    name: str

    @cached_property
    def app(self) -> Flask:
        return create_app(self.rt.settings, self.rt)

    def browser(self, side: Side, role: Role) -> FlaskClient:
        browser = self.app.test_client()
        browser.set_cookie("memberline", token(side, role))
        return browser


def found_in(answer: TestResponse, asked: str, side: Side) -> list[str]:
    """What of that side an answer holds, in its body or head, apart from what was asked itself."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    return marks_in(f"{head}\n{answer.get_data().decode('utf-8', 'replace')}", asked, side)


def marks_in(whole: str, asked: str, side: Side) -> list[str]:
    """The same, of any text."""
    for part in re.split(r"[/?&=.+\s]", asked):
        if side.marks.search(part):
            # whole, in an address, in an address within an address, or only its beginning
            for said in (part, quote(part), quote(quote(part)), part[:10]):
                whole = re.sub(re.escape(said), "", whole, flags=re.IGNORECASE)
    found = sorted({match.group() for match in side.marks.finditer(whole)})
    return found + ([str(PURGED)] if re.search(r"76[,. ]?543[,. ]?210|7,65,43,210", whole) else [])


def counterpart(value: str) -> str:
    """What the other block calls this."""
    ours, theirs = str(ALFA.first_id)[:4], str(BETA.first_id)[:4]
    return value.replace(ALFA.word, BETA.word).replace(ours, theirs)


def typed_numbers() -> list[str]:
    """A number of the other block, whole and as it is shown."""
    return [BETA.numbers[-1], BETA.numbers[-1][-4:]]


def asked_for() -> list[str]:
    """What names something of the other block."""
    return [
        str(BETA.one("units", 0)),
        f"{BETA.word}-BLK",
        BETA.word.title(),
        BETA.public_id(BETA.one("members")),
        str(BETA.one("reports")),
        f"staff@{BETA.word}.example",
    ]


def fingerprint(rt: Runtime, side: Side) -> dict[str, str]:
    """A digest by table of all rows that are of that side or point to one that is.

    A number belongs to nobody: who types one that the other block knows as well points to the same row.
    """
    first, last = side.first_id, side.first_id + 999_999
    parts = []
    for table in Base.metadata.sorted_tables:
        keys = [each.name for each in table.columns if isinstance(each.type, BigInteger)]
        keys = [name for name in keys if not name.endswith("number_id")]
        if keys and table.name not in ("unit_counts", "unit_count_changes"):
            where = " OR ".join(f'"{key}" BETWEEN {first} AND {last}' for key in keys)
            parts.append(
                f"SELECT '{table.name}', coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '')"
                f' FROM "{table.name}" t WHERE {where}'
            )
    with rt.engine.connect() as db:
        return {row[0]: row[1] for row in db.execute(text(" UNION ALL ".join(parts)))}


def twins(house: House, folder: Path) -> tuple[House, House]:
    """Two equal copies of the house."""
    house.rt.engine.dispose()
    house.rt.quick.close()
    copies = []
    for which in ("less", "more"):
        name = f"{house.name}_{which}"
        url = databases.cut(name, house.name)
        shutil.copytree(house.rt.settings.data_dir, folder / which)
        copies.append(House(runtime_on(url, folder / which), name))
    return copies[0], copies[1]


def runtime_on(url: str, data: Path) -> Runtime:
    settings = Settings.from_env(
        {
            "DATABASE_URL": url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "MEMBERLINE_PUBLIC_URL": "http://127.0.0.1:8000",
            "MEMBERLINE_SECRET_KEY": "secret-key-of-the-tests",
            "MEMBERLINE_CALLBACK_SECRET": SECRET,
            "MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:9",
            "MEMBERLINE_TTS": "silent",
            "MEMBERLINE_DATA": str(data),
        }
    )
    return replace(
        build_runtime(settings),
        channels=open_channels("loopback", settings),
        bells=Bells(lambda queue, job, ids: None),
        clock=TestClock(MONDAY_NOON),
    )
