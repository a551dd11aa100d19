"""The images of a style's folder with their captions: what a front end lists."""

import msgspec

from manifest_sync.core.captions import pair
from manifest_sync.core.listing import Found
from manifest_sync.core.scope import Scope, nested_styles
from manifest_sync.core.stamps import Present
from manifest_sync.stores.base import Store
from manifest_sync.workspace.styles import Style


class Picture(msgspec.Struct, frozen=True):
    """An image of the folder. Nothing of it is read yet."""

    path: str
    stamp: Present
    captions: tuple[str, ...]
    """In the order of the header's caption suffixes: trainers read the first."""


def list_pictures(folder: Store, style: Style) -> tuple[Picture, ...]:
    """The images, by path; nothing is hashed. Raises StoreError where they cannot be listed."""
    stamps = {row.path: row.stamp for row in folder.list() if isinstance(row, Found)}
    scope = Scope(style.manifest.header, nested_styles(stamps))
    held = [path for path in stamps if scope.holds(path)]
    return tuple(
        Picture(image, stamps[image], in_order(scope, captions))
        for image, captions in pair(scope, held).captions_of.items()
    )


def in_order(scope: Scope, captions: tuple[str, ...]) -> tuple[str, ...]:
    """An image's captions in the order of the header's suffixes."""
    order = {suffix.lower(): n for n, suffix in enumerate(scope.header.caption_suffixes)}
    return tuple(sorted(captions, key=lambda path: order[path[path.rfind(".") :].lower()]))
