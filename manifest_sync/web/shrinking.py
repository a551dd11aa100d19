"""Making a small image of a large one, in a process that may die of it.

The bytes come from anywhere. They are decoded here and nowhere else: by few formats, with limits
of pixels, memory and time, and what is sent to a browser is a new image that we have written.
"""

import resource
import signal
from contextlib import suppress
from io import BytesIO

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""Those of the default scope that Pillow reads. It knows forty, some of them programs."""
KIND = "image/webp"
MAX_BYTES = 64 << 20
"""Of a file; a larger one is shown as a placeholder."""

_MAX_PIXELS = 64_000_000
"""A frame of them takes 256 MB, as RGBA."""
_MAX_PIXELS_OF_JPEG = 8 * _MAX_PIXELS
"""JPEG is decoded at a fraction of its size where a fraction is wanted."""
_SECONDS = 20
_MEMORY = 2 << 30


def begin() -> None:
    """Make this process one that decodes: Ctrl-C is its parent's business, memory is limited."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError, ValueError):
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = _MEMORY if most == resource.RLIM_INFINITY else min(_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def shrink_in_time(data: bytes, edge: int) -> bytes | None:
    """`shrink`, in a process that is killed where it takes too long.

    A decoder in C hears no exception.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_SECONDS)
    try:
        return shrink(data, edge)
    finally:
        signal.alarm(0)


def shrink(data: bytes, edge: int) -> bytes | None:
    """The first frame, upright, no wider and no higher than `edge`; None where it is no image."""
    try:
        return _shrunk(data, edge)
    except Exception:  # noqa: BLE001 - Pillow raises whatever it stumbles over in a broken file
        return None


def _shrunk(data: bytes, edge: int) -> bytes | None:
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        width, height = image.size
        if width * height > (_MAX_PIXELS_OF_JPEG if image.format == "JPEG" else _MAX_PIXELS):
            return None
        image.draft("RGB", (edge, edge))
        if image.size[0] * image.size[1] > _MAX_PIXELS:
            return None
        small = ImageOps.exif_transpose(image)
        has_alpha = "A" in small.getbands() or "transparency" in small.info
        small = small.convert("RGBA" if has_alpha else "RGB")
        small.thumbnail((edge, edge))
        out = BytesIO()
        small.save(out, "WEBP", quality=80)
        return out.getvalue()
