"""What the page says: what became of a run, and why a change is in a plan."""

from collections.abc import Iterable, Mapping

from manifest_sync.core.amounts import many, size
from manifest_sync.core.content import Action
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Change
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.restore import Fate
from manifest_sync.engine.restore import Undoing
from manifest_sync.web.failures import Unfinished
from manifest_sync.workspace.overview import Badge

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


def ended(command: str, outcomes: Iterable[Outcome]) -> str:
    """What became of a run. Files are counted, captions included.

    Raises Unfinished where some of its changes failed.
    """
    by_status: dict[Status, list[Outcome]] = {status: [] for status in Status}
    for outcome in outcomes:
        by_status[outcome.status].append(outcome)
    failed = by_status[Status.FAILED] + by_status[Status.MOVED]
    done = [outcome.change.action for outcome in by_status[Status.DONE]]
    left = len(by_status[Status.SKIPPED])
    if failed:
        first = failed[0]
        why = (first.error or "it could not be changed").removesuffix(".")
        raise Unfinished(
            f"{many(len(failed), 'file')} failed, {len(done)} done, {left} left: "
            f"{shown(first.change.path)}: {why}. Sync again to finish."
        )
    deleted = done.count(Action.DELETE)
    said = told(command, len(done) - deleted, deleted, 0)
    if not left:
        return said
    said = said if done else "Nothing was changed yet"
    return f"{said}; {many(left, 'file')} left, sync again to finish"


def told(command: str, brought: int, deleted: int, failed: int) -> str:
    """The same, in figures."""
    if not (brought or deleted or failed):
        return IN_STEP.get(command, "Nothing was left to do.")
    if command == "remove":
        said = f"Successfully removed {many(deleted, 'file')} from S3"
    elif command == "restore":
        said = f"Successfully restored {many(brought, 'file')}"
    else:
        verb, where = ("uploaded", "to S3") if command == "push" else ("synced", "from S3")
        side = "on S3" if command == "push" else "in the folder"
        said = f"Successfully {verb} {many(brought, 'image')} {where}"
        if deleted and brought:
            said += f", {many(deleted, 'file')} deleted"
        elif deleted:
            said = f"Successfully deleted {many(deleted, 'file')} {side}"
    if failed:
        said += f"; {many(failed, 'file')} failed, sync again to finish"
    return said


def failure(command: str, message: str) -> str:
    """That a run, or its planning, failed."""
    doing = {"push": "sync to S3", "pull": "sync from S3", "remove": "remove from S3"}
    return f"Failed to {doing.get(command, command)}: {message}"
