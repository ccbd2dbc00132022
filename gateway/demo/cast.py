"""Who the members of the demo are: names, phones, languages, consent, posts, drawn from one seed. Pure.

Shares follow demo_data.md 6.3 and 6.4: 15 % share a phone, 8 % of numbers are dead, some agreed on paper, some by phone,
some not at all. The booth of 24 is set by hand, so that a trial finds every kind of member among few.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.demo.content import Content, Names
from gateway.demo.places import BOOTH_OF_24, Place
from gateway.phones import Number

MEMBERS = 4_000
SHARING = 0.078  # how often the next person uses the last one's phone: 15 % of people, in pairs
DEAD = 0.08
# How they agreed: the member's own act, a coordinator's word, nothing, or an agreement taken back.
WAYS = {
    "paper": 52,
    "key": 16,
    "voice": 12,
    "coordinator": 7,
    "none": 4,
    "sms": 3,
    "withdrawn": 3,
    "no_campaign": 2,
    "left": 1,
}
LANGUAGES = {"hi": 91, "bn": 6, "en": 3}


@dataclass(frozen=True)
class Person:
    """A member to be. `joined` and `changed` are days ago: of the first consent, and of its taking back."""

    name: str
    phone: Number
    place: Place
    language: str
    is_woman: bool
    way: str
    joined: float
    changed: float
    dead_for: float = 0.0
    title: str = ""
    is_trained: bool = False


def cast(content: Content, places: list[Place], seed: int) -> list[Person]:
    """Draw all members: the booth of 24 first, then the others booth by booth."""
    dice = random.Random(seed)  # noqa: S311
    booths = [each for each in places if each.kind == "booth"]
    own = next(each for each in booths if each.code == BOOTH_OF_24)
    people = list(_booth_of_24(own, content.names, dice))
    others = [each for each in booths if each is not own]
    for place, size in zip(others, _sizes(len(others), MEMBERS - len(people), dice), strict=True):
        people += _booth(place, size, len(people), content.names, dice)
    return people


def _sizes(booths: int, people: int, dice: random.Random) -> list[int]:
    sizes = [dice.randint(8, 17) for _ in range(booths)]
    while (lack := people - sum(sizes)) != 0:
        sizes[dice.randrange(booths)] += 1 if lack > 0 else -1
    return sizes


def _booth_of_24(place: Place, names: Names, dice: random.Random) -> Iterator[Person]:
    shared, ways = {9: 8, 17: 16}, {20: "coordinator", 21: "withdrawn"}
    titles = {0: "booth lead", 2: "trainer"}
    for index in range(24):
        language = {5: "bn", 13: "bn", 19: "bn", 11: "en"}.get(index, "hi")
        drawn = _person(place, _phone(shared.get(index, index) + 1), language, names, dice)
        yield replace(
            drawn,
            way=ways.get(index, ("paper", "key", "voice")[index % 3]),
            dead_for=0.0,
            title=titles.get(index, ""),
            is_trained=index in (2, 10),
        )


def _booth(place: Place, size: int, known: int, names: Names, dice: random.Random) -> Iterator[Person]:
    last: Person | None = None
    for index in range(size):
        language = _draw(LANGUAGES, dice)
        drawn = _person(place, _phone(known + index + 1), language, names, dice)
        if last is not None and dice.random() < SHARING:
            drawn, last = replace(drawn, phone=last.phone, dead_for=last.dead_for), None
        else:
            last = drawn
        yield _with_post(drawn, index, dice)


def _person(place: Place, phone: Number, language: str, names: Names, dice: random.Random) -> Person:
    is_woman = dice.random() < 0.45
    first = dice.choice(names.first[language]["women" if is_woman else "men"])
    return Person(
        name=f"{first} {dice.choice(names.second)}",
        phone=phone,
        place=place,
        language=language,
        is_woman=is_woman,
        way=_draw(WAYS, dice),
        joined=dice.uniform(35, 300),
        changed=dice.uniform(1, 30),
        dead_for=dice.uniform(1, 80) if dice.random() < DEAD else 0.0,
    )


def _with_post(person: Person, index: int, dice: random.Random) -> Person:
    """One in eight booths has no lead: a vacancy that should be seen (activities.md S4-56)."""
    if index == 0 and dice.random() < 0.88:
        return replace(person, title="booth lead", way="paper", dead_for=0.0)
    if index == 1 and dice.random() < 0.3:
        return replace(person, title="trainer", is_trained=True)
    return replace(person, is_trained=dice.random() < 0.05)


def _draw(shares: dict[str, int], dice: random.Random) -> str:
    return dice.choices(list(shares), weights=list(shares.values()))[0]


def _phone(tail: int) -> Number:
    return Number(f"+9170000{tail:05d}")
