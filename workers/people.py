"""Works on lists that were handed in; runs in a forked child, so that memory goes back."""

from __future__ import annotations

from gateway.people import listed_work
from workers.process import job, runtime


@job
def work_on_list(import_id: int) -> None:
    """Look at a list or take it for a while; twice at once, or once too often, changes nothing."""
    listed_work.work(runtime(), import_id)
