"""What became of a change: data, so that one failure does not end the run."""

from enum import StrEnum

import msgspec

from manifest_sync.core.plan import Change
from manifest_sync.core.stamps import Stamp


class Status(StrEnum):
    """How a change ended."""

    DONE = "done"
    ALREADY = "already"
    """Its result held before it was made."""
    MOVED = "changed"
    """What it was to replace, or to read, is no longer what the plan saw; nothing was touched."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not begun: withheld after a failure, or the run was interrupted."""

    @property
    def holds(self) -> bool:
        """Whether the side now holds what the change was to bring."""
        return self in (Status.DONE, Status.ALREADY)


class Outcome(msgspec.Struct, frozen=True):
    """What became of one change of a plan."""

    change: Change
    status: Status
    error: str | None = None
    """One sentence, where the status needs one."""
    stamp: Stamp | None = None
    """The state of the path afterwards, where the change holds."""
    kept_at: str | None = None
    """Where the bytes are now that the change replaced or deleted."""
    sent: int = 0
    """Bytes that travelled between the sides."""
    unknown: bool = False
    """Whether a change that failed may have taken effect all the same: nobody could be asked. The
    next run finds out."""
