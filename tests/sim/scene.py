"""A seed is drawn, and in parts may be set: where a planted bug would bite, so that few seeds find it whatever the code does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Scene:
    """What is not left to chance: fields of `Rates`, `Habits`, `Settings`, of every `Order`; and chances of the staff's."""

    rates: Mapping[str, Any] = field(default_factory=dict)
    habits: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    order: Mapping[str, Any] = field(default_factory=dict)
    chances: Mapping[str, float] = field(default_factory=dict)


CHANCE = Scene()
