"""Reads `payloads.toml`; the cases are rows of the tables beside it, and `test_payloads` sees that none is left out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tests.gateway.channels.stand_in import Answer, answer

CASES: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "payloads.toml").read_text(encoding="utf-8")
)


def fields(name: str) -> dict[str, Any]:
    return dict(CASES[name]["fields"])


def answers(name: str) -> Answer:
    case = CASES[name]
    headers = "".join(f"{key}: {value}\r\n" for key, value in case.get("headers", {}).items())
    return answer(case["status"], case["body"], case["content_type"], headers)
