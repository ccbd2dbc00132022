"""Which rings are answered by a call (voice_design.md D30 and 1.3, reliability.md C16)."""

from collections import deque
from datetime import timedelta

import pytest

from gateway.rules.call_back import Ring, RingLimits, may_call_back
from gateway.rules.verdicts import Allowed, Reason, Refused
from tests.rules.cases import NIGHT

R = Reason
AGO = {seconds: NIGHT - timedelta(seconds=seconds) for seconds in (5, 59, 60)}
RINGS = [  # what is known of the ring, objection, source
    ({"is_known": True}, None, "D30: at any hour"),
    ({"is_known": False}, None, "issue, item 10; 1.3: a stranger is asked to join"),
    ({"is_known": True, "last_at": AGO[59]}, R.JUST_RANG, "D30: dedupe 60 s"),
    ({"is_known": True, "last_at": AGO[60]}, None, "D30: a minute later it is a new ring"),
    ({"is_known": True, "is_awaited": True}, R.JUST_RANG, "1.3: ten rings in a row, one call-back"),
    ({"is_known": False, "last_at": AGO[5], "call_backs_today": 1}, R.JUST_RANG, "D30"),
    ({"is_known": False, "call_backs_today": 1}, R.CALL_BACK_CAP, "C16: unknown, one in 24 hours"),
    ({"is_known": True, "call_backs_today": 1}, None, "C16: members first"),
    (
        {"is_known": True, "call_backs_today": 40},
        R.CALL_BACK_CAP,
        "C16: a fixed sum, also by spoofed numbers",
    ),
    ({"is_known": False, "unknown_this_hour": 59}, None, "C16: N an hour in all"),
    ({"is_known": False, "unknown_this_hour": 60}, R.CALL_BACK_CAP, "C16: N an hour in all"),
    ({"is_known": True, "unknown_this_hour": 60}, None, "C16: strangers never use up members' calls"),
    ({"is_known": False, "prefix_this_hour": 5}, R.CALL_BACK_CAP, "C16: numbers in a row"),
    ({"is_known": True, "prefix_this_hour": 5}, None, "C16: neighbours bought phones together"),
    ({"is_known": False, "is_foreign": True}, R.FOREIGN, "1.3: never call back"),
    ({"is_known": True, "is_foreign": True}, R.FOREIGN, "1.3: never call back"),
    ({"is_known": True, "is_premium": True}, R.PREMIUM, "1.3: one-ring fraud"),
    ({"is_known": False, "is_landline": True}, R.LANDLINE, "C16: mobile types"),
    ({"is_known": True, "is_landline": True}, None, "1.3: a member's own landline"),
]


@pytest.mark.parametrize(("known", "objection", "source"), RINGS)
def test_may_call_back(known, objection, source):
    expected = Allowed() if objection is None else Refused(objection)
    assert may_call_back(Ring(at=NIGHT, **known)) == expected, source


def test_may_call_back_when_limits_are_set():
    strict = RingLimits(dedupe=timedelta(minutes=10), unknown_per_hour=0)
    assert may_call_back(Ring(at=NIGHT, is_known=False), strict) == Refused(R.CALL_BACK_CAP)
    assert may_call_back(Ring(at=NIGHT, is_known=True, last_at=AGO[60]), strict) == Refused(R.JUST_RANG)


def test_attack_when_a_day_of_rings_comes_from_rotating_numbers():
    agreed: deque = deque()
    total = 0
    for second in range(0, 86400, 20):
        at = NIGHT + timedelta(seconds=second)
        while agreed and at - agreed[0] >= timedelta(hours=1):
            agreed.popleft()
        if may_call_back(Ring(at=at, is_known=False, unknown_this_hour=len(agreed))) == Allowed():
            agreed.append(at)
            total += 1
    assert total == 24 * 60  # exactly the ceiling, however many ring
