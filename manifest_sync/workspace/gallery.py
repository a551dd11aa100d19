"""The images of a style's folder with their captions, and their bytes: what a gallery shows."""

from collections.abc import Iterator

import msgspec

from manifest_sync.core.captions import pair
from manifest_sync.core.listing import Found
from manifest_sync.core.scope import Scope, nested_styles
from manifest_sync.core.stamps import Present
from manifest_sync.stores.base import Store
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Style


class Picture(msgspec.Struct, frozen=True):
    """An image of the folder. Nothing of it is read yet."""

    path: str
    stamp: Present
    captions: tuple[str, ...]
    """In the order of the header's caption suffixes: trainers read the first."""


class Gallery:
    """The images of one folder, as they were when it was listed."""

    def __init__(self, folder: Store, pictures: tuple[Picture, ...]) -> None:
        """The pictures are sorted by path."""
        self.pictures = pictures
        self._folder = folder

    def pieces(self, picture: Picture) -> Iterator[bytes]:
        """An image's bytes, a mebibyte at a time. Raises StoreError where it is another now."""
        with self._folder.read(picture.path, picture.stamp) as reading:
            yield from reading.chunks


def open_gallery(resources: Resources, style: Style) -> Gallery:
    """List the folder. Raises StoreError where that cannot be done."""
    folder = resources.folder_store(style)
    stamps = {row.path: row.stamp for row in folder.list() if isinstance(row, Found)}
    scope = Scope(style.manifest.header, nested_styles(stamps))
    held = [path for path in stamps if scope.holds(path)]
    order = {suffix.lower(): n for n, suffix in enumerate(scope.header.caption_suffixes)}

    def turn(caption: str) -> int:
        return order[caption[caption.rfind(".") :].lower()]

    return Gallery(
        folder,
        tuple(
            Picture(image, stamps[image], tuple(sorted(captions, key=turn)))
            for image, captions in pair(scope, held).captions_of.items()
        ),
    )
