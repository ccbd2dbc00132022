"""What a language's file says of the language itself: its name, and where callers are offered it.

With this one file a language is added: nothing else lists languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ABOUT = "about"


@dataclass(frozen=True)
class About:
    """`name` in its own tongue; `offered`: by country, the place it takes among those that callers hear.

    A language that is offered nowhere may lack words: what people write in it is spoken, but nobody joins in it.
    `narrator` is who speaks, one for all prompts. `officialese`: words that no villager says. `keywords`: what members
    write for STOP, JOIN, YES and their kin in this language, by kind (`catalog.sms_words.ENGLISH`).
    """

    name: str = ""
    narrator: str = ""
    offered: Mapping[str, int] = field(default_factory=dict)
    officialese: tuple[str, ...] = ()
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str, table: Mapping[str, Any]) -> About:
        """Read the table; a file without one has its code for a name."""
        return cls(
            str(table.get("name", code)),
            str(table.get("narrator", "")),
            dict(table.get("offered", {})),
            tuple(table.get("officialese", ())),
            dict(table.get("keywords", {})),
        )


NOTHING_KNOWN = About()
