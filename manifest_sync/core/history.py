"""What was done, as it is told: applies, and the bytes they replaced or deleted."""

import re

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.statistics import Statistics

_ID = re.compile(r"@(\d+)(?:\.(\d+))?")


class Who(msgspec.Struct, frozen=True):
    """On whose behalf a run is made."""

    user: str
    host: str


class Apply(msgspec.Struct, frozen=True):
    """One style's run."""

    id: str
    when: str
    """RFC 3339, UTC."""
    command: str
    user: str
    host: str
    style: str
    to: Side
    statistics: Statistics | None
    """None for a run that was cut off."""


class Deletion(msgspec.Struct, frozen=True):
    """Bytes that a run took away from a path, by deleting or by replacing."""

    id: str
    when: str
    who: Who
    style: str
    side: Side
    path: str
    content: Content
    """Of what was taken away."""
    after: Content | None
    """What took its place; None where nothing did."""
    reason: str
    apply: str
    command: str
    """Of the run: `push`, `pull`, `restore` …"""
    plan: str
    """The plan's fingerprint."""
    remote: str
    """As the manifest has it, `s3://bucket/prefix/`."""
    endpoint: str
    """Where the style was on S3 then."""
    kept_at: str | None
    """Where the bytes were kept; None where they were not."""
    pruned: str | None = None
    """When the kept bytes were removed for good, in RFC 3339, UTC."""
    restored: str | None = None
    """When the bytes were last brought back."""

    @property
    def replaced(self) -> bool:
        """Whether other content took its place."""
        return self.after is not None

    @property
    def is_kept(self) -> bool:
        """Whether the bytes are still to be found, as far as this workspace knows."""
        return self.kept_at is not None and self.pruned is None


class Prune(msgspec.Struct, frozen=True):
    """One time that old kept bytes were removed for good."""

    when: str
    """RFC 3339, UTC."""
    who: Who
    before: str
    """What runs had kept that began before this time; RFC 3339, UTC."""
    files: int
    size: int
    """Bytes."""
    complete: bool
    """False where it was cut off: then more may be gone than was counted."""


def apply_id(number: int) -> str:
    """`@7`: a name that no file in scope has, and that reads like one of git's."""
    return f"@{number}"


def deletion_id(apply: int, number: int) -> str:
    """`@7.3`: the third change of the seventh apply."""
    return f"@{apply}.{number}"


def parse_id(text: str) -> tuple[int, int | None] | None:
    """(apply, change) of an id; None where the text is no id but a path."""
    found = _ID.fullmatch(text)
    if found is None:
        return None
    return int(found[1]), int(found[2]) if found[2] is not None else None
