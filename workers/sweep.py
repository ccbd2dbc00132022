"""The sweep: finds what was lost and what has become due (house.md 5.3, 7). Rung every 15 s by `schedule`."""

from __future__ import annotations

from gateway import audit, drafts, ledger, report_files, voice_notes, waiting
from gateway.broadcasts import schedules
from gateway.broadcasts import settle as broadcasts
from gateway.calls import ussd
from gateway.days import asking
from gateway.db import unit_of_work
from gateway.deliveries import budget, doubt
from gateway.deliveries import sweep as deliveries
from gateway.enrolment.unfinished import forget_unfinished
from gateway.people import listed
from gateway.posts_again import apply_spooled, apply_unknown, ask_about_doubts
from gateway.reports import sweep as reports
from gateway.rights import erase, retain
from gateway.rollups import freeze
from gateway.store import unit_counts
from workers.process import job, runtime

PURGE_SECONDS = 40.0  # then others get a turn


@job
def sweep() -> None:
    """Find what was lost and what has become due; twice in a row changes nothing more."""
    rt = runtime()
    apply_unknown(rt)
    with unit_of_work(rt.engine) as unit:
        deliveries.sweep(unit, rt)
        doubt.give_up_waiting(unit, rt)
    with unit_of_work(rt.engine) as unit:
        budget.settle(unit, rt)
    ussd.end_lost(rt)
    reports.sweep(rt)
    with unit_of_work(rt.engine) as unit:
        schedules.run_due(unit, rt)
    with unit_of_work(rt.engine) as unit:
        broadcasts.settle(unit, rt)
        erase.forget_idle_numbers(unit.db)
        ledger.end_what_ran_out(unit, rt)
        listed.ring_waiting(unit, rt)
        report_files.sweep(unit, rt)
        asking.ring_due(unit, rt)
        freeze.ring_due(unit, rt)
        due = voice_notes.list_due(unit, rt)
    for note_id in due[:1]:  # its job fetches the others as well; a bell for each would outgrow the queue
        rt.bells.fetch_voice_note(note_id)
    with unit_of_work(rt.engine) as unit:
        if drafts.list_due(unit, rt, limit=1):
            unit.ring(rt.bells.write_drafts)
        unit_counts.sum_up(unit.db)
    audit.seal_due(rt)
    ask_about_doubts(rt)  # late: what asks others may take long
    apply_spooled(rt)  # last: a post that fails once more must not hold up the rest


@job
def purge() -> None:
    """Forget what was kept long enough; what is left after its time goes on in a job of its own."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        forget_unfinished(unit, rt)
        waiting.forget_unanswered(unit, rt)
    _, is_done = retain.run(rt, PURGE_SECONDS)
    if not is_done:
        rt.bells.purge()
