"""Where each planted bug would bite: there the first seeds find it. Of what is not said here chance decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from decimal import Decimal

from tests.sim.scene import Scene

_VOICE = {
    "kind": "voice",
    "message_class": "organisational",
    "unit": "BLOCK-1",
    "later": None,
    "budget": None,
}
_LONG = {"lasts": None, "again_at": None}
_UNHEARD = {"lost": 0.6, "can_be_asked": False}
_ONCE = {"twice": 0.0, "lost": 0.0, "can_be_asked": False}  # each word comes once
_ALL_CALLS = Scene(order={**_VOICE, **_LONG, "instead": None})
_WITH_TEXT = Scene(order={**_VOICE, **_LONG, "instead": {"hi": "कल दस बजे बैठक है।", "bn": "কাল সভা আছে।"}})
_TEXTS = {**_VOICE, **_LONG, "kind": "sms", "instead": None}
_URGENT_TEXTS = {**_TEXTS, "message_class": "emergency", "tries_rest": False}
_FALLEN = {
    "kill_at_statement": 0.02,
    "nested": 0.0,
}  # senders, before they have written what the provider said
_DAILY = Scene(order={**_VOICE, "unit": "BOOTH-A", "lasts": 9.0, "again_at": time(11), "again_days": 2})

SCENES: dict[str, Scene] = {
    "blind_retry": replace(_ALL_CALLS, habits={"silent_taken": 0.5, "can_be_asked": False}),
    "lost_lease_is_sent_again": replace(_ALL_CALLS, rates={"kill_at_point": 0.06}, habits=_UNHEARD),
    "held_up_sender_asks": replace(_ALL_CALLS, rates={"stall_at_request": 0.5}),
    "pause_not_read": replace(_ALL_CALLS, settings={"lines": 2}, chances={"pauses": 1.0}),
    "goes_on_before_all_are_owed": replace(
        _ALL_CALLS, rates={"kill_at_point": 0.25}, chances={"pauses": 1.0, "says_stop": 0.0}
    ),
    "window_by_server_zone": _ALL_CALLS,
    "lines_not_counted": replace(_ALL_CALLS, settings={"lines": 2, "calls_per_second": 3}),
    "expiry_not_read": Scene(order={**_VOICE, "lasts": 9.0, "again_at": None}),
    "opt_out_cached": replace(_ALL_CALLS, chances={"says_stop": 0.8}),
    "caps_not_read": replace(_ALL_CALLS, settings={"broadcasts_a_day": 1}),
    "shared_phone_rung_twice": replace(_ALL_CALLS, settings={"lines": 50, "calls_per_second": 10}),
    "retry_counter_not_saved": _ALL_CALLS,
    "spool_never_applied": replace(_ALL_CALLS, rates={"restart_at_statement": 0.006}, habits=_ONCE),
    "finished_too_early": _ALL_CALLS,
    "pace_not_asked": replace(_ALL_CALLS, settings={"lines": 50, "calls_per_second": 1}),
    "doubt_left_out_of_sums": replace(_ALL_CALLS, habits={"silent_taken": 0.5, "can_be_asked": False}),
    "budget_not_kept_back": Scene(order={**_VOICE, **_LONG, "budget": Decimal(3)}),
    "money_given_back_too_early": Scene(order={**_VOICE, **_LONG, "budget": Decimal(3)}, habits=_UNHEARD),
    "fallback_before_the_call_is_over": _WITH_TEXT,
    "fallback_to_whoever_answered": _WITH_TEXT,
    "text_in_doubt_sent_again": Scene(order=_TEXTS, habits={"silent_taken": 0.5, "can_be_asked": False}),
    "receipt_without_its_id_is_dropped": Scene(_FALLEN, habits=_ONCE, order=_URGENT_TEXTS),
    "receipt_taken_for_another_text": Scene(
        {**_FALLEN, "nested": 0.9},
        habits={"lost": 0.5, "slow": 1.0, "can_be_asked": False},
        order=_URGENT_TEXTS,
    ),
    "occurrence_begun_twice": _DAILY,
    "occurrence_lost": _DAILY,
    "rest_takes_whom_it_reached": Scene(order={**_TEXTS, "tries_rest": True}, habits={"lost": 0.0}),
    "lost_last_word_awaited_for_ever": Scene(order=_TEXTS, habits={"lost": 0.4, "can_be_asked": False}),
}
