"""The documents that `--json` prints, apart from the plan. A change of shape is a version."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from manifest_sync.core.content import Action, Side
from manifest_sync.core.listing import Problem
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Conflict, Refusal
from manifest_sync.core.publication import Publication


class StyleFailure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A style that could not be looked at: its id, or its folder where the manifest is broken."""

    style: str
    code: str
    message: str


class LocalFile(msgspec.Struct, frozen=True):
    """A file that only the folder has. `localPath` is relative to the workspace."""

    filename: str
    localPath: str  # noqa: N815 - the name that existing front ends read
    size: int


class RemoteFile(msgspec.Struct, frozen=True):
    """A file that only S3 has. `s3Key` is the full key."""

    filename: str
    s3Key: str  # noqa: N815 - the name that existing front ends read
    size: int


class DifferentFile(msgspec.Struct, frozen=True):
    """A file that differs. Digest and ETag are bare hexadecimal."""

    filename: str
    reason: Literal["content_mismatch"]
    localMd5: str  # noqa: N815 - the name that existing front ends read
    s3Etag: str  # noqa: N815 - the name that existing front ends read


class SameFile(msgspec.Struct, frozen=True):
    """A file that both sides hold alike."""

    filename: str
    size: int


class CompareDocument(msgspec.Struct, frozen=True):
    """`compare`: the folder as it is now against S3. `filename` is relative to the style."""

    format: Literal["manifest-sync/compare"]
    version: Literal[1]
    style: str
    missing_in_s3: tuple[LocalFile, ...]
    missing_locally: tuple[RemoteFile, ...]
    different: tuple[DifferentFile, ...]
    identical: tuple[SameFile, ...]
    problems: tuple[Problem, ...]


class DiffDocument(msgspec.Struct, frozen=True):
    """`diff`: what changed between two states of a manifest, by path."""

    format: Literal["manifest-sync/diff"]
    version: Literal[1]
    summary: str
    """`+3 images, 2 captions edited, −1 pair`."""
    added: tuple[str, ...]
    edited: tuple[str, ...]
    removed: tuple[str, ...]
    keys: tuple[str, ...]
    """What else changed than files: keys of the manifest."""


class MergeDocument(msgspec.Struct, frozen=True):
    """`merge-driver`: what is left to choose."""

    format: Literal["manifest-sync/merge"]
    version: Literal[1]
    conflicts: tuple[str, ...]
    """Paths, and keys of the manifest."""


class OutcomeRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one change."""

    side: Side
    path: str
    action: Action
    status: Status
    error: str | None = None
    kept_at: str | None = None


class StyleApplied(msgspec.Struct, frozen=True):
    """One style's run: figures are files, captions included."""

    style: str
    to: Side
    created: int
    updated: int
    deleted: int
    unchanged: int
    failed: int
    skipped: int
    withheld: int
    taken_in: int
    bytes: int
    hashed: int
    requests: Mapping[str, int]
    seconds: float
    retries: int
    """Tries to make a change or to read an object that failed and were repeated."""
    outcomes: tuple[OutcomeRow, ...]
    conflicts: tuple[Conflict, ...]
    problems: tuple[Problem, ...]
    refusals: tuple[Refusal, ...]
    publication: Publication | None = None
    """When and by whom the manifest was last published that the plan saw, before this run."""
    error: str | None = None
    """Why the style's run ended early."""


class ApplyDocument(msgspec.Struct, frozen=True):
    """`push`, `pull`, `apply` and `clone`: what was done."""

    format: Literal["manifest-sync/apply"]
    version: Literal[1]
    styles: tuple[StyleApplied, ...]


class StyleRecorded(msgspec.Struct, frozen=True):
    """How `record` changed, or would change, one manifest."""

    style: str
    folder: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    hashed: int
    problems: tuple[Problem, ...]


class RecordDocument(msgspec.Struct, frozen=True):
    """`record`: folder → manifest. `written` is false for --check."""

    format: Literal["manifest-sync/record"]
    version: Literal[1]
    written: bool
    styles: tuple[StyleRecorded, ...]
    errors: tuple[StyleFailure, ...] = ()


class StatusNames(msgspec.Struct, frozen=True):
    """The names behind a status's counts."""

    images: tuple[str, ...]
    captions: tuple[str, ...]
    uncaptioned: tuple[str, ...]
    orphan_captions: tuple[str, ...]
    unrecorded: tuple[str, ...]
    ahead: tuple[str, ...]
    behind: tuple[str, ...]
    different: tuple[str, ...]
    conflicts: tuple[str, ...]
    not_downloaded: tuple[str, ...]
    ignored: tuple[str, ...]
    twins: tuple[tuple[str, ...], ...]


class StyleStatus(msgspec.Struct, frozen=True):
    """How one style stands, in counts and names."""

    style: str
    folder: str
    remote: str
    in_step: bool
    images: int
    captions: int
    uncaptioned: int
    orphan_captions: int
    unrecorded: int
    ahead: int
    behind: int
    different: int
    conflicts: int
    not_downloaded: int
    ignored: int
    problems: int
    names: StatusNames
    problem_list: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    caption_troubles: Mapping[str, str]
    next: tuple[str, ...]
    """Commands worth running next."""


class StatusDocument(msgspec.Struct, frozen=True):
    """`status`."""

    format: Literal["manifest-sync/status"]
    version: Literal[1]
    styles: tuple[StyleStatus, ...]
    errors: tuple[StyleFailure, ...] = ()


class ApplyRow(msgspec.Struct, frozen=True):
    """One run of one style, as history tells it."""

    id: str
    when: str
    command: str
    user: str
    host: str
    style: str
    to: Side
    created: int
    updated: int
    deleted: int
    unchanged: int
    failed: int
    skipped: int
    bytes: int
    seconds: float
    complete: bool
    """False for a run that was cut off."""


class DeletionRow(msgspec.Struct, frozen=True):
    """Bytes that a run deleted or replaced."""

    id: str
    when: str
    user: str
    host: str
    style: str
    side: Side
    path: str
    size: int
    md5: str
    replaced: bool
    reason: str
    apply: str
    plan: str
    kept_at: str | None
    restorable: bool
    """Whether the bytes are still kept, as far as this workspace knows; restoring looks itself."""
    restored: str | None = None
    """When they were last brought back."""
    pruned: str | None = None
    """When they were removed from the trash."""


class PruneRow(msgspec.Struct, frozen=True):
    """One time that kept bytes were removed for good."""

    when: str
    user: str
    host: str
    before: str
    """What runs had kept that began before this time."""
    files: int
    bytes: int
    complete: bool
    """False where it was cut off: then more may be gone than was counted."""


class HistoryDocument(msgspec.Struct, frozen=True):
    """`history`: newest first; `when` is RFC 3339 in UTC."""

    format: Literal["manifest-sync/history"]
    version: Literal[1]
    applies: tuple[ApplyRow, ...]
    deletions: tuple[DeletionRow, ...]
    prunes: tuple[PruneRow, ...] = ()
    """Of the whole workspace; none where styles were named."""


class InitDocument(msgspec.Struct, frozen=True):
    """`init`: what was written."""

    format: Literal["manifest-sync/init"]
    version: Literal[1]
    style: str
    folder: str
    remote: str
    written: tuple[str, ...]
    """Relative to the workspace."""


class SandboxDocument(msgspec.Struct, frozen=True):
    """`sandbox`: where the embedded S3 and the sample workspace are."""

    format: Literal["manifest-sync/sandbox"]
    version: Literal[1]
    folder: str
    environment: Mapping[str, str]


class SchemasDocument(msgspec.Struct, frozen=True):
    """`schema` without a name: which there are."""

    format: Literal["manifest-sync/schemas"]
    version: Literal[1]
    names: tuple[str, ...]


class ErrorDocument(msgspec.Struct, frozen=True):
    """What --json prints when a command ends in an error."""

    format: Literal["manifest-sync/error"]
    version: Literal[1]
    code: str
    message: str
