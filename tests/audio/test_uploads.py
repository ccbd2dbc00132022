"""Files that need the optional extra: told apart by their bytes, whatever they are called, and refused in words without it."""

from __future__ import annotations

import importlib.util

import pytest

from audio.decode import decode
from audio.errors import ClipError

HEADS = {
    "m4a": b"\x00\x00\x00\x1cftypM4A \x00\x00\x02\x00" + bytes(300),
    "webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01" + bytes(300),
    "amr": b"#!AMR\n" + b"\xff" * 300,
}


@pytest.mark.parametrize("kind", HEADS)
def test_a_broken_file_is_refused_in_words(kind: str) -> None:
    with pytest.raises(ClipError) as refused:
        decode(HEADS[kind])
    is_installed = importlib.util.find_spec("av") is not None
    assert (refused.value.code == "needs-uploads") != is_installed
    assert len(str(refused.value).split()) > 4
