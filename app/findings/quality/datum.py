"""From GCJ-02, the shifted coordinates of maps made in China, back to WGS-84 (F14). Pure.

The shift is the published transformation (Krasovsky 1940 ellipsoid); undone by taking the shift at the point itself,
which is right to a few metres and enough to tell whether a distance of hundreds of metres is a matter of the datum.
"""

from math import cos, pi, radians, sin, sqrt

SEMI_MAJOR_M = 6_378_245.0
ECCENTRICITY_2 = 0.006_693_421_622_965_943


def gcj02_undone(lon: float, lat: float) -> tuple[float, float]:
    """The WGS-84 point (lon, lat) if these were GCJ-02."""
    east, north = shift(lon, lat)
    return lon - east, lat - north


def shift(lon: float, lat: float) -> tuple[float, float]:
    """By how many degrees GCJ-02 moves a WGS-84 point to the east and to the north."""
    x, y = lon - 105.0, lat - 35.0
    wave = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    bend = 1 - ECCENTRICITY_2 * sin(radians(lat)) ** 2
    meridian = SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / (bend * sqrt(bend))
    parallel = SEMI_MAJOR_M / sqrt(bend) * cos(radians(lat))
    return east / (parallel * pi / 180), north / (meridian * pi / 180)
