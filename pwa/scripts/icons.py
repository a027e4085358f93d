"""Draw the app's icons: a house whose door stands open, in the app's paper and ochre.

One geometry, on a canvas of 512 units, gives the SVG and every PNG, so that they cannot differ.
Run it again after changing a number: python scripts/icons.py
"""

from pathlib import Path

from PIL import Image, ImageDraw

OCHRE, PAPER, SHADE = "#86480f", "#fbfaf7", "#d9bd9c"
CORNER = 104

ROOF_AND_WALLS = [(256, 96), (432, 244), (392, 244), (392, 412), (120, 412), (120, 244), (80, 244)]
DOORWAY = [(216, 268), (316, 268), (316, 412), (216, 412)]
DOOR_AJAR = [(316, 268), (360, 292), (360, 412), (316, 412)]
SHAPES = [(ROOF_AND_WALLS, PAPER), (DOORWAY, OCHRE), (DOOR_AJAR, SHADE)]

FOLDER = Path(__file__).resolve().parent.parent / "public" / "icons"
FINER = 4


def svg() -> str:
    """The icon as SVG text."""
    shapes = "".join(
        f'<polygon points="{" ".join(f"{x},{y}" for x, y in points)}" fill="{fill}"/>' for points, fill in SHAPES
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">'
        f'<rect width="512" height="512" rx="{CORNER}" fill="{OCHRE}"/>{shapes}</svg>\n'
    )


def png(size: int, *, full: bool) -> Image.Image:
    """The icon at `size` pixels; `full`: to the edges and smaller inside, for systems that cut their own shape."""
    canvas = size * FINER
    image = Image.new("RGBA", (canvas, canvas), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    unit = canvas / 512
    if full:
        draw.rectangle((0, 0, canvas, canvas), fill=OCHRE)
    else:
        draw.rounded_rectangle((0, 0, canvas - 1, canvas - 1), radius=CORNER * unit, fill=OCHRE)
    scale, shift = (0.78, 56) if full else (1.0, 0)
    for points, fill in SHAPES:
        draw.polygon([((x * scale + shift) * unit, (y * scale + shift) * unit) for x, y in points], fill=fill)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write all icons."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "ruhu.svg").write_text(svg(), encoding="utf-8")
    for name, size, full in [
        ("ruhu-180.png", 180, True),
        ("ruhu-192.png", 192, False),
        ("ruhu-512.png", 512, False),
        ("ruhu-maskable-512.png", 512, True),
    ]:
        png(size, full=full).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
