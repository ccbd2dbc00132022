"""Charts as SVG, drawn here: classes instead of colours, a title and a table for whoever cannot see them (console.md 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT, FOOT = 560, 150, 22


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for, how it is written beneath (or not), and its height."""

    name: str
    label: str
    value: int


def bars(bars: Sequence[Bar], title: str) -> Markup:
    """Draw upright bars with their values above the tallest and the last."""
    top = max((each.value for each in bars), default=0)
    step = WIDTH / max(1, len(bars))
    drawn = Markup("").join(
        _bar(each, index, step, top, index == len(bars) - 1) for index, each in enumerate(bars)
    )
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-label="{title}">'
        '<path class="base" d="M0 {y}H{w}"/>{drawn}</svg>'
    ).format(w=WIDTH, h=HEIGHT, title=title, y=HEIGHT - FOOT + 0.5, drawn=drawn)


def _bar(bar: Bar, index: int, step: float, top: int, is_last: bool) -> Markup:
    room = HEIGHT - FOOT - 20
    height = round(room * bar.value / top, 1) if top else 0
    x, y = index * step, HEIGHT - FOOT - height
    value = (
        _text("value", x + step / 2, y - 5, str(bar.value))
        if bar.value and (is_last or bar.value == top)
        else ""
    )
    return Markup(
        '<g><title>{name}</title><rect class="col{last}" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h}" rx="2"/>'
        "{value}{label}</g>"
    ).format(
        name=bar.name,
        last=" last" if is_last else "",
        x=x + step * 0.15,
        y=y,
        w=step * 0.7,
        h=height,
        value=value,
        label=_text("", x + step / 2, HEIGHT - 5, bar.label) if bar.label else "",
    )


def _text(kind: str, x: float, y: float, text: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(
        kind, x, y, text
    )
