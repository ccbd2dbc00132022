"""Bugs that are planted on purpose, so that the simulation is seen to find them (reliability.md 7.1): each breaks one promise.

`scenes` says where each would bite: there the first seeds find it, and chance alone finds it as well, later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import false, select, true, update

from gateway import posts_again
from gateway.broadcasts import launch, rest, schedules, sums
from gateway.deliveries import budget, fallback, outcomes, results, send, strays, sweep
from gateway.errors import ProviderSilent, ProviderUnreachable
from gateway.models import Attempt, Broadcast, Delivery
from gateway.pace import MemoryPace
from gateway.rules import guard, retry, windows
from gateway.rules.retry import Cause
from gateway.rules.verdicts import Reason
from gateway.states import AttemptOutcome, BroadcastState, DeliveryState
from gateway.store import attempts, deliveries, doubts, spendings
from gateway.store.move import move

Plant = Callable[[ExitStack], None]


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Let this bug live inside."""
    with ExitStack() as stack:
        PLANTS[name](stack)
        yield


def _swap(stack: ExitStack, owner: Any, name: str, new: Any) -> Any:
    """Put something else in its place until the stack is closed; returns what was there."""
    old = getattr(owner, name)
    setattr(owner, name, new)
    stack.callback(setattr, owner, name, old)
    return old


def blind_retry(stack: ExitStack) -> None:
    """Silence of the provider is taken for "not sent"."""

    def ask(*given: Any) -> Any:
        said = old(*given)
        return ProviderUnreachable("no answer") if isinstance(said, ProviderSilent) else said

    old = _swap(stack, results, "ask", ask)


def lost_lease_is_sent_again(stack: ExitStack) -> None:
    """What a killed sender had claimed is put back as if it had surely not gone out."""

    def leases(unit: Any, rt: Any) -> None:
        for each in deliveries.lock_expired(unit.db, rt.clock()):
            unit.db.execute(
                update(Attempt)
                .where(Attempt.delivery_id == each.id, Attempt.outcome == AttemptOutcome.PENDING)
                .values(outcome=AttemptOutcome.FAILED, cause="network", ended_at=rt.clock())
            )
            each.state, each.due_at, each.lease_until = DeliveryState.QUEUED, rt.clock(), None

    _swap(stack, sweep, "_leases", leases)


def held_up_sender_asks(stack: ExitStack) -> None:
    """Whoever slept over the end of the lease hands over all the same."""
    _swap(stack, results, "LONGEST_REQUEST", timedelta(days=-9))


def pause_not_read(stack: ExitStack) -> None:
    """A sender goes on with a broadcast that was paused."""
    _without(stack, Reason.PAUSED, Reason.STOPPED)

    def list_rounds(db: Any, kind: str, now: Any) -> list[tuple[int, bool]]:
        waiting = select(Delivery.broadcast_id).where(
            Delivery.kind == kind,
            Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.HELD)),
            Delivery.due_at <= now,
            Delivery.batch_id.is_(None),
        )
        rows = db.execute(select(Broadcast.id, Broadcast.is_urgent).where(Broadcast.id.in_(waiting)))
        return [(each.id, each.is_urgent) for each in rows]

    _swap(stack, deliveries, "list_rounds", list_rounds)


def goes_on_before_all_are_owed(stack: ExitStack) -> None:
    """ "Go on" makes a broadcast run that is only starting: whoever is not owed anything yet never will be."""

    def resume(unit: Any, rt: Any, broadcast: Any) -> None:
        if broadcast.state == BroadcastState.STARTING:
            move(unit.db, Broadcast, broadcast.id, BroadcastState.RUNNING)
        else:
            old(unit, rt, broadcast)

    old = _swap(stack, launch, "resume", resume)


def window_by_server_zone(stack: ExitStack) -> None:
    """The hours are read off the server's wall."""

    def is_open(profile: Any, *given: Any, **more: Any) -> bool:
        return windows.is_open(replace(profile, zone="UTC"), *given, **more)

    _swap(stack, guard, "is_open", is_open)


def lines_not_counted(stack: ExitStack) -> None:
    """The ceiling of simultaneous calls is not looked at in the claim."""
    _swap(stack, attempts, "count_open_calls", lambda *given: 0)


def expiry_not_read(stack: ExitStack) -> None:
    """What has expired is tried all the same."""
    _without(stack, Reason.EXPIRED)


def opt_out_cached(stack: ExitStack) -> None:
    """Who left is asked as they stood when it was planned."""
    _without(stack, Reason.OPTED_OUT, Reason.SUPPRESSED, Reason.NO_CONSENT)


def caps_not_read(stack: ExitStack) -> None:
    """A second broadcast comes on the same day."""
    _without(stack, Reason.FREQUENCY_CAP)


def shared_phone_rung_twice(stack: ExitStack) -> None:
    """Two members of one phone are called at once."""
    _swap(stack, send, "_one_per_number", lambda locked, kind: locked)
    _swap(stack, deliveries, "_is_on_the_phone", lambda now: ())


def retry_counter_not_saved(stack: ExitStack) -> None:
    """The next try takes the number of the last one."""

    def begin(db: Any, rt: Any, going: Any, line: str, now: Any) -> Any:
        claimed = old(db, rt, going, line, now)
        going.situation.delivery.tries -= 1
        return claimed

    old = _swap(stack, send, "_begin", begin)


def spool_never_applied(stack: ExitStack) -> None:
    """What came while the database was away stays in its file."""
    _swap(stack, posts_again, "apply_spooled", lambda rt: 0)


def finished_too_early(stack: ExitStack) -> None:
    """A broadcast ends with its first round."""

    def is_open(stand: sums.Sums) -> bool:
        return bool(stand.not_yet_tried or stand.in_progress or stand.held)

    _swap(stack, sums.Sums, "is_open", property(is_open))


def pace_not_asked(stack: ExitStack) -> None:
    """As many go as there are lines."""
    _swap(stack, MemoryPace, "take", lambda pace, line, rate, wanted: wanted)


def doubt_left_out_of_sums(stack: ExitStack) -> None:
    """Nobody counts those of whom nothing is known."""

    def of_broadcast(db: Any, broadcast_id: int) -> Any:
        found = old(db, broadcast_id)
        found.asked -= found.in_doubt
        found.in_doubt = 0
        return found

    old = _swap(stack, sums, "of_broadcast", of_broadcast)


def budget_not_kept_back(stack: ExitStack) -> None:
    """Nobody counts what tries will cost."""
    _swap(stack, budget, "reserve", lambda db, rt, money, wanted, now: [True] * len(wanted))


def money_given_back_too_early(stack: ExitStack) -> None:
    """What was kept back for a call is free again while the call goes on."""
    is_begun = (Attempt.estimate.is_not(None), Attempt.outcome != AttemptOutcome.PENDING)
    _swap(stack, spendings, "_is_due", lambda: is_begun)


def fallback_before_the_call_is_over(stack: ExitStack) -> None:
    """The text goes after the first try, and the calls go on."""

    def settle(unit: Any, rt: Any, situation: Any, ending: Any, now: Any) -> None:
        fallback.owe_text(unit, rt, situation, ending.cause)
        old(unit, rt, situation, ending, now)

    old = _swap(stack, outcomes, "_settle", settle)


def fallback_to_whoever_answered(stack: ExitStack) -> None:
    """Who picked up and did not listen gets a text as well."""
    _swap(stack, fallback, "_NOT_REACHED", (*fallback._NOT_REACHED, Cause.ANSWERED_NOT_HEARD))


def text_in_doubt_sent_again(stack: ExitStack) -> None:
    """A text of which nobody knows whether it arrived is sent once more, whatever its class."""
    _swap(stack, retry, "_SMS", {**retry._SMS, Cause.UNKNOWN: (timedelta(minutes=30),)})
    _swap(stack, doubts, "_may_be_repeated", true)


def receipt_without_its_id_is_dropped(stack: ExitStack) -> None:
    """A receipt whose id fell with the sender is nobody's, and the text comes again though it had arrived."""
    _swap(stack, strays, "match", lambda *given: False)
    _swap(stack, doubts, "_may_have_arrived", false)


def receipt_taken_for_another_text(stack: ExitStack) -> None:
    """A receipt of an unknown id is given to the oldest text to that number, whatever else it may be of."""

    def list_without_id(*given: Any) -> list[Attempt]:
        return [each for each in old(*given) if each.outcome in doubts.WITHOUT_ID][:1]

    old = _swap(stack, doubts, "list_without_id", list_without_id)


def occurrence_begun_twice(stack: ExitStack) -> None:
    """A time of a schedule is made once more, a second later."""

    def make(unit: Any, rt: Any, schedule: Any, broadcast: Any, at: Any, ends_at: Any) -> None:
        for each in (at, at + timedelta(seconds=1)):
            old(unit, rt, schedule, broadcast, each, ends_at)

    old = _swap(stack, schedules, "_make", make)


def occurrence_lost(stack: ExitStack) -> None:
    """A schedule goes on to its next time, and this one is not made."""
    _swap(stack, schedules, "_make", lambda *given: None)


def rest_takes_whom_it_reached(stack: ExitStack) -> None:
    """ "Try the rest" begins with everybody again."""
    reached = (DeliveryState.HEARD, DeliveryState.DELIVERED)
    _swap(stack, rest, "_UNREACHED", (*rest._UNREACHED, *reached))


def lost_last_word_awaited_for_ever(stack: ExitStack) -> None:
    """A call or a text of which no last post came stays under way."""
    _swap(stack, sweep, "_silent", lambda *given: None)


def _without(stack: ExitStack, *reasons: Reason) -> None:
    """The guard leaves these out."""
    kept = tuple(each for each in guard._CHECKS if each[0] not in reasons)
    _swap(stack, guard, "_CHECKS", kept)


PLANTS: dict[str, Plant] = {
    each.__name__: each
    for each in (
        blind_retry,
        lost_lease_is_sent_again,
        held_up_sender_asks,
        pause_not_read,
        goes_on_before_all_are_owed,
        window_by_server_zone,
        lines_not_counted,
        expiry_not_read,
        opt_out_cached,
        caps_not_read,
        shared_phone_rung_twice,
        retry_counter_not_saved,
        spool_never_applied,
        finished_too_early,
        pace_not_asked,
        doubt_left_out_of_sums,
        budget_not_kept_back,
        money_given_back_too_early,
        fallback_before_the_call_is_over,
        fallback_to_whoever_answered,
        text_in_doubt_sent_again,
        receipt_without_its_id_is_dropped,
        receipt_taken_for_another_text,
        occurrence_begun_twice,
        occurrence_lost,
        rest_takes_whom_it_reached,
        lost_last_word_awaited_for_ever,
    )
}
