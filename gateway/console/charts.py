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


def bars(bars: Sequence[Bar], title: str, strong: int | None = None) -> Markup:
    """Draw upright bars with their values above the tallest and the strong one, which is the last where none is named."""
    top = max((each.value for each in bars), default=0)
    step = WIDTH / max(1, len(bars))
    drawn = Markup("").join(
        _bar(each, index, step, top, index == (len(bars) - 1 if strong is None else strong))
        for index, each in enumerate(bars)
    )
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" text-anchor="middle" role="img" aria-label="{title}">'
        '<path class="base" d="M0 {y}H{w}"/>{drawn}</svg>'
    ).format(w=WIDTH, h=HEIGHT, title=title, y=HEIGHT - FOOT + 0.5, drawn=drawn)


def _bar(bar: Bar, index: int, step: float, top: int, is_last: bool) -> Markup:
    """Draw one with its value and label; what is nought takes no room in the page."""
    room = HEIGHT - FOOT - 20
    height = max(1, round(room * bar.value / top)) if bar.value else 0
    x, y = index * step, HEIGHT - FOOT - height
    value = (
        _text("value", x + step / 2, y - 5, str(bar.value))
        if bar.value and (is_last or bar.value == top)
        else ""
    )
    drawn = Markup(
        '<rect class="col{}" x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}" rx="2"><title>{}</title></rect>'
    )
    return Markup("").join(
        [
            drawn.format(" last" if is_last else "", x + step * 0.15, y, step * 0.7, height, bar.name)
            if bar.value
            else "",
            value,
            _text("", x + step / 2, HEIGHT - 5, bar.label) if bar.label else "",
        ]
    )


def _text(kind: str, x: float, y: float, text: str) -> Markup:
    return Markup('<text{} x="{:.0f}" y="{:.0f}">{}</text>').format(
        Markup(' class="{}"').format(kind) if kind else "", x, y, text
    )
