"""The guard: one row per clause of the law, who waives it, and a fuzzed year without one wrong contact."""

import random
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.rules.classes import ContactReason, Kind, MessageClass
from gateway.rules.consent import ConsentState
from gateway.rules.contact import Suppressed, Used
from gateway.rules.guard import AUDIENCE, WAIVED, may_contact
from gateway.rules.silence import Silence
from gateway.rules.verdicts import Allowed, Held, Reason, Refused
from tests.rules.cases import CERTIFICATE, INDIA, KENYA, NIGHT, NOON, a_campaign, a_contact, in_zone, utc

C, R, W, S = MessageClass, Reason, ContactReason, ConsentState
TOMORROW = utc("2026-03-11 03:30")  # 09:00 in India
POLL = (Silence("/1/5/", NOON + timedelta(hours=20)),)
AFTER_POLL = utc("2026-03-11 03:30")  # the poll closes at 08:00, the window opens at 09:00

BROADCASTS = [  # what is different from an allowed broadcast, verdict, source
    ({}, Allowed(), "nothing objects"),
    ({"is_usable": False}, Refused(R.NUMBER_UNUSABLE), "2.2: invalid never"),
    *[({"suppressed": s}, Refused(R.SUPPRESSED), "L7") for s in Suppressed],
    ({"is_opted_out": True}, Refused(R.OPTED_OUT), "L6"),
    ({"consent": S.NONE}, Refused(R.NO_CONSENT), "L5, 3.3"),
    ({"consent": S.INTRODUCTION}, Refused(R.NO_CONSENT), "contract: CSV, nothing else"),
    ({"consent": S.ORGANISATIONAL}, Allowed(), "3.3"),
    ({"has_words": False}, Refused(R.NO_WORDS), "contract: audience; journeys.md M1"),
    ({"is_stopped": True}, Refused(R.STOPPED), "L19: emergency stop"),
    ({"expires_at": NOON}, Refused(R.EXPIRED), "2.2: stop at campaign expiry"),
    ({"expires_at": NOON + timedelta(seconds=1)}, Allowed(), "2.2"),
    ({"approved_hash": None}, Refused(R.NOT_APPROVED), "L19; issue, item 11"),
    ({"content_hash": "h2"}, Refused(R.CONTENT_CHANGED), "house.md 5.3: hash of the exact words and clips"),
    ({"used": Used(attempts_in_broadcast=6)}, Refused(R.ATTEMPTS_USED), "L9: 6 a campaign"),
    ({"used": Used(attempts_in_broadcast=5)}, Allowed(), "L9"),
    ({"is_paused": True}, Held(R.PAUSED), "house.md 5.3, step 8"),
    ({"is_switched_off": True}, Held(R.PAUSED), "reliability.md C16: kill switch"),
    ({"at": NIGHT}, Held(R.OUTSIDE_WINDOW, TOMORROW), "L1: at dial time"),
    ({"at": NIGHT, "open_all_day": True}, Allowed(), "contract: up, demo"),
    ({"used": Used(broadcasts_today=1)}, Held(R.FREQUENCY_CAP, TOMORROW), "L9: 1 a day"),
    ({"used": Used(broadcasts_this_week=3)}, Held(R.FREQUENCY_CAP, TOMORROW), "L9: 3 a week"),
    ({"used": Used(attempts_today=3)}, Held(R.FREQUENCY_CAP, TOMORROW), "2.2: max 3 a day"),
    ({"used": Used(broadcasts_this_week=2, attempts_today=2)}, Allowed(), "L9"),
    ({"has_budget": False}, Held(R.BUDGET), "reliability.md A9"),
    ({"is_silent": True}, Refused(R.LONG_SILENCE), "D33: stop chasing"),
    ({"is_silent": True, "kind": Kind.SMS}, Allowed(), "D33: a text disturbs nobody"),
    ({"is_silent": True, "message_class": C.EMERGENCY}, Allowed(), "D33: danger still rings"),
    ({"silences": POLL}, Allowed(), "L2: only campaign"),
    ({"is_opted_out": True, "at": NIGHT}, Refused(R.OPTED_OUT), "a refusal before a hold"),
]
CAMPAIGNS = [  # what is different from an allowed campaign broadcast, verdict, source
    ({}, Allowed(), "nothing objects"),
    ({"consent": S.ORGANISATIONAL}, Refused(R.NO_CONSENT), "3.5: opt-in only"),
    ({"certificate": None}, Refused(R.NO_CERTIFICATE), "L3"),
    ({"certificate": replace(CERTIFICATE, number=" ")}, Refused(R.NO_CERTIFICATE), "L3: number"),
    ({"certificate": replace(CERTIFICATE, issuer="")}, Refused(R.NO_CERTIFICATE), "L3: committee"),
    ({"certificate": replace(CERTIFICATE, content_hash="")}, Refused(R.NO_CERTIFICATE), "L3: hash"),
    ({"certificate": replace(CERTIFICATE, valid_until=NOON)}, Refused(R.NO_CERTIFICATE), "L3: validity"),
    ({"content_hash": "h2", "approved_hash": "h2"}, Refused(R.CONTENT_CHANGED), "L3: a change voids it"),
    ({"silences": POLL}, Held(R.SILENCE_PERIOD, AFTER_POLL), "L2: held, not lost"),
    ({"silences": POLL, "open_all_day": True}, Held(R.SILENCE_PERIOD, POLL[0].close_of_poll), "windows only"),
    ({"silences": POLL, "unit_path": "/1/6/"}, Allowed(), "L2: area"),
    ({"at": NIGHT}, Held(R.OUTSIDE_WINDOW, TOMORROW), "3.2: never 22:00 to 06:00"),
    ({"profile": KENYA, "language": "hi"}, Refused(R.LANGUAGE), "3.5: English or Kiswahili only"),
    ({"profile": KENYA, "language": None}, Refused(R.LANGUAGE), "3.5"),
    ({"profile": KENYA, "language": "sw"}, Allowed(), "3.5"),
]


@pytest.mark.parametrize(("changes", "verdict", "source"), BROADCASTS)
def test_broadcast(changes, verdict, source):
    assert may_contact(a_contact(**changes)) == verdict, source


@pytest.mark.parametrize(("changes", "verdict", "source"), CAMPAIGNS)
def test_campaign(changes, verdict, source):
    assert may_contact(a_campaign(**changes)) == verdict, source


REGISTER = Suppressed.DO_NOT_DISTURB
DAY = timedelta(days=1)
REGISTERS = [  # a campaign in India: what is different, verdict, source
    ({"is_proven": False}, Refused(R.NOT_SCRUBBED), "L8: blocked unless evidence attached"),
    ({"is_proven": False, "scrubbed_at": NOON - 7 * DAY}, Allowed(), "L8: with date"),
    ({"is_proven": False, "scrubbed_at": NOON - 8 * DAY}, Refused(R.NOT_SCRUBBED), "L8: with date"),
    ({"is_proven": False, "profile": KENYA, "language": "en"}, Allowed(), "Kenya has no such register"),
    ({"suppressed": REGISTER}, Allowed(), "L8: consent evidence outweighs the register"),
    (
        {"suppressed": REGISTER, "is_proven": False, "scrubbed_at": NOON},
        Refused(R.SUPPRESSED),
        "L7: do-not-disturb",
    ),
]
ASKED_ANEW = [  # an introduction: when somebody on the number last left, verdict, source
    (None, Allowed(), "nobody left"),
    (NOON - 89 * DAY, Refused(R.RESTING), "3.1: no new request for 90 days after opt-out"),
    (NOON - 90 * DAY, Allowed(), "3.1"),
]


@pytest.mark.parametrize(("changes", "verdict", "source"), REGISTERS)
def test_register(changes, verdict, source):
    assert may_contact(a_campaign(**changes)) == verdict, source


@pytest.mark.parametrize(("left_at", "verdict", "source"), ASKED_ANEW)
def test_rest_after_an_opt_out(left_at, verdict, source):
    asked = a_contact(reason=W.INTRODUCTION, consent=S.INTRODUCTION, left_at=left_at)
    assert may_contact(asked) == verdict, source
    assert may_contact(replace(asked, profile=KENYA, language="en")) == Allowed(), (
        "no rest is prescribed there"
    )


STRANGER = {"consent": S.NONE, "message_class": C.SERVICE, "approved_hash": None, "content_hash": None}
DANGER = {"consent": S.NONE, "message_class": C.EMERGENCY, "approved_hash": None, "at": NIGHT}
USED_UP = Used(broadcasts_today=9, broadcasts_this_week=9, attempts_today=9, attempts_in_broadcast=9)
OTHERS = [  # reason for contact, changes, verdict, source
    (W.RING, STRANGER, Allowed(), "1.3: unknown numbers too"),
    (W.RING, STRANGER | {"at": NIGHT}, Allowed(), "D30; issue, item 10: at any hour"),
    (W.RING, STRANGER | {"is_opted_out": True}, Allowed(), "1.3: a ring is a request"),
    (W.RING, STRANGER | {"suppressed": Suppressed.OPT_OUT}, Allowed(), "1.3"),
    (W.RING, STRANGER | {"suppressed": Suppressed.COURT}, Refused(R.SUPPRESSED), "L7: a court's order stays"),
    (W.RING, STRANGER | {"is_usable": False}, Allowed(), "it has just shown that it works"),
    (W.RING, STRANGER | {"used": USED_UP}, Allowed(), "L9 counts broadcasts"),
    (W.RING, STRANGER | {"expires_at": NOON}, Refused(R.EXPIRED), "journeys.md M1: age limit"),
    (W.RING, STRANGER | {"has_budget": False}, Held(R.BUDGET), "reliability.md A9, C16"),
    (W.RING, STRANGER | {"is_switched_off": True}, Held(R.PAUSED), "C16: kill switch"),
    (W.RING, STRANGER | {"message_class": C.CAMPAIGN, "silences": POLL}, Refused(R.NO_CERTIFICATE), "L2, L3"),
    (W.REPLY, STRANGER | {"is_opted_out": True, "at": NIGHT}, Allowed(), "L6: STOP is confirmed once"),
    (W.ANSWER, STRANGER, Allowed(), "issue, items 4 and 8: unverified reporters too"),
    (
        W.ANSWER,
        STRANGER | {"at": NIGHT},
        Held(R.OUTSIDE_WINDOW, TOMORROW),
        "issue, item 10: keeps the window",
    ),
    (W.ANSWER, STRANGER | {"is_opted_out": True}, Refused(R.OPTED_OUT), "journeys.md 5.1: opted out"),
    (W.ANSWER, STRANGER | {"used": USED_UP}, Allowed(), "L9 counts broadcasts"),
    (W.ANSWER, STRANGER | {"silences": POLL}, Allowed(), "L2: only campaign"),
    (W.DUTY, DANGER, Allowed(), "issue, item 6: danger, at any hour"),
    (W.DUTY, DANGER | {"message_class": C.SERVICE}, Allowed(), "issue, item 6"),
    (W.DUTY, DANGER | {"is_opted_out": True, "has_budget": False}, Allowed(), "issue, item 6"),
    (W.DUTY, DANGER | {"is_switched_off": True}, Allowed(), "danger passes the switch"),
    (W.DUTY, DANGER | {"is_usable": False}, Refused(R.NUMBER_UNUSABLE), "2.2: invalid never"),
    (W.TEST, STRANGER | {"at": NIGHT}, Allowed(), "issue, item 11: staff asked for it"),
    (W.TEST, STRANGER | {"has_words": False}, Refused(R.NO_WORDS), "nothing to hear"),
    (W.TEST, {"message_class": C.CAMPAIGN}, Allowed(), "before approval and certificate"),
    (
        W.TEST,
        {"message_class": C.CAMPAIGN, "silences": POLL},
        Held(R.SILENCE_PERIOD, POLL[0].close_of_poll),
        "L2: no campaign call inside",
    ),
    (W.INTRODUCTION, STRANGER, Refused(R.NO_CONSENT), "contract: CSV"),
    (W.INTRODUCTION, STRANGER | {"consent": S.INTRODUCTION}, Allowed(), "contract: CSV"),
    (
        W.INTRODUCTION,
        STRANGER | {"consent": S.INTRODUCTION, "is_introduced": True},
        Refused(R.NO_CONSENT),
        "contract: CSV, one call",
    ),
    (
        W.INTRODUCTION,
        STRANGER | {"consent": S.INTRODUCTION, "at": NIGHT},
        Held(R.OUTSIDE_WINDOW, TOMORROW),
        "issue, item 10: every other call",
    ),
    (
        W.BROADCAST,
        {"message_class": C.EMERGENCY, "at": NIGHT, "used": Used(broadcasts_today=1)},
        Allowed(),
        "L1",
    ),
    (W.BROADCAST, {"message_class": C.EMERGENCY, "is_opted_out": True}, Refused(R.OPTED_OUT), "L6"),
]


@pytest.mark.parametrize(("why", "changes", "verdict", "source"), OTHERS)
def test_other_reasons_for_contact(why, changes, verdict, source):
    assert may_contact(a_contact(reason=why, **changes)) == verdict, source


def test_every_reason_for_contact_has_its_line():
    assert set(WAIVED) == set(ContactReason)


def test_audience_when_a_broadcast_is_planned_at_night():
    verdict = may_contact(a_contact(at=NIGHT, is_paused=True, consent=S.NONE))
    assert isinstance(verdict, Refused)
    assert verdict.reason in AUDIENCE  # who is left out is known at once; windows and caps never shrink it


def a_random_contact(chance, profile):
    at = utc("2026-01-01 00:00") + timedelta(seconds=chance.randrange(365 * 86400))
    return a_campaign(
        profile=profile,
        at=at,
        message_class=chance.choice([c for c in C if c is not C.EMERGENCY]),
        reason=chance.choice([W.BROADCAST, W.ANSWER, W.INTRODUCTION]),
        consent=chance.choice(list(S)),
        is_opted_out=chance.random() < 0.1,
        suppressed=chance.choice([None] * 9 + [Suppressed.OPT_OUT]),
        language=chance.choice(["en", "hi"]),
        silences=(Silence("/1/", at + timedelta(hours=chance.randrange(200))),),
    )


@pytest.mark.parametrize("profile", [INDIA, KENYA, in_zone("America/New_York")], ids=lambda p: p.zone)
def test_allowed_when_a_year_is_fuzzed(profile):
    chance, allowed = random.Random(11), 0
    for _ in range(1200):
        contact = a_random_contact(chance, profile)
        if may_contact(contact) != Allowed():
            continue
        allowed += 1
        hours = profile.hard[contact.message_class]
        wall = contact.at.astimezone(ZoneInfo(profile.zone)).time()
        assert hours.opens <= wall < hours.closes
        assert not contact.is_opted_out
        assert contact.suppressed is None
        if contact.message_class is C.CAMPAIGN:
            assert contact.silences[0].close_of_poll - contact.at > timedelta(hours=48) or (
                contact.silences[0].close_of_poll == contact.at
            )
    assert allowed > 150


@pytest.mark.parametrize("profile", [INDIA, KENYA], ids=lambda p: p.zone)
def test_held_until_an_instant_at_which_it_is_allowed(profile):
    chance, held = random.Random(13), 0
    for _ in range(600):
        contact = replace(a_random_contact(chance, profile), consent=S.ALL, language="en")
        verdict = may_contact(contact)
        if isinstance(verdict, Held) and verdict.until is not None:
            held += 1
            assert verdict.until > contact.at
            assert may_contact(replace(contact, at=verdict.until)) == Allowed() or contact.silences[0].covers(
                contact.unit_path, verdict.until
            )
    assert held > 150
