"""What a workspace remembers of a path: the ancestors of every three-way comparison (§5)."""

from collections.abc import Mapping

import msgspec

from manifest_sync.core.content import Content


class Memory(msgspec.Struct, frozen=True, gc=False):
    """Three contents. None is absence, and what is not remembered counts as absent."""

    recorded: Content | None = None
    """What folder and manifest last had in common."""
    base: Content | None = None
    """What folder and S3 last had in common."""
    seen: Content | None = None
    """What folder and published manifest last had in common."""


BLANK = Memory()

Memories = Mapping[str, Memory]
"""By path relative to the style."""
