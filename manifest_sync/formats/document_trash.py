"""The documents of `trash list` and `trash prune`."""

from typing import Literal

import msgspec

from manifest_sync.formats.documents import DeletionRow


class TrashDocument(msgspec.Struct, frozen=True):
    """`trash list`: what can be restored, newest first."""

    format: Literal["manifest-sync/trash"]
    version: Literal[1]
    bytes: int
    deletions: tuple[DeletionRow, ...]


class NotRemoved(msgspec.Struct, frozen=True):
    """What could not be removed, and why."""

    kept_at: str
    message: str


class PruneDocument(msgspec.Struct, frozen=True):
    """`trash prune`: what was removed for good, or would be."""

    format: Literal["manifest-sync/prune"]
    version: Literal[1]
    dry_run: bool
    before: str
    """What runs have kept that began before this time; RFC 3339, UTC."""
    files: tuple[str, ...]
    """Everything removed, by where it was kept: also what no line of the history speaks of."""
    bytes: int
    deletions: tuple[DeletionRow, ...]
    """The lines of the history that can no longer be restored."""
    versions: int
    """Old versions of a bucket that keeps them, which are left to its lifecycle rules."""
    failed: tuple[NotRemoved, ...]
