"""Which paths belong to a style: images, captions, and `include`, less what `ignore` takes."""

import re
from collections.abc import Iterable
from enum import StrEnum

from pathspec import GitIgnoreSpec

from manifest_sync.core.listing import self_and_parents
from manifest_sync.core.manifest import MANIFEST_NAME, Header

_DERIVED = re.compile(
    r"(?:^|/)(?:_latent_cache|_t_e_cache|_clip_vision_cache|_controls)/"
    r"|\.sync-conflict-[^/]*$"
)
"""What trainers and other sync tools write beside the images; `include` brings it back."""


class Role(StrEnum):
    """What a file in scope is to its style."""

    IMAGE = "image"
    CAPTION = "caption"
    OTHER = "other"


class Scope:
    """The answer to "does this path belong to the style?", for one header.

    `nested` names the folders below the style that hold their own manifest: other styles.
    """

    def __init__(self, header: Header, nested: Iterable[str] = ()) -> None:
        """Compile the header's patterns; an invalid pattern raises ValueError."""
        self.header = header
        self.nested = frozenset(nested)
        self._images = frozenset(suffix.lower() for suffix in header.image_suffixes)
        self._captions = frozenset(suffix.lower() for suffix in header.caption_suffixes)
        self._suffixes = self._images | self._captions
        self._include = GitIgnoreSpec.from_lines(header.include) if header.include else None
        self._ignore = GitIgnoreSpec.from_lines(header.ignore) if header.ignore else None

    def holds(self, path: str) -> bool:
        """Whether the path belongs to the style."""
        return self.wants(path) and not self.ignores(path)

    def wants(self, path: str) -> bool:
        """Whether the path would belong to the style if nothing were ignored."""
        by_default = path[path.rfind(".") :].lower() in self._suffixes and not is_derived(path)
        if not by_default and (self._include is None or not self._include.match_file(path)):
            return False
        if is_hidden(path) or path.rpartition("/")[2] == MANIFEST_NAME:
            return False
        return not self.nested or self.nested.isdisjoint(self_and_parents(path))

    def ignores(self, path: str) -> bool:
        """Whether the header's `ignore` names the path."""
        return self._ignore is not None and self._ignore.match_file(path)

    def role(self, path: str) -> Role:
        """Image, caption, or neither, by suffix without regard to case."""
        suffix = path[path.rfind(".") :].lower()
        if suffix in self._captions:
            return Role.CAPTION
        return Role.IMAGE if suffix in self._images else Role.OTHER

    def may_enter(self, folder: str) -> bool:
        """Whether a walk needs to look into a folder at all (hidden ones never)."""
        return not is_hidden(folder) and folder not in self.nested


def is_hidden(path: str) -> bool:
    """Whether a file or a folder above it is hidden: never in scope, whatever is included.

    Our own temporary files (`.ms-*.part`) are, too.
    """
    return path.startswith(".") or "/." in path


def is_derived(path: str) -> bool:
    """Whether the name is one that trainers and other sync tools give to what they write."""
    # Nearly no path has any of these, and text is searched for in a tenth of the expression's time.
    may_be = "_cache/" in path or "_controls/" in path or ".sync-conflict-" in path
    return may_be and _DERIVED.search(path) is not None


def nested_styles(paths: Iterable[str]) -> frozenset[str]:
    """The folders, below the style's own, that hold a manifest."""
    tail = "/" + MANIFEST_NAME
    return frozenset(path.removesuffix(tail) for path in paths if path.endswith(tail)) - {""}
