"""Lines as SVG, drawn here: classes instead of colours, and a table beneath for whoever cannot see them (console.md 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

WIDTH, HEIGHT, FOOT, HEAD = 560, 190, 22, 22
WORD = 0.15  # of the height: a line so little above a point runs through the word over it
NEAR = 0.15  # of the width: two words so close stand in each other's way


@dataclass(frozen=True)
class Run:
    """One line: points from 0 to 1 both ways, its look ("run" or, dashed, "aim") and a word.

    The word stands at the last point; a dashed line's at its first, unless another line ends there.
    """

    points: Sequence[tuple[float, float]]
    look: str = "run"
    word: str = ""


def plot(runs: Sequence[Run], title: str, marks: Sequence[tuple[float, str]], top: str) -> Markup:
    """Draw lines in one frame; `marks` are words beneath, each at its place, `top` says how high the frame is."""
    drawn = Markup("").join(_run(run, [each for each in runs if each is not run]) for run in runs)
    words = Markup("").join(_text(x, HEIGHT - 5, word, x) for x, word in marks)
    return Markup(
        '<svg class="chart" viewBox="0 0 {w} {h}" role="img" aria-label="{title}">'
        '<path class="base" d="M0 {foot}H{w}M0 {head}H{w}"/><text x="0" y="{over}">{top}</text>{drawn}{words}</svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        title=title,
        foot=HEIGHT - FOOT + 0.5,
        head=HEAD + 0.5,
        over=HEAD - 8,
        top=top,
        drawn=drawn,
        words=words,
    )


def _run(run: Run, others: Sequence[Run]) -> Markup:
    if not run.points:
        return Markup("")
    line = "L".join(f"{_x(x):.0f} {_y(y):.0f}" for x, y in run.points)
    is_run = run.look == "run"
    ends = [each.points[-1][0] for each in others if each.points]
    x, y = run.points[-1 if is_run or any(abs(end - run.points[1][0]) < NEAR for end in ends) else 1]
    dot = Markup('<circle class="col last" cx="{:.0f}" cy="{:.0f}" r="4"/>') if is_run else Markup("")
    is_below = is_run and (y > 0.9 or any(0 <= _height(each, x) - y < WORD for each in others))
    word = _text(x, _y(y) + (20 if is_below else -9), run.word, x) if run.word else ""
    return Markup('<path class="{}" d="M{}"/>{}{}').format(run.look, line, dot.format(_x(x), _y(y)), word)


def _height(run: Run, x: float) -> float:
    """How high a line is there; below everything where it does not reach."""
    for (left, low), (right, high) in pairwise(run.points):
        if left <= x <= right:
            return low + (high - low) * (x - left) / ((right - left) or 1)
    return -1.0


def _text(x: float, y: float, text: str, at: float) -> Markup:
    anchor = "start" if at < 0.08 else "end" if at > 0.92 else "middle"
    return Markup('<text x="{:.0f}" y="{:.0f}" text-anchor="{}">{}</text>').format(_x(x), y, anchor, text)


def _x(share: float) -> float:
    return WIDTH * min(1.0, max(0.0, share))


def _y(share: float) -> float:
    return HEIGHT - FOOT - (HEIGHT - FOOT - HEAD) * min(1.0, max(0.0, share))
