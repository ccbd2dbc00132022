"""Shapes that an operator drops into the data folder: drawn, made smaller, and never trusted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from gateway.control import shapes
from gateway.control.shapes import UnfitShapes, draw, read, simplified
from gateway.db import unit_of_work
from gateway.models import Unit
from gateway.runtime import Runtime
from gateway.store import units
from tests.gateway.console.seats import a_report, a_tree, seat

SQUARE = [[78.0, 27.0], [78.2, 27.0], [78.2, 27.2], [78.0, 27.2], [78.0, 27.0]]


def feature(code: object, ring: Any = SQUARE, **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": code, "geometry": {"type": "Polygon", "coordinates": [ring]}, **more}


def drop(folder: Path, *features: Any, name: str = "agra.geojson") -> None:
    (folder / "shapes").mkdir(parents=True, exist_ok=True)
    content = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "shapes" / name).write_text(content)


def a_unit(code: str, kind: str = "block") -> Unit:
    return Unit(id=1, code=code, name=code, kind=kind, path="/1/")


def test_square_of_degrees_is_drawn_as_wide_as_it_lies(tmp_path: Path) -> None:
    drop(tmp_path, feature("ACH"))
    drawing = draw(tmp_path, [a_unit("ACH"), a_unit("BAH")])
    assert drawing is not None and [each.code for each in drawing.shapes] == ["ACH"]
    assert drawing.height == 560.0  # north to south fills the box; a degree of longitude is shorter there
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+)", drawing.shapes[0].path)]
    assert max(xs) - min(xs) == pytest.approx(560 * 0.8897, abs=1)
    assert (drawing.shapes[0].x, drawing.shapes[0].y) == (280.0, 280.0)


def test_no_file_no_shape(tmp_path: Path) -> None:
    assert draw(tmp_path, [a_unit("ACH")]) is None


@pytest.mark.parametrize("kind", ["state", "country", "national", "organisation"])
def test_what_would_join_into_the_outline_of_a_nation_is_never_drawn(tmp_path: Path, kind: str) -> None:
    drop(tmp_path, feature("ACH"))
    assert draw(tmp_path, [a_unit("ACH", kind)]) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"features": 5}',
        b'{"features": [5]}',
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"features": [feature("A", [[0, 0], [1, 1]])]}).encode(),
        json.dumps({"features": [feature("A", [[0, 0], [1, 1], [500, 0]])]}).encode(),
        json.dumps({"features": [feature("A", [[0, 0], [1], [5, 0]])]}).encode(),
        json.dumps({"features": [feature("A", [["<script>", 0], [1, 1], [5, 0]])]}).encode(),
        b'{"features": [{"id": "A", "geometry": {"type": "Polygon", "coordinates": [[[NaN, 0], [1, 1], [2, 0]]]}}]}',
        json.dumps({"features": [feature(str(nth)) for nth in range(2001)]}).encode(),
    ],
    ids=lambda each: each[:24].decode("latin-1"),
)
def test_file_that_is_no_shapes_is_refused(content: bytes) -> None:
    with pytest.raises(UnfitShapes):
        read(content)


def test_features_without_a_code_or_a_surface_are_left_out() -> None:
    point = {"id": "P", "geometry": {"type": "Point", "coordinates": [1, 1]}}
    features = [feature(None), feature(True), point, {"id": "X", "geometry": None}, feature(7), feature("A")]
    by_property = {**feature(None), "properties": {"code": "B", "name": "<script>"}}
    assert set(read(json.dumps({"features": [*features, by_property]}).encode())) == {"7", "A", "B"}


def test_unfit_file_costs_nothing_but_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    drop(tmp_path, feature("ACH"))
    (tmp_path / "shapes" / "bad.geojson").write_text("{")
    drop(tmp_path, feature("BAH"), name="huge.geojson")
    with (tmp_path / "shapes" / "huge.geojson").open("a") as file:
        file.write(" " * shapes.LARGEST_BYTES)
    assert set(shapes.read_all(tmp_path)) == {"ACH"}
    assert "bad.geojson" in caplog.text and "huge.geojson" in caplog.text


def test_changed_file_is_read_again(tmp_path: Path) -> None:
    drop(tmp_path, feature("ACH"))
    assert set(shapes.read_all(tmp_path)) == {"ACH"}
    drop(tmp_path, feature("BAH"), feature("ACH"))
    assert set(shapes.read_all(tmp_path)) == {"ACH", "BAH"}


def test_corners_that_nobody_sees_are_left_out() -> None:
    straight = [(float(x), 0.3 * (x % 2)) for x in range(1000)]
    assert list(simplified(straight)) == [straight[-1]]
    corner = [(0.0, 0.0), *((float(x), 0.0) for x in range(1, 50)), (50.0, 50.0)]
    assert list(simplified(corner)) == [(49.0, 0.0), (50.0, 50.0)]


def test_map_links_each_shape_and_says_its_figure(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    a_report(rt, "BOOTH-1")
    drop(rt.settings.data_dir, feature("ACH", properties={"name": "<script>alert(1)</script>"}), feature("x"))
    with unit_of_work(rt.engine) as work:
        ach = units.get_unit_by_code(work.db, "ACH").id
    page = seat(app, rt, role="coordinator", unit="AGRA").get("/control").text
    drawn = page[page.index('<svg class="shapes"') : page.index("</svg>", page.index('<svg class="shapes"'))]
    assert (
        re.search(rf'unit={ach}["&]', drawn)
        and "<title>Achhnera: 1</title>" in drawn
        and 'class="m5"' in drawn
    )
    assert "script" not in drawn and drawn.count("<path") == 1
    tiles = page[page.index('<ol class="tiles"') :]
    assert "Bah" in tiles[: tiles.index("</ol>")]  # has no shape, and its tile all the same
