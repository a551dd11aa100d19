"""The width and height of images, from their headers; nothing is decoded."""

from collections.abc import Generator
from contextlib import closing
from io import BytesIO
from itertools import islice

from PIL import Image

from manifest_sync.core.content import Side
from manifest_sync.core.errors import StoreError
from manifest_sync.core.stamps import Present
from manifest_sync.web.shrinking import FORMATS
from manifest_sync.workspace.styles import Style
from manifest_sync.workspace.workspace import Workspace

Size = tuple[int, int]

_MOST = 64
"""Mebibytes of a file: the headers of some formats are found only in the whole of it."""
_REMEMBERED = 200_000

# Pillow warns of large images when a header is read; where one is decoded, its size is looked at.
Image.MAX_IMAGE_PIXELS = None


class Sizes:
    """Sizes that were found out, until files change. Safe to ask from several threads."""

    def __init__(self) -> None:
        """None yet."""
        self._known: dict[tuple[str, str, Present], Size | None] = {}

    def of(self, workspace: Workspace, style: Style, path: str, stamp: Present) -> Size | None:
        """A local image's width and height; None where it is no image that can be read."""
        key = (style.name, path, stamp)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = _size_in(workspace.pieces(style, Side.LOCAL, path, stamp))
        return self._known[key]


def _size_in(pieces: Generator[bytes, None, None]) -> Size | None:
    try:
        with closing(pieces):
            head = next(pieces, b"")
            return read_size(head) or read_size(head + b"".join(islice(pieces, _MOST)))
    except StoreError:
        return None


def read_size(data: bytes) -> Size | None:
    """The size that the header of an image says; None where there is none to be found."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            return image.size
    except Exception:  # noqa: BLE001 - Pillow raises whatever it stumbles over in a broken file
        return None
