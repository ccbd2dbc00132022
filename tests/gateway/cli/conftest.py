"""`cli(...)` runs a command of `memberline` on the test's own database and returns (exit code, output, errors)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.settings import Settings
from tests.conftest import SECRET


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Ended]


def live_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the environment of a command to that of these settings."""
    told = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "MEMBERLINE_PUBLIC_URL": settings.public_url,
        "MEMBERLINE_SECRET_KEY": settings.secret_key,
        "MEMBERLINE_CALLBACK_SECRET": SECRET,
        "MEMBERLINE_AFRICASTALKING_URL": settings.africastalking_url,
        "MEMBERLINE_TTS": "silent",
        "MEMBERLINE_DATA": str(settings.data_dir),
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)


@pytest.fixture
def cli(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run `memberline` with these words, beside an emulator that nobody listens on."""
    live_in(settings, monkeypatch)

    def run(*words: str | Path) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    return run
