"""Lists at the console in tests: handed in, and worked on as a worker would."""

from __future__ import annotations

import io

from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import Import
from gateway.people import listed_work
from gateway.runtime import Runtime
from tests.gateway.console.desk import Desk


def handed_in(desk: Desk, rt: Runtime, text: str | bytes, what: str = "members") -> str:
    """Hand in a list, let it be looked at, and return the address of its page."""
    raw = text if isinstance(text, bytes) else text.encode()
    answer = desk.post(f"/import/{what}", list=(io.BytesIO(raw), "list.csv"))
    assert answer.status_code == 302, answer.get_data(as_text=True)
    work_on_lists(rt)
    return str(answer.headers["Location"])


def work_on_lists(rt: Runtime) -> None:
    """Do what the bells of all lists would have a worker do."""
    with unit_of_work(rt.engine) as unit:
        ids = unit.db.scalars(select(Import.id).order_by(Import.id)).all()
    for import_id in ids:
        listed_work.work(rt, import_id)
