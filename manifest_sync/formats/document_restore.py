"""The document of `restore`: what came back, or would."""

from enum import StrEnum
from typing import Literal

import msgspec

from manifest_sync.core.content import Side


class RestoreStatus(StrEnum):
    """What became of one deletion."""

    PLANNED = "planned"
    """It would come back: this is a dry run."""
    RESTORED = "restored"
    ALREADY = "already_there"
    CONFLICT = "conflict"
    """Something newer is at the path; --overwrite replaces it."""
    PROBLEM = "problem"
    """It cannot come back."""
    FAILED = "failed"
    """It did not come back; restoring again finishes the work."""


class RestoreRow(msgspec.Struct, frozen=True):
    """One deletion that was to be undone."""

    id: str
    path: str
    side: Side
    style: str
    when: str
    """When the bytes were taken away."""
    size: int
    md5: str
    reason: str
    apply: str
    kept_at: str | None
    restorable: bool
    status: RestoreStatus
    message: str | None = None
    """One sentence, where the status needs one."""
    readmitted: bool = False
    """Whether the manifest's `ignore` no longer names it, as `remove` had made it do."""
    ignored_by: str | None = None
    """The pattern of `ignore` that keeps it out of the style though it comes back to S3."""


class RestoreDocument(msgspec.Struct, frozen=True):
    """`restore`: newest deletion first; `when` is RFC 3339 in UTC."""

    format: Literal["manifest-sync/restore"]
    version: Literal[1]
    dry_run: bool
    deletions: tuple[RestoreRow, ...]
