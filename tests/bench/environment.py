"""The settings that every benchmark runs with; nothing listens at its provider and its Redis."""

from __future__ import annotations

from pathlib import Path


def environment(url: str, folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "MEMBERLINE_PUBLIC_URL": "http://127.0.0.1",
        "MEMBERLINE_SECRET_KEY": "secret-key-of-the-bench",
        "MEMBERLINE_CALLBACK_SECRET": "callback-secret-of-the-bench",
        "MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:9",
        "MEMBERLINE_TTS": "silent",
        "MEMBERLINE_DATA": str(folder),
    }
