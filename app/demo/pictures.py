"""Photos drawn by code: a loess-coloured yard under a sky, never a real house."""

import io
import random

from PIL import Image, ImageDraw


def draw_house(seed: str, caption: str) -> bytes:
    """A JPEG of 960×720, different for every seed."""
    rng = random.Random(seed)
    image = Image.new("RGB", (960, 720), (rng.randint(150, 200), rng.randint(190, 220), rng.randint(220, 245)))
    pen = ImageDraw.Draw(image)
    horizon = rng.randint(380, 440)
    earth = (rng.randint(170, 205), rng.randint(135, 165), rng.randint(90, 120))
    pen.rectangle((0, horizon, 960, 720), fill=earth)
    for _ in range(9):
        x, y = rng.randint(0, 960), horizon + rng.randint(-12, 10)
        pen.ellipse((x - 70, y - 26, x + 70, y + 30), fill=(rng.randint(90, 130), rng.randint(120, 150), 80))
    left, top = rng.randint(120, 300), horizon - rng.randint(130, 180)
    wall = (rng.randint(200, 235), rng.randint(185, 215), rng.randint(160, 190))
    pen.rectangle((left, top, left + 440, horizon + 90), fill=wall)
    roof = [(left - 30, top), (left + 220, top - rng.randint(70, 110)), (left + 470, top)]
    pen.polygon(roof, fill=(rng.randint(120, 160), rng.randint(60, 85), rng.randint(45, 70)))
    pen.rectangle((left + 180, horizon - 50, left + 250, horizon + 90), fill=(90, 60, 45))
    for x in (left + 50, left + 310):
        pen.rectangle((x, horizon - 60, x + 80, horizon + 10), fill=(120, 150, 170), outline=(250, 250, 245), width=5)
    _grain(image, rng)
    pen.text((24, 684), caption, fill=(255, 255, 255))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def _grain(image: Image.Image, rng: random.Random) -> None:
    """A little noise, so that two pictures are never alike by their hash."""
    noise = Image.frombytes("L", (240, 180), rng.randbytes(240 * 180)).resize(image.size)
    image.paste(Image.blend(image, Image.merge("RGB", (noise, noise, noise)), 0.06))
