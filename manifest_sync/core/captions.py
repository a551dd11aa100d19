"""Which caption belongs to which image: same folder, same stem, only the last suffix replaced."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from manifest_sync.core.scope import Role, Scope


class Pairing(msgspec.Struct, frozen=True):
    """How the images and captions of one side belong together; every tuple is sorted."""

    captions_of: Mapping[str, tuple[str, ...]]
    """Image → its captions, possibly none. Images of one stem share them."""
    orphans: tuple[str, ...]
    """Captions without an image."""

    @property
    def uncaptioned(self) -> tuple[str, ...]:
        """Images without a caption."""
        return tuple(image for image, captions in self.captions_of.items() if not captions)


def stem(path: str) -> str:
    """Folder and name without the last suffix: `10_x/a.b.png` → `10_x/a.b`."""
    cut = path.rfind(".")
    return path[:cut] if cut > path.rfind("/") else path


def pair(scope: Scope, paths: Iterable[str]) -> Pairing:
    """Pair the captions and images among the given paths."""
    images: dict[str, list[str]] = defaultdict(list)
    captions: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        role = scope.role(path)
        if role is Role.IMAGE:
            images[stem(path)].append(path)
        elif role is Role.CAPTION:
            captions[stem(path)].append(path)
    captions_of = {
        image: tuple(captions.get(shared, ()))
        for shared, siblings in images.items()
        for image in siblings
    }
    orphans = sorted(
        caption for shared, found in captions.items() if shared not in images for caption in found
    )
    return Pairing(captions_of=dict(sorted(captions_of.items())), orphans=tuple(orphans))
