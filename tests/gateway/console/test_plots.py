"""Lines drawn as SVG: their words stand where nothing runs through them."""

from __future__ import annotations

import re

import pytest

from gateway.console.plots import Run, plot


@pytest.mark.parametrize(
    ("usual", "is_below"),
    [(0.85, True), (0.99, False), (0.60, False)],
    ids=["just above", "far above", "beneath"],
)
def test_a_word_leaves_the_line_above_it_alone(usual: float, is_below: bool) -> None:
    runs = [Run([(0, 0), (1, usual)], "aim", "usual"), Run([(0, 0), (1, 0.78)], word="78 %")]
    drawn = str(plot(runs, "Picked up", [], "100 %"))
    (place,) = re.findall(r'y="(\d+)" text-anchor="end">78 %', drawn)
    (dot,) = re.findall(r'cy="(\d+)"', drawn)
    assert (int(place) > int(dot)) == is_below


@pytest.mark.parametrize(
    ("end", "place"), [(0.33, 560), (0.66, 185)], ids=["the line ends there", "it goes on"]
)
def test_the_word_of_what_is_usual_gives_way_to_a_line_that_ends_there(end: float, place: int) -> None:
    runs = [Run([(0, 0), (0.33, 0.5), (1, 0.8)], "aim", "usual"), Run([(0, 0), (end, 0.6)], word="60 %")]
    assert re.findall(r'<text x="(\d+)" y="\d+" text-anchor="\w+">usual', str(plot(runs, "", [], ""))) == [
        str(place)
    ]
