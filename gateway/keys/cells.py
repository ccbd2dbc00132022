"""Every column that holds something sealed, under which key, and what of its row it is bound to.

A test compares this list with the tables: a new `sealed…` column that stands not here would be lost at a rotation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, func

from gateway.keyring import ERASED, SEAL
from gateway.models import Base
from gateway.vault import bound


@dataclass(frozen=True)
class Cell:
    """`place` and the value of the column `row` are what it is bound to; a number is bound to its index alone."""

    table_name: str
    column_name: str
    place: str
    row: str
    purpose: str = SEAL

    @property
    def table(self) -> Table:
        return Base.metadata.tables[self.table_name]

    @property
    def column(self) -> Column[Any]:
        return self.table.c[self.column_name]

    @property
    def key(self) -> ColumnElement[bytes]:
        """SQL: the byte that names the key; empty where what was sealed has been erased."""
        return func.substring(self.column, 1, 1)

    @property
    def row_column(self) -> Column[Any]:
        return self.table.c[self.row]

    def bound_to(self, row: str | int | bytes | None, *, is_old: bool = False) -> bytes:
        """Return the associated data; what the first key sealed was bound to its column alone."""
        if not self.place:
            assert isinstance(row, bytes)
            return row
        return bound(self.place, "" if is_old or row is None else row)


CELLS = (
    Cell("numbers", "sealed", "", "index"),
    Cell("reports", "sealed_text", "reports.text", "reference"),
    Cell("reports", "sealed_number", "reports.number", "reference"),
    Cell("report_events", "sealed_note", "report_events.note", "report_id"),
    Cell("additions", "sealed_text", "additions.text", "report_id"),
    Cell("messages", "sealed_text", "messages.text", "provider_id"),
    Cell("deliveries", "sealed_text", "deliveries.text", "dedupe"),
    Cell("voice_notes", "sealed_url", "voice_notes.url", "public_id"),
    Cell("voice_notes", "sealed_transcript", "voice_notes.transcript", "public_id"),
    Cell("callbacks", "sealed_body", "callbacks.body", "digest"),
    Cell("staff", "sealed_totp", "staff.sealed_totp", "id"),
    Cell("enrolments", "sealed_place", "enrolments.place", "member_id"),
    Cell("number_changes", "sealed_text", "number_changes.text", "public_id"),
    Cell("rights_requests", "sealed_text", "rights_requests.sealed_text", "public_id"),
    Cell("erasures", "sealed", "erasures.sealed", "member_id", ERASED),
)
