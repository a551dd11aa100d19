"""What the page says: what became of a run, and why a change is in a plan."""

from collections.abc import Mapping

from manifest_sync.core.amounts import many, size
from manifest_sync.core.content import Action
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Change
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.restore import Fate
from manifest_sync.engine.restore import Undoing
from manifest_sync.workspace.overview import Badge
from manifest_sync.workspace.runs import Applied

BADGES: Mapping[Badge, str] = {
    Badge.NEW: "new",
    Badge.CHANGED: "changed",
    Badge.IDENTICAL: "identical",
    Badge.ONLY_ON_S3: "only on S3",
    Badge.IGNORED: "ignored",
    Badge.CONFLICT: "conflict",
    Badge.PROBLEM: "problem",
}

IN_STEP = {
    "push": "All files are already synced to S3!",
    "pull": "All files are already synced from S3!",
}

_REASONS: Mapping[Reason, str] = {
    Reason.REVERTS_S3_CHANGE: "S3 has changed since the last sync, and this undoes it",
    Reason.DISCARDS_LOCAL_EDIT: "edited here since the last sync; the edit goes to the trash",
    Reason.UNDOES_LOCAL_DELETE: "was deleted here, and comes back",
    Reason.CONTENT_BEATS_ABSENCE: "deleted on one side, changed on the other",
    Reason.NO_BASE: "the sides differ, and were never known to be equal",
    Reason.TAKE: "chosen by you",
    Reason.REMOVED: "stays in the folder, ignored from now on",
    Reason.RESTORED: "comes back from the trash",
}


def why(change: Change) -> str:
    """Why a change is in a plan; empty for what explains itself."""
    return _REASONS.get(change.reason, "")


def fate(undoing: Undoing) -> str:
    """What becomes of a deletion that is to be undone."""
    match undoing.fate:
        case Fate.RESTORE:
            now = undoing.now
            return f"comes back, in the place of {size(now.size)}" if now else "comes back"
        case Fate.ALREADY:
            return "is there already"
        case Fate.CONFLICT:
            return "left alone: something newer is there"
        case Fate.PROBLEM:
            return f"cannot come back: {undoing.message or 'its bytes are gone'}"


def going(command: str, changes: int) -> str:
    """That a run begins."""
    what = many(changes, "file")
    if command == "remove":
        return f"Removing {what} from S3..."
    where = "to S3" if command == "push" else "from S3"
    return f"Syncing {what} {where}..."


def ended(command: str, applied: Applied) -> str:
    """What became of a run. Files are counted, captions included."""
    done = [each.change.action for each in applied.outcomes if each.status is Status.DONE]
    deleted = done.count(Action.DELETE)
    return told(command, len(done) - deleted, deleted, _failed(applied))


def told(command: str, brought: int, deleted: int, failed: int) -> str:
    """The same, in figures."""
    if not (brought or deleted or failed):
        return IN_STEP.get(command, "Nothing was left to do.")
    if command == "remove":
        said = f"Successfully removed {many(deleted, 'file')} from S3"
    else:
        verb, where = ("uploaded", "to S3") if command == "push" else ("synced", "from S3")
        said = f"Successfully {verb} {many(brought, 'image')} {where}"
        if deleted:
            said += f", {many(deleted, 'file')} deleted"
    if failed:
        said += f"; {many(failed, 'file')} failed, sync again to finish"
    return said


def failure(command: str, message: str) -> str:
    """That a run, or its planning, failed."""
    doing = {"push": "sync to S3", "pull": "sync from S3", "remove": "remove from S3"}
    return f"Failed to {doing.get(command, command)}: {message}"


def _failed(applied: Applied) -> int:
    return sum(not each.status.holds for each in applied.outcomes)
