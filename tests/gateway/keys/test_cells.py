"""Everything sealed is known to the rotation, opens in its own row, and in no other (reliability.md C19)."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from flask.testing import FlaskClient

from gateway.keys.cells import CELLS
from gateway.models import Base
from gateway.runtime import Runtime
from tests.gateway.keys.sealed import fill, opened, rows


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.startswith("sealed")
    }
    known = {(cell.table_name, cell.column_name) for cell in CELLS}
    assert sealed == known, "add the new column to gateway.keys.cells, else a rotation loses what is in it"


def test_nothing_sealed_opens_in_another_row_or_column(rt: Runtime, client: FlaskClient) -> None:
    fill(rt, client)
    everything = [(cell, row) for cell in CELLS for row in rows(rt, cell)]
    assert {cell for cell, _ in everything} == set(CELLS)
    for cell, (_, sealed, own) in everything:
        sealer = rt.vault.purpose(cell.purpose)
        assert sealer.open(sealed, cell.bound_to(own))
        for other, (_, _, row) in everything:
            if (other, row) != (cell, own):
                with pytest.raises(InvalidTag):
                    rt.vault.purpose(other.purpose).open(sealed, other.bound_to(row))


def test_what_was_erased_does_not_open_with_the_key_of_the_house(rt: Runtime, client: FlaskClient) -> None:
    fill(rt, client)
    cell = CELLS[-1]
    _, sealed, row = rows(rt, cell)[0]
    assert opened(rt, cell)
    with pytest.raises(InvalidTag):
        rt.vault.open(sealed, cell.bound_to(row))
