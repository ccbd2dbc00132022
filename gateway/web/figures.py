"""The figures of `/metrics`, counted from the tables when Prometheus asks (console.md 4): states and outcomes only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Executable, func, select

from gateway.db import unit_of_work
from gateway.models import Call, Callback, Delivery, Report, VoiceNote
from gateway.runtime import Runtime
from gateway.states import CallState
from gateway.store.calls_seen import is_spoken


class Figures(Collector):
    """One scrape: four queries, no state of its own."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt

    def collect(self) -> Iterable[Metric]:
        """Yield a family a figure."""
        with unit_of_work(self._rt.engine) as unit:
            rows = {name: unit.db.execute(query).all() for name, (query, _, _) in QUERIES.items()}
        for name, (_, labels, help_text) in QUERIES.items():
            yield _family(name, help_text, labels, rows[name])


QUERIES: dict[str, tuple[Executable, tuple[str, ...], str]] = {
    "memberline_deliveries": (
        select(Delivery.kind, Delivery.state, func.count()).group_by(Delivery.kind, Delivery.state),
        ("kind", "state"),
        "Deliveries by kind of channel and state.",
    ),
    "memberline_open_calls": (
        select(func.count()).select_from(Call).where(Call.state != CallState.ENDED, is_spoken()),
        (),
        "Calls that have not ended.",
    ),
    "memberline_reports": (
        select(Report.state, func.count()).group_by(Report.state),
        ("state",),
        "Reports by state.",
    ),
    "memberline_callbacks": (
        select(Callback.kind, Callback.outcome, func.count()).group_by(Callback.kind, Callback.outcome),
        ("kind", "outcome"),
        "Posts of the provider in the last month, by what became of them.",
    ),
    "memberline_voice_notes_due": (
        select(func.count())
        .select_from(VoiceNote)
        .where(VoiceNote.fetched_at.is_(None), VoiceNote.lost_at.is_(None)),
        (),
        "Recordings that are announced and not yet fetched.",
    ),
}


def _family(name: str, help_text: str, labels: tuple[str, ...], rows: Iterable[Sequence[object]]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=labels)
    for *values, count in rows:
        family.add_metric([str(value) for value in values], float(str(count)))
    return family
