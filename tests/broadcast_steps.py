"""Steps of a broadcast for tests on a running house: members, begin, how it stands, its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from gateway.broadcasts import launch, sums
from gateway.db import unit_of_work
from gateway.models import Broadcast
from gateway.phones import Number
from gateway.store import members, numbers
from tests.builders import a_broadcast, a_number, a_unit
from tests.house import House, until

WORDS = {"hi": "कल सुबह दस बजे पंचायत भवन में बैठक है। सब लोग आइए।"}


def many_members(house: House, count: int, unit: str) -> list[Number]:
    """That many members of one unit with numbers of their own, all agreed on paper, in one unit of work."""
    from gateway import enrolment

    made = [a_number() for _ in range(count)]
    with unit_of_work(house.rt.engine) as work:
        place = a_unit(work.db, unit)
        for each in made:
            number_id = numbers.add_number(work.db, house.rt.vault, each, house.rt.clock())
            member = members.add_member(work.db, number_id, place.id, house.rt.clock(), "Sita", "hi")
            enrolment.import_consent(work, house.rt, member, "paper", None)
    return made


def begin(
    house: House, unit: str, kind: str = "voice", texts: Mapping[str, str] | None = None, seconds: float = 60
) -> int:
    """Draft, approve and start as staff do; returns the id. The sound is made by the house's own worker."""
    broadcast_id = a_broadcast(house.rt, unit, kind, texts or WORDS)
    act(house, broadcast_id, lambda work, it: launch.approve(work, house.rt, it, None))
    until(lambda: has_sound(house, broadcast_id), seconds)
    act(house, broadcast_id, lambda work, it: launch.start(work, house.rt, it))
    return broadcast_id


def act(house: House, broadcast_id: int, deed: Callable[..., None]) -> None:
    with unit_of_work(house.rt.engine) as work:
        deed(work, work.db.get_one(Broadcast, broadcast_id))


def stand(house: House, broadcast_id: int) -> sums.Sums:
    """How it stands now; the parts sum to the whole at every look (contract)."""
    with unit_of_work(house.rt.engine) as work:
        found = sums.of_broadcast(work.db, broadcast_id)
    known = [found.heard, found.answered_not_heard, found.in_progress, found.held, found.not_yet_tried]
    parts = [*known, found.in_doubt, *found.not_reached.values(), *found.refused.values()]
    assert sum(parts) == found.asked
    return found


def wait_for(
    house: House, broadcast_id: int, is_so: Callable[[sums.Sums], bool], seconds: float = 30
) -> sums.Sums:
    """Look again and again, the sums checked each time, until it stands so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = stand(house, broadcast_id)
        if found.asked and is_so(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"it never stood so: {stand(house, broadcast_id)}")


def first_round_is_over(found: sums.Sums) -> bool:
    return not (found.not_yet_tried or found.in_progress or found.held)


def has_sound(house: House, broadcast_id: int) -> bool:
    """Whether every language of it can be heard by now."""
    with unit_of_work(house.rt.engine) as work:
        return not launch.languages_without_sound(house.rt, work.db.get_one(Broadcast, broadcast_id))
