"""Compiles a template once a run: each app has a Jinja of its own, and what a page needs takes it a fifth of a second."""

from __future__ import annotations

from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Kept(BytecodeCache):
    """The code of every template that any app has met, as long as its source is the same."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


def remember() -> None:
    """Keep what was compiled, for every app that is made from now on."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Kept()}
