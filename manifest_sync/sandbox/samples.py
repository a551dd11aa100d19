"""A workspace to try things on: two styles of real images with captions, always the same."""

from pathlib import Path
from typing import Final, NamedTuple

from manifest_sync.sandbox.painting import Painter, pixel_art, watercolour


class Sample(NamedTuple):
    """One image, by its path in the style, and its caption."""

    image: str
    caption: str | None
    """None where another image of the stem brings the caption, or where it has none."""
    caption_suffix: str = ".txt"

    @property
    def caption_path(self) -> str:
        """The caption's path in the style: the image's, only the last suffix replaced."""
        return Path(self.image).with_suffix(self.caption_suffix).as_posix()


class SampleStyle(NamedTuple):
    """A style folder to be made."""

    style: str
    painter: Painter
    samples: tuple[Sample, ...]

    @property
    def folder(self) -> str:
        """Where it lies in the workspace."""
        return f"styles/{self.style}"


WATERCOLOR: Final = SampleStyle(
    "watercolor",
    watercolour,
    (
        Sample("10_coast/harbour.jpg", "a quiet harbour in the morning, watercolor"),
        Sample("10_coast/lighthouse.jpg", "a lighthouse above soft hills, watercolor"),
        Sample("10_coast/dunes.webp", "dunes under a pale sun, watercolor", ".caption"),
        Sample("5_places/Café am See.png", "the hills behind the café by the lake, watercolor"),
        Sample("5_places/雪山.webp", "雪山, snowy mountains in spring, watercolor"),
        Sample("valley.jpg", "a valley in four washes, watercolor"),
        Sample("valley.png", None),
        Sample("draft.png", None),
    ),
)
"""Unicode names, both caption suffixes, a caption that two images share, one image without any."""

PIXEL_ART: Final = SampleStyle(
    "16",
    pixel_art,
    (
        Sample("10_subject/castle.png", "a castle at night, 16-colour pixel art"),
        Sample("10_subject/village.png", "a village under a yellow moon, 16-colour pixel art"),
        Sample("10_subject/towers.png", "three towers, 16-colour pixel art"),
        Sample("island.webp", "towers on an island at dusk, 16-colour pixel art"),
        Sample("skyline.png", "a city skyline with lit windows, 16-colour pixel art", ".caption"),
    ),
)

STYLES: Final = (WATERCOLOR, PIXEL_ART)


def make_samples(workspace: Path) -> None:
    """Draw both styles below the workspace's folder; the same bytes every time."""
    for style in STYLES:
        for sample in style.samples:
            make_sample(workspace, style, sample)


def make_sample(workspace: Path, style: SampleStyle, sample: Sample) -> None:
    """Draw one image of a style and write its caption, if it has one."""
    folder = workspace / style.folder
    image = folder / sample.image
    image.parent.mkdir(parents=True, exist_ok=True)
    # Seeded by its name, so that adding a sample changes no other.
    style.painter(int.from_bytes(sample.image.encode(), "big")).save(image, quality=88)
    if sample.caption is not None:
        (folder / sample.caption_path).write_text(sample.caption + "\n", encoding="utf-8")
