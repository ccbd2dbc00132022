"""Makes long lists of reports to take away; runs in a forked child, so that memory goes back."""

from __future__ import annotations

from gateway import report_files
from workers.process import job, runtime


@job
def make_report_file(file_id: int) -> None:
    """Make a list that was asked for; twice at once, or once too often, changes nothing."""
    report_files.make(runtime(), file_id)
