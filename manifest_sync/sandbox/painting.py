"""Drawing the sample images: two painters, each deterministic for a seed.

They are meant to look like something at thumbnail size and to compress like photographs and
drawings do, so that a gallery, a size column and a transfer show plausible figures.
"""

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Painter = Callable[[int], Image.Image]
Colour = tuple[int, int, int]

_SIZE = (384, 288)
_PIXELS = (48, 36)
_PAPER = (247, 242, 231)
_WASHES = (
    ((94, 129, 172), (236, 182, 147)),
    ((58, 110, 122), (241, 214, 156)),
    ((120, 90, 140), (246, 190, 175)),
    ((70, 120, 90), (214, 226, 196)),
)
_GAME_SKIES = (
    ((29, 43, 83), (255, 119, 168)),
    ((18, 28, 48), (41, 173, 255)),
    ((64, 28, 72), (255, 163, 0)),
)


def watercolour(seed: int) -> Image.Image:
    """A landscape of soft washes and hills on grained paper."""
    chance = Random(seed)  # noqa: S311 - a picture, not a key
    ink, sky = chance.choice(_WASHES)
    picture = _gradient(_SIZE, sky, _PAPER)
    _blot(picture, chance, sky)
    for layer in range(4):
        depth = (layer + 1) / 4
        picture = _wash(picture, _hills(chance, 0.3 + 0.16 * layer), _mix(sky, ink, depth))
    return _grain(picture, chance)


def pixel_art(seed: int) -> Image.Image:
    """A night scene of large pixels in sixteen colours, with a tower and a moon."""
    chance = Random(seed)  # noqa: S311 - a picture, not a key
    top, bottom = chance.choice(_GAME_SKIES)
    picture = _gradient(_PIXELS, top, bottom)
    draw = ImageDraw.Draw(picture)
    width, height = _PIXELS
    for _ in range(30):
        draw.point((chance.randrange(width), chance.randrange(height // 2)), fill=(255, 241, 232))
    left = chance.randrange(4, width - 14)
    draw.ellipse((left, 3, left + 8, 11), fill=(255, 236, 39))
    ground = height - 6
    draw.rectangle((0, ground, width, height), fill=(0, 135, 81))
    for _ in range(3):
        left, tall = chance.randrange(2, width - 10), chance.randrange(8, 20)
        wall = _mix((95, 87, 79), (171, 82, 54), chance.random())
        draw.rectangle((left, ground - tall, left + 7, ground), fill=wall)
        for row in range(ground - tall + 2, ground - 2, 4):
            draw.point(((left + 2, row), (left + 5, row)), fill=(255, 163, 0))
    sixteen = picture.quantize(16, dither=Image.Dither.NONE).convert("RGB")
    return sixteen.resize(_SIZE, Image.Resampling.NEAREST)


def _gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    mask = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), mask)


def _blot(picture: Image.Image, chance: Random, colour: Colour) -> None:
    """A pale sun, bleeding into the paper."""
    width, height = picture.size
    middle, high = chance.uniform(0.2, 0.8) * width, chance.uniform(0.12, 0.35) * height
    radius = chance.uniform(18, 34)
    shape = Image.new("L", picture.size, 0)
    box = (middle - radius, high - radius, middle + radius, high + radius)
    ImageDraw.Draw(shape).ellipse(box, fill=200)
    pale = _mix(colour, (255, 250, 220), 0.8)
    picture.paste(pale, mask=shape.filter(ImageFilter.GaussianBlur(5)))


def _hills(chance: Random, height: float) -> list[tuple[float, float]]:
    """The outline of one range of hills, closed along the lower edge."""
    wide, tall = _SIZE
    waves = [(chance.uniform(0.5, 3), chance.uniform(0, math.tau)) for _ in range(3)]
    outline = [
        (
            float(x),
            tall * height
            + sum(9 * math.sin(pace * x / wide * math.tau + start) for pace, start in waves),
        )
        for x in range(0, wide + 1, 4)
    ]
    return [*outline, (float(wide), float(tall)), (0.0, float(tall))]


def _wash(picture: Image.Image, outline: list[tuple[float, float]], colour: Colour) -> Image.Image:
    """Lay a half-transparent wash over the picture, with a soft edge."""
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).polygon(outline, fill=150)
    layer = Image.new("RGB", picture.size, colour)
    return Image.composite(layer, picture, mask.filter(ImageFilter.GaussianBlur(1.5)))


def _grain(picture: Image.Image, chance: Random) -> Image.Image:
    """The paper under the paint: the noise that makes photographs large."""
    noise = Image.frombytes("L", picture.size, chance.randbytes(picture.width * picture.height))
    rough = noise.filter(ImageFilter.GaussianBlur(0.8)).point([level // 10 for level in range(256)])
    return ImageChops.subtract(picture, Image.merge("RGB", (rough, rough, rough)))


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
