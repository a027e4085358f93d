"""From degrees to places on a picture: villages as points, an office's own outlines behind them. Pure.

No tiles and no borders are shipped: both need a licence. What stands here is a blank scheme of village points, north
up, with the outlines of a GeoJSON file that the office may give (RUHU_MAP). Nobody's door is drawn.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.problems import Problem

WIDTH, HEIGHT, EDGE = 1000.0, 640.0, 45.0
NAME_WIDE, NAME_HIGH = 64.0, 21.0
"""The room that a county's name takes."""
MOST_POINTS = 20_000
"""Corners of outlines that a page can carry."""

Degrees = tuple[float, float]
"""Longitude, latitude."""


class BadMap(Problem):
    """The file of outlines cannot be read as GeoJSON."""

    status = 500
    slug = "bad-map"
    title_zh = "地图文件有误"
    title_en = "The map file is wrong"


@dataclass(frozen=True)
class Outline:
    """One place of the office's own file: its rings, and its name if it has one."""

    name: str
    rings: tuple[tuple[Degrees, ...], ...]


@dataclass(frozen=True)
class Frame:
    """How degrees become places: a plain cylinder, true to scale at the middle latitude."""

    middle: Degrees
    scale: float
    squeeze: float

    def at(self, place: Degrees) -> tuple[float, float]:
        """Across and down from the upper left corner."""
        x = WIDTH / 2 + (place[0] - self.middle[0]) * self.squeeze * self.scale
        return round(x, 1), round(HEIGHT / 2 - (place[1] - self.middle[1]) * self.scale, 1)


def frame_of(places: Iterable[Degrees]) -> Frame | None:
    """The frame that holds all places; None without any."""
    found = list(places)
    if not found:
        return None
    west, east = min(x for x, _ in found), max(x for x, _ in found)
    south, north = min(y for _, y in found), max(y for _, y in found)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * squeeze, 0.01), max(north - south, 0.01)
    scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    return Frame(((west + east) / 2, (south + north) / 2), scale, squeeze)


def apart(names: Sequence[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """The same names, moved down until none lies on another."""
    placed: list[tuple[float, float, str]] = []
    for x, y, text in sorted(names, key=lambda each: (each[1], each[0])):
        while any(abs(x - other[0]) < NAME_WIDE and abs(y - other[1]) < NAME_HIGH for other in placed):
            y += NAME_HIGH
        placed.append((x, y, text))
    return placed


def path_of(frame: Frame, outline: Outline) -> str:
    """The rings as the path of a picture."""
    parts = []
    for ring in outline.rings:
        steps = " ".join(f"{x:g} {y:g}" for x, y in (frame.at(place) for place in ring))
        parts.append(f"M{steps}Z")
    return "".join(parts)


def read_outlines(text: str) -> list[Outline]:
    """The polygons of a GeoJSON text; BadMap tells what is wrong with it."""
    try:
        data = json.loads(text)
        features = data["features"] if data.get("type") == "FeatureCollection" else [data]
        found = [_outline(feature) for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadMap(
            "RUHU_MAP 应是 GeoJSON 面要素(WGS-84 经纬度);请换一个文件或去掉这个设置。",
            "RUHU_MAP must be GeoJSON polygons in WGS-84 degrees; give another file or take the setting away.",
        ) from error
    outlines = [each for each in found if each.rings]
    if sum(len(ring) for each in outlines for ring in each.rings) > MOST_POINTS:
        raise BadMap(
            f"地图文件超过{MOST_POINTS}个顶点,请先简化。", f"More than {MOST_POINTS} corners: simplify the file first."
        )
    return outlines


def _outline(feature: Mapping[str, Any]) -> Outline:
    shape = feature.get("geometry") or {}
    properties = feature.get("properties") or {}
    kind, coordinates = shape.get("type"), shape.get("coordinates") or []
    polygons = [coordinates] if kind == "Polygon" else coordinates if kind == "MultiPolygon" else []
    rings = tuple(tuple(_degrees(place) for place in ring) for polygon in polygons for ring in polygon)
    return Outline(str(properties.get("name") or ""), rings)


def _degrees(place: Sequence[Any]) -> Degrees:
    lon, lat = float(place[0]), float(place[1])
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(place)
    return lon, lat


def corners(outlines: Iterable[Outline]) -> Iterator[Degrees]:
    """All corners of all rings."""
    for outline in outlines:
        for ring in outline.rings:
            yield from ring
