"""Shapes of units that an operator put into the data folder, read with care: GeoJSON, `shapes/*.geojson`.

Nothing of ours comes with shapes (README, decisions). A feature belongs to the unit whose code is its `id`, or its
property `code`. Of a file only those codes and the corners are taken: no other word of it reaches a page. Only units
from the district down are drawn, so that states never join into the outline of a nation.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gateway.models import Unit

logger = logging.getLogger(__name__)

FOLDER = "shapes"
LARGEST_BYTES, MOST_FEATURES, MOST_CORNERS = 8 * 1024 * 1024, 2_000, 500_000
NEVER_DRAWN = frozenset(["organisation", "country", "national", "state", "province"])
WIDTH, TALLEST = 560.0, 560.0
LESS_THAN = 0.7  # of a pixel: what a corner may be off without being seen
SMALLEST = 1.5  # square pixels: islands below are left out, unless there is nothing else

Point = tuple[float, float]
Ring = tuple[Point, ...]


class UnfitShapes(ValueError):
    """A file cannot be used; the text says why."""


@dataclass(frozen=True)
class Drawn:
    """One unit's shape as the path of an SVG, and where its figure stands."""

    code: str
    path: str
    x: float
    y: float
    is_wide: bool


@dataclass(frozen=True)
class Drawing:
    """Shapes of one level, in a box of WIDTH x `height`."""

    height: float
    shapes: tuple[Drawn, ...]


def draw(folder: Path, units: Iterable[Unit]) -> Drawing | None:
    """Draw these units; None where no file has a shape of any."""
    known = read_all(folder)
    codes = [each.code for each in units if each.kind not in NEVER_DRAWN]
    rings = {code: known[code] for code in codes if code in known}
    return _drawing(rings) if rings else None


def read_all(folder: Path) -> Mapping[str, tuple[Ring, ...]]:
    """Read every file, each once as long as it does not change; one that is unfit is left out, and said so in the log."""
    found: dict[str, tuple[Ring, ...]] = {}
    for path in sorted((folder / FOLDER).glob("*.geojson")):
        changed = path.stat()
        found |= _kept(path, changed.st_mtime_ns, changed.st_size)
    return found


@lru_cache(maxsize=16)
def _kept(path: Path, changed: int, size: int) -> Mapping[str, tuple[Ring, ...]]:
    try:
        if size > LARGEST_BYTES:
            raise UnfitShapes(f"larger than {LARGEST_BYTES // 1024 // 1024} MB; simplify it first")
        return read(path.read_bytes())
    except UnfitShapes as trouble:
        logger.warning("shapes are not used file=%s: %s", path.name, trouble)
        return {}


def read(content: bytes) -> dict[str, tuple[Ring, ...]]:
    """Read GeoJSON in longitude and latitude; raises UnfitShapes where it is none, or too much."""
    try:
        features = json.loads(content)["features"]
        if not isinstance(features, list) or len(features) > MOST_FEATURES:
            raise UnfitShapes(f"not a list of at most {MOST_FEATURES} features")
        shapes = dict(each for feature in features if (each := _feature(feature)))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise (
            error
            if isinstance(error, UnfitShapes)
            else UnfitShapes("not a collection of features in GeoJSON")
        ) from error
    if sum(len(ring) for rings in shapes.values() for ring in rings) > MOST_CORNERS:
        raise UnfitShapes(f"more than {MOST_CORNERS} corners; simplify it first")
    return shapes


def _feature(feature: Any) -> tuple[str, tuple[Ring, ...]] | None:
    geometry, more = feature.get("geometry") or {}, feature.get("properties") or {}
    code = feature.get("id") or more.get("code")
    if not isinstance(code, str | int) or isinstance(code, bool):
        return None
    match geometry.get("type"):
        case "Polygon":
            polygons = [geometry["coordinates"]]
        case "MultiPolygon":
            polygons = geometry["coordinates"]
        case _:
            return None
    return str(code), tuple(_ring(ring) for polygon in polygons for ring in polygon)


def _ring(corners: Any) -> Ring:
    ring = tuple((float(each[0]), float(each[1])) for each in corners)
    if len(ring) < 3 or any(not (-180 <= x <= 180 and -90 <= y <= 90) for x, y in ring):
        raise UnfitShapes("a corner is no longitude and latitude in degrees")
    return ring


def _drawing(rings: Mapping[str, Sequence[Ring]]) -> Drawing:
    corners = [point for each in rings.values() for ring in each for point in ring]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH / max((east - west) * narrow, 1e-6), TALLEST / max(north - south, 1e-6))
    left = (WIDTH - (east - west) * narrow * scale) / 2

    def place(point: Point) -> Point:
        return left + (point[0] - west) * narrow * scale, (north - point[1]) * scale

    drawn = (_drawn(code, [[place(each) for each in ring] for ring in of]) for code, of in rings.items())
    return Drawing(round((north - south) * scale, 1), tuple(drawn))


def _drawn(code: str, rings: Sequence[Sequence[Point]]) -> Drawn:
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    shown = [ring for ring in rings if abs(_area(ring)) >= SMALLEST] or [largest]
    x, y = _middle(largest)
    width = max(x for x, _ in largest) - min(x for x, _ in largest)
    return Drawn(code, "".join(_path(ring) for ring in shown), round(x, 1), round(y, 1), width >= 34)


def _path(ring: Sequence[Point]) -> str:
    kept = [ring[0], *simplified(list(ring))]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z"


def simplified(line: Sequence[Point]) -> Iterator[Point]:
    """Yield the corners of a line after its first that matter (Douglas and Peucker), without recursion."""
    spans, kept = [(0, len(line) - 1)], {len(line) - 1}
    while spans:
        first, last = spans.pop()
        far, at = max(
            ((_off(line[nth], line[first], line[last]), nth) for nth in range(first + 1, last)),
            default=(0.0, 0),
        )
        if far > LESS_THAN:
            kept.add(at)
            spans += [(first, at), (at, last)]
    return (line[nth] for nth in sorted(kept))


def _off(point: Point, start: Point, end: Point) -> float:
    """How far a point lies from a stretch."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0 if not length else ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length
    along = min(1.0, max(0.0, along))
    return math.hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)


def _area(ring: Sequence[Point]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs) / 2


def _middle(ring: Sequence[Point]) -> Point:
    area = _area(ring)
    if abs(area) < 1e-9:
        return ring[0]
    x = y = 0.0
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = ax * by - bx * ay
        x, y = x + (ax + bx) * cross, y + (ay + by) * cross
    return x / (6 * area), y / (6 * area)
