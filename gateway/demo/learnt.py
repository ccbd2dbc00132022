"""Writes how the questions of four weeks of calls fared: callers with habits of their own walk the real conversations."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.engine import resume, start
from flows.facts import Facts
from flows.model import Ask, Keys, Menu, Pause, Pick, Poll, Record
from flows.simulate import DEMO as FACTS
from flows.simulate import learn
from flows.state import Fared, State
from flows.steps import Digits, Heard, Nothing, VoiceNote
from gateway.calls.talk import noted
from gateway.demo.house import House
from gateway.demo.listening import DAYS
from gateway.demo.rows import write
from gateway.models import QuestionCount
from gateway.rules.windows import local_day
from gateway.store import question_counts
from gateway.store.question_counts import Whose

QUIETEST, BUSIEST = 14, 46  # calls a day, as many as there are in the list
NEWCOMERS = 0.15
LONGEST = 25  # turns


@dataclass(frozen=True)
class Habits:
    """How often somebody says nothing, presses what does nothing here, asks again, leaves, or hangs up."""

    silent: float
    wrong: float
    again: float
    away: float
    hung_up: float


FIRST = Habits(0.16, 0.06, 0.07, 0.02, 0.05)
RETURNING = Habits(0.05, 0.03, 0.04, 0.04, 0.04)
# Where even those who know the line hesitate: a code, and a question that asks for a judgement.
HARD = {"joining/code": 3.0, "problem/urgency": 1.8, "problem/hide": 2.5, "my_reports/number": 2.5}


def write_learnt(house: House) -> None:
    """Write the counts of four weeks; the newest calls of today are not over yet."""
    able = [each for each in house.people if each.is_reachable]
    sums: dict[tuple[Whose, str], Counter[str]] = {}
    for day in range(DAYS, 0, -1):
        at = local_day(house.rt.profile, house.ago(day))
        for _ in range(house.dice.randint(QUIETEST, BUSIEST)):
            who = house.dice.choice(able)
            is_first = house.dice.random() < NEWCOMERS
            whose = Whose(at, who.unit.id, "voice", who.person.language, is_first)
            for place, letters in _walk(house, is_first):
                counted = sums.setdefault((whose, place), Counter())
                counted.update({"calls": 1, "asked": len(letters), **Counter(letters)})
    write(
        house.unit.db, QuestionCount, [question_counts.row_of(*key, counted) for key, counted in sums.items()]
    )


def _walk(house: House, is_first: bool) -> Iterator[tuple[str, str]]:
    """Walk one conversation to its end, or until the caller hangs up; yield how each question fared."""
    flows, dice = house.rt.flows, house.dice
    facts: Facts = {**FACTS, "members": [], **({"member": None, "reports": []} if is_first else {})}
    turn = start(flows["joining" if is_first else "main_menu"], facts, flows)
    fared: Mapping[str, str] = {}
    for _ in range(LONGEST):
        if turn.state is None:
            break
        state, node = turn.state, flows[turn.state.flow].nodes[turn.state.node]
        heard = _heard(house, state, FIRST if is_first else RETURNING)
        if heard is None:
            if not isinstance(node, Pause):
                fared = noted(fared, state, Fared.HUNG_UP)
            break
        facts = learn(facts, turn.steps)
        turn = resume(flows, state, heard, facts)
        fared = noted(fared, state, turn.fared)
        if dice.random() < 0.01:
            break
    yield from fared.items()


def _heard(house: House, state: State, habits: Habits) -> Heard | None:
    """What this caller does at this question; None: hangs up."""
    node = house.rt.flows[state.flow].nodes[state.node]
    harder = HARD.get(f"{state.flow}/{state.node}", 1.0)
    drawn = house.dice.random()
    for share, heard in (
        (habits.hung_up, None),
        (habits.silent * harder, Nothing()),
        (habits.wrong * harder, Digits("6")),
        (habits.again, Digits("9")),
        (habits.away, Digits("0")),
    ):
        if drawn < share:
            return heard
        drawn -= share
    return _answer(node, house.dice)


def _answer(node: object, dice: random.Random) -> Heard:
    match node:
        case Record():
            return VoiceNote("1", dice.uniform(4, 50))
        case Menu(choices):
            return Digits(dice.choice([each.key for each in choices if each.prompt] or ["1"]))
        case Ask() | Poll():
            return Digits(dice.choice("112"))
        case Pick():
            return Digits("1")
        case Keys(_, 2):
            return Digits(dice.choice(("11", "21", "22", "23")))
        case _:
            return Nothing()
