"""A conversation drawn as SVG: each question a box with its words and how it fared, the ways between them as lines.

Lines to the next row are drawn full; those that skip rows run faint at the side. The table beneath says the same in words.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace

from flask_babel import gettext
from markupsafe import Markup, escape

from flows.layout import OVER, Layout, Way
from gateway.console.formats import number
from gateway.learning import Question

WIDTH, HEIGHT, ACROSS, DOWN, SIDE = 250, 74, 24, 34, 70
LINE, LINES = 36, 2  # letters in a line of words, and lines
PARTS = ("answered", "away", "again", "silent", "wrong", "hung_up")
_Boxes = Mapping[str, tuple[float, float]]


def pictures(
    layout: Layout, questions: Mapping[str, Question], words: Callable[[str], str], title: str
) -> Markup:
    """Draw a flow twice: as it is laid out, and in one column for a phone; the sheet shows one of them."""
    column = replace(layout, rows=tuple((name,) for row in layout.rows for name in row))
    drawn = [
        _picture(each, questions, words, title, kind)
        for each, kind in ((layout, "flow"), (column, "flow slim"))
    ]
    return Markup("").join(drawn)


def _picture(
    layout: Layout, questions: Mapping[str, Question], words: Callable[[str], str], title: str, kind: str
) -> Markup:
    """Draw a flow; `words` says what is spoken at a place, or what another flow is called."""
    boxes = _places(layout)
    rank = {name: nth for nth, row in enumerate(layout.rows) for name in row}
    across = max(len(row) for row in layout.rows)
    width = SIDE + across * (WIDTH + ACROSS)
    height = len(layout.rows) * (HEIGHT + DOWN)
    # Keys after all lines, so that none is struck through.
    lines = Markup("").join(draw(way, boxes, rank) for draw in (_way, _key) for way in layout.ways)
    drawn = Markup("").join(
        _box(name, at, questions.get(name), words(name), kind == "flow") for name, at in boxes.items()
    )
    return Markup(
        '<svg class="{kind}" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="group" aria-label="{title}">{lines}{drawn}</svg>'
    ).format(kind=kind, w=width, h=height, title=title, lines=lines, drawn=drawn)


def _places(layout: Layout) -> dict[str, tuple[float, float]]:
    return {
        name: (SIDE + column * (WIDTH + ACROSS), row * (HEIGHT + DOWN) + 2.0)
        for row, names in enumerate(layout.rows)
        for column, name in enumerate(names)
    }


def _box(name: str, at: tuple[float, float], question: Question | None, words: str, is_first: bool) -> Markup:
    """One box, drawn from its own corner; it leads to all of its words in the table.

    The second picture takes its bars from the first: a page is weighed.
    """
    place = Markup('transform="translate({:.0f} {:.0f})"').format(*at)
    if name == OVER or name.startswith("flow:"):
        return Markup('<g class="way-out" {place}><rect width="{w}" height="30" rx="15"/>{text}</g>').format(
            place=place, w=WIDTH, text=_text(WIDTH / 2, 20, words, "middle")
        )
    troubled = " troubled" if question and question.is_troubled else ""
    lines = textwrap.wrap(words, LINE, max_lines=LINES, placeholder=" …") or [name]
    return Markup(
        '<a href="#{name}"><g class="question{troubled}" {place}>'
        '<rect width="{w}" height="{h}" rx="8"/>{said}{bar}</g></a>'
    ).format(
        name=name,
        troubled=troubled,
        place=place,
        w=WIDTH,
        h=HEIGHT,
        said=Markup("").join(_text(10, 18 + 15 * nth, line) for nth, line in enumerate(lines)),
        bar=Markup('<g id="bar-{}">{}</g>' if is_first else '<use href="#bar-{}"/>').format(
            name, _bar(question)
        ),
    )


def _bar(question: Question | None) -> Markup:
    """How many came, and what became of each time it was put, as one bar."""
    if question is None:  # a pause asks nothing
        return Markup("")
    if not question.asked:
        return _text(10, HEIGHT - 10, gettext("nobody yet"), kind="soft")
    room, parts = WIDTH - 20.0, []
    left = 10.0
    for part in PARTS:
        share = getattr(question, part) / question.asked * room
        if share:
            parts.append(
                Markup('<rect class="f-{}" x="{:.4g}" y="{}" width="{:.4g}" height="7"/>').format(
                    part, left, HEIGHT - 14, share
                )
            )
        left += share
    count = gettext("%(n)s calls", n=number(question.calls))
    return Markup("").join([_text(10, HEIGHT - 19, str(count), kind="count"), *parts])


def _way(way: Way, boxes: _Boxes, rank: Mapping[str, int]) -> Markup:
    (x1, y1), (x2, y2) = boxes[way.start], boxes[way.end]
    steps = rank[way.end] - rank[way.start]
    if steps == 1:
        a, b = (x1 + 40, y1 + HEIGHT), (x2 + 40, y2)
        return Markup(
            '<path class="way" d="M{:.0f} {:.0f}C{:.0f} {:.0f} {:.0f} {:.0f} {:.0f} {:.0f}"/>'
        ).format(*a, a[0], a[1] + DOWN / 2, b[0], b[1] - DOWN / 2, *b)
    kind = "way back" if steps < 1 else "way far"
    out = max(6.0, SIDE - 12.0 * abs(steps))
    return Markup('<path class="{}" d="M{:.0f} {:.0f}C{:.0f} {:.0f} {:.0f} {:.0f} {:.0f} {:.0f}"/>').format(
        kind, x1, y1 + HEIGHT / 2, out, y1 + HEIGHT / 2, out, y2 + 20, x2, y2 + 20
    )


def _key(way: Way, boxes: _Boxes, rank: Mapping[str, int]) -> Markup:
    """The keys of a way to the next row, in its middle: so those of two ways to one box stand apart."""
    if not way.keys or rank[way.end] - rank[way.start] != 1:
        return Markup("")
    (x1, y1), (x2, y2) = boxes[way.start], boxes[way.end]
    return _text((x1 + x2) / 2 + 46, (y1 + HEIGHT + y2) / 2 + 5, way.keys, kind="key")


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> Markup:
    named = Markup(' class="{}"').format(kind) if kind else ""
    turned = Markup(' text-anchor="{}"').format(anchor) if anchor != "start" else ""
    return Markup('<text{} x="{:.0f}" y="{:.0f}"{}>{}</text>').format(named, x, y, turned, escape(text))
