"""What restoring came to, as the document that --json prints."""

from collections.abc import Iterable

from manifest_sync.core.content import Side
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.restore import Fate
from manifest_sync.engine.restore import Undoing
from manifest_sync.formats.document_restore import RestoreDocument, RestoreRow, RestoreStatus
from manifest_sync.workspace.restoring import PlannedRestore
from manifest_sync.workspace.runs import Applied

_STATUSES = {
    Fate.RESTORE: RestoreStatus.PLANNED,
    Fate.ALREADY: RestoreStatus.ALREADY,
    Fate.CONFLICT: RestoreStatus.CONFLICT,
    Fate.PROBLEM: RestoreStatus.PROBLEM,
}


def restore_document(
    restores: Iterable[PlannedRestore], applied: Iterable[Applied], *, dry_run: bool
) -> RestoreDocument:
    """The document of `restore`."""
    outcomes = {
        (each.style.id, outcome.change.side, outcome.change.path): outcome
        for each in applied
        for outcome in each.outcomes
    }
    rows = tuple(
        _row(
            restore,
            undoing,
            outcomes.get((restore.style.id, undoing.deletion.side, undoing.deletion.path)),
        )
        for restore in restores
        for undoing in restore.undoings
    )
    return RestoreDocument("manifest-sync/restore", 1, dry_run, rows)


def _row(restore: PlannedRestore, undoing: Undoing, outcome: Outcome | None) -> RestoreRow:
    deletion = undoing.deletion
    status, message = _STATUSES[undoing.fate], undoing.message
    if undoing.fate is Fate.CONFLICT:
        message = "something newer is at the path"
    if undoing.fate is Fate.RESTORE and outcome is not None:
        status = RestoreStatus.RESTORED if outcome.status.holds else RestoreStatus.FAILED
        message = outcome.error
    is_on_s3 = deletion.side is Side.S3
    return RestoreRow(
        id=deletion.id,
        path=deletion.path,
        side=deletion.side,
        style=deletion.style,
        when=deletion.when,
        size=deletion.content.size,
        md5=deletion.content.md5,
        reason=deletion.reason,
        apply=deletion.apply,
        kept_at=deletion.kept_at,
        restorable=deletion.is_kept and undoing.fate is not Fate.PROBLEM,
        status=status,
        message=message,
        readmitted=is_on_s3 and deletion.path in restore.readmission.paths,
        ignored_by=dict(restore.readmission.ignored).get(deletion.path) if is_on_s3 else None,
    )
