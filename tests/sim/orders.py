"""The broadcasts of a seed, as they are drawn: what, to whom, when, for how much, and what happens to each on the way."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

UNITS = {
    "BOOTH-A": ("BOOTH-A",), "BOOTH-B": ("BOOTH-B",), "BOOTH-C": ("BOOTH-C",),
    "BLOCK-1": ("BOOTH-A", "BOOTH-B"), "BLOCK-2": ("BOOTH-C",),
}  # fmt: skip
BOOTHS = tuple(each for each in UNITS if each.startswith("BOOTH"))
WORDS = {
    "hi": "कल सुबह दस बजे पंचायत भवन में बैठक है। सब लोग आइए। {}",
    "bn": "কাল সকাল দশটায় পঞ্চায়েত ভবনে সভা আছে। সবাই আসুন। {}",
}
INSTEAD = {
    "hi": "फ़ोन पर बात नहीं हो पाई। कल दस बजे बैठक है। {}",
    "bn": "ফোনে কথা হয়নি। কাল দশটায় সভা আছে। {}",
}
KINDS = (("voice", "organisational"), ("voice", "organisational"), ("sms", "organisational"), ("voice", "emergency"), ("sms", "emergency"))  # fmt: skip
HOUR = 3600.0
HAS_FALLBACK, HAS_BUDGET, COMES_AGAIN, TRIES_REST = 0.5, 0.3, 0.2, 0.4
BUDGETS = tuple(map(Decimal, ("3", "5", "9")))


@dataclass(frozen=True)
class Order:
    """One broadcast that somebody means to send."""

    kind: str
    message_class: str
    unit: str
    later: float | None  # seconds until it begins
    lasts: float | None  # hours until it expires
    texts: dict[str, str]
    instead: dict[str, str] | None  # an SMS for whom the call does not reach
    budget: Decimal | None
    again_at: time | None  # every day at this time of the wall
    again_days: int
    tries_rest: bool

    @classmethod
    def drawn(cls, dice: random.Random, nth: int) -> Order:
        kind, message_class = dice.choice(KINDS)
        comes_again = dice.random() < COMES_AGAIN and message_class != "emergency"
        has_fallback = dice.random() < HAS_FALLBACK and kind == "voice"
        return cls(
            kind,
            message_class,
            dice.choice(BOOTHS if comes_again else tuple(UNITS)),
            later=dice.random() * 6 * HOUR if dice.random() < 0.3 else None,
            lasts=dice.choice((None, 9.0, 26.0, 26.0, 50.0)),
            texts=_words(WORDS, nth),
            instead=_words(INSTEAD, nth) if has_fallback else None,
            budget=dice.choice(BUDGETS) if dice.random() < HAS_BUDGET else None,
            again_at=time(dice.randrange(10, 19), dice.choice((0, 20, 45))) if comes_again else None,
            again_days=dice.choice((1, 2)),
            tries_rest=dice.random() < TRIES_REST,
        )


def _words(words: dict[str, str], nth: int) -> dict[str, str]:
    return {language: said.format(nth) for language, said in words.items()}
