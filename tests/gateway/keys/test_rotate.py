"""Keys change: all that was sealed opens as before, under new keys; what came from an older version is taken along."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.keyring import KeysLocked, derive
from gateway.keys import rotate as room
from gateway.keys.cells import CELLS, Cell
from gateway.models import Message, VaultKey
from gateway.runtime import FILES, VOICE_NOTES, Runtime, build_runtime, sealed_folders
from gateway.settings import Settings
from tests.conftest import TestClock
from tests.gateway.console.seats import a_sound
from tests.gateway.keys.sealed import fill, opened, rows

KEY = "a" * 32
Build = Callable[[Settings], Runtime]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else has this database: there is no other process whose keys could be old."""
    monkeypatch.setattr(room, "GRACE_SECONDS", 0.0)


@pytest.fixture
def built() -> Iterator[Build]:
    """Further processes of the same house."""
    made: list[Runtime] = []

    def build(settings: Settings) -> Runtime:
        made.append(build_runtime(settings))
        return made[-1]

    yield build
    for each in made:
        each.close()


def everything(rt: Runtime) -> dict[Cell, dict[int, bytes]]:
    return {cell: opened(rt, cell) for cell in CELLS}


def keys_in_use(rt: Runtime) -> set[int]:
    return {sealed[0] for cell in CELLS for _, sealed, _ in rows(rt, cell)}


def keys(rt: Runtime) -> dict[int, VaultKey]:
    with unit_of_work(rt.engine) as unit:
        return {key.id: key for key in unit.db.scalars(select(VaultKey))}


def test_all_opens_as_before_and_the_old_keys_are_gone(
    rt: Runtime, client: FlaskClient, built: Build
) -> None:
    fill(rt, client)
    folders = sealed_folders(rt.settings, rt.vault)
    for folder in folders.values():
        folder.keep(KEY, b"sound" * 50_000)
    before, old = everything(rt), keys_in_use(rt)
    other = built(rt.settings)
    assert everything(other) == before  # it knows the old keys
    told: list[str] = []
    room.rotate(rt, told.append)
    assert everything(rt) == everything(other) == everything(built(rt.settings)) == before
    assert not keys_in_use(rt) & old
    assert all(keys(rt)[key].wrapped == b"" for key in old)
    assert {folder.read(KEY) for folder in folders.values()} == {b"sound" * 50_000}
    assert [folder.list_outdated() for folder in folders.values()] == [[], [], []]
    assert any(line.startswith("numbers: ") for line in told)


def test_other_process_seals_with_the_new_keys_within_seconds(
    rt: Runtime, built: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = built(rt.settings)
    was = other.vault.seal(b"words", b"row")[0]
    room.rotate(rt, lambda _: None)
    assert other.vault.seal(b"words", b"row")[0] == was  # it looked a moment ago
    monkeypatch.setattr("gateway.keyring.FRESH_SECONDS", 0.0)
    assert other.vault.seal(b"words", b"row")[0] not in (was, 0)


def test_rotation_that_was_broken_off_goes_on(
    rt: Runtime, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(rt, client)
    before = everything(rt)
    with monkeypatch.context() as broken:
        broken.setattr(room, "_wait_for_writers", _breaks_off)
        with pytest.raises(KeyboardInterrupt):
            room.rotate(rt, lambda _: None)
    made = len(keys(rt))
    told: list[str] = []
    room.rotate(rt, told.append)
    assert told[0] == "an earlier change of keys is not finished: going on with it"
    assert len(keys(rt)) == made
    assert everything(rt) == before


def test_key_under_which_something_does_not_open_is_kept(rt: Runtime, client: FlaskClient) -> None:
    fill(rt, client)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(
            update(Message).values(sealed_text=text("overlay(sealed_text placing '\\x00'::bytea from 20)"))
        )
    with pytest.raises(Conflict, match="messages: 2"):
        room.rotate(rt, lambda _: None)
    assert all(key.wrapped for key in keys(rt).values())


def test_what_an_older_version_sealed_or_left_plain_is_taken_along(
    rt: Runtime, client: FlaskClient, clock: TestClock
) -> None:
    fill(rt, client)
    before = everything(rt)
    first = AESGCM(derive(rt.settings.secret_key, "seal 1"))
    for cell in CELLS[:6]:
        _seal_as_before(rt, cell, first)
    note = rt.notes.store_take(a_sound())
    folder = sealed_folders(rt.settings, rt.vault)[VOICE_NOTES]
    plain = rt.settings.data_dir / VOICE_NOTES / f"{note.key}.wav"
    content = note.content()
    folder.remove(note.key)
    plain.write_bytes(content)
    (plain.parent / f".{note.key}.wav.0123").write_bytes(content[:20_000])
    assert everything_as_before(rt) == {cell: before[cell] for cell in CELLS[:6]}
    room.settle(rt)
    assert 1 not in keys_in_use(rt)
    assert everything(rt) == before
    assert rt.notes.clip_of(note.key) is not None
    assert folder.read(note.key) == content
    assert [each for each in plain.parent.iterdir() if each.is_file() and each.name != ".lock"] == []
    assert keys(rt)[1].wrapped  # a process of the older version may still write
    clock.forward(days=2)
    room.settle(rt)
    assert keys(rt)[1].wrapped == b""


def test_another_secret_wraps_all_keys_anew_and_nothing_is_lost(
    rt: Runtime, client: FlaskClient, built: Build
) -> None:
    fill(rt, client)
    before = everything(rt)
    both = replace(
        rt.settings, secret_key="another-secret-of-the-tests", old_secret_key=rt.settings.secret_key
    )
    between = built(both)
    assert everything(between) == before
    assert room.wrap_anew(between) == len(keys(rt))
    after = built(replace(both, old_secret_key=""))
    rt.vault.keyring.look_again()  # a process that was not started anew goes on with what it knows
    assert everything(after) == everything(between) == everything(rt) == before
    with pytest.raises(KeysLocked, match="MEMBERLINE_OLD_SECRET_KEY"):
        everything(built(rt.settings))
    spooled = rt.vault.seal_for_spool(b"a post")
    assert between.vault.open_from_spool(spooled) == b"a post"


def test_file_that_is_removed_while_it_is_sealed_anew_stays_gone(rt: Runtime) -> None:
    folder = sealed_folders(rt.settings, rt.vault)[FILES]
    folder.keep(KEY, b"form")
    pieces = folder.pieces

    def removed_meanwhile(key: str) -> object:
        yield from pieces(key)
        folder.remove(key)

    folder.pieces = removed_meanwhile  # type: ignore[method-assign,assignment]
    folder.seal_anew(KEY)
    assert folder.size(KEY) is None
    assert folder.list_outdated() == []


def test_no_rotation_beside_another(rt: Runtime) -> None:
    with room.alone(rt), pytest.raises(Conflict):
        room.rotate(rt, lambda _: None)


def everything_as_before(rt: Runtime) -> dict[Cell, dict[int, bytes]]:
    return {
        cell: {
            row_id: rt.vault.open(sealed, cell.bound_to(row, is_old=True))
            for row_id, sealed, row in rows(rt, cell)
        }
        for cell in CELLS[:6]
    }


def _seal_as_before(rt: Runtime, cell: Cell, first: AESGCM) -> None:
    for row_id, sealed, row in rows(rt, cell):
        plain = rt.vault.open(sealed, cell.bound_to(row))
        nonce = os.urandom(12)
        old = b"\x01" + nonce + first.encrypt(nonce, plain, cell.bound_to(row, is_old=True))
        with unit_of_work(rt.engine) as unit:
            unit.db.execute(
                update(cell.table).where(cell.table.c.id == row_id).values({cell.column_name: old})
            )


def _breaks_off(rt: Runtime) -> None:
    raise KeyboardInterrupt
