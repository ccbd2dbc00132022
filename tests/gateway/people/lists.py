"""Makes lists as tests need them: text in, what became of it out."""

from __future__ import annotations

import io

from gateway.people.members import import_members
from gateway.people.refusals import Imported
from gateway.people.units import import_units
from gateway.runtime import Runtime

UNITS = """code,name,kind,parent
UP,Uttar Pradesh,state,
AGRA,Agra,district,UP
BAH,Bah,block,AGRA
B1,Booth 1,booth,BAH
B2,Booth 2,booth,BAH
"""
HEADER = "phone,name,language,unit,posts,consent,consent_date\n"


def units(rt: Runtime, text: str = UNITS, dry_run: bool = False) -> Imported:
    return import_units(rt, io.BytesIO(text.encode()), dry_run=dry_run)


def members(rt: Runtime, text: str | bytes, dry_run: bool = False, unit_path: str = "/") -> Imported:
    raw = text if isinstance(text, bytes) else text.encode()
    return import_members(rt, io.BytesIO(raw), dry_run=dry_run, unit_path=unit_path)


def refused(result: Imported) -> list[tuple[int, str]]:
    return [(each.line, each.column) for each in result.refused]
