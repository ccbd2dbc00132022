"""The target curve of a drive as SVG: what has joined, day by day, against the straight line to the target (console.md 4)."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, FOOT, HEAD = 560, 190, 22, 14


def curve(
    joined: Sequence[int], days: int, target: int | None, title: str, labels: tuple[str, str], top_label: str
) -> Markup:
    """Draw cumulative figures over `days`; `labels` stand under the first and the last day, `top_label` at the target."""
    top = max(target or 0, joined[-1] if joined else 0, 1)
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-label="{title}">'
        '<path class="base" d="M0 {foot}H{w}"/>{aim}<path class="run" d="{run}"/>{dot}'
        '<text x="0" y="{y}">{first}</text><text x="{w}" y="{y}" text-anchor="end">{last}</text></svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        title=title,
        foot=HEIGHT - FOOT + 0.5,
        aim=_aim(target, top, top_label) if target else "",
        run=_run(joined, days, top),
        dot=_dot(joined, days, top, target),
        y=HEIGHT - 5,
        first=labels[0],
        last=labels[1],
    )


def _aim(target: int, top: int, label: str) -> Markup:
    return Markup(
        '<path class="aim" d="M0 {foot:.1f}L{w} {y:.1f}"/><text x="{w}" y="{at:.1f}" text-anchor="end">{label}</text>'
    ).format(foot=_y(0, top), w=WIDTH, y=_y(target, top), at=_y(target, top) - 4, label=label)


def _run(joined: Sequence[int], days: int, top: int) -> str:
    points = [(0.0, _y(0, top)), *((_x(nth, days), _y(value, top)) for nth, value in enumerate(joined, 1))]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _dot(joined: Sequence[int], days: int, top: int, target: int | None) -> Markup:
    if not joined:
        return Markup("")
    x, y = _x(len(joined), days), _y(joined[-1], top)
    anchor = "end" if x > WIDTH * 0.85 else "start"
    is_below = target is not None and joined[-1] * days < target * len(joined)
    return Markup(
        '<circle class="col last" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        '<text class="value" x="{tx:.1f}" y="{ty:.1f}" text-anchor="{anchor}">{value}</text>'
    ).format(
        x=x,
        y=y,
        tx=x + (-8 if anchor == "end" else 8),
        ty=y + 17 if is_below and y < HEIGHT - FOOT - 20 else y - 7,
        anchor=anchor,
        value=joined[-1],
    )


def _x(nth: int, days: int) -> float:
    return WIDTH * nth / max(1, days)


def _y(value: int, top: int) -> float:
    return HEIGHT - FOOT - (HEIGHT - FOOT - HEAD) * value / top
