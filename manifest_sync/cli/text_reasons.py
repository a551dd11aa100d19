"""Why a change is in a plan, where that is worth saying."""

from manifest_sync.core.content import Action, Side
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Change
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.restore import KeptSource

_SAID = {
    Reason.REVERTS_S3_CHANGE: "S3 has changed since the last sync, and this undoes it",
    Reason.DISCARDS_LOCAL_EDIT: "edited here since the last sync; the edit goes to the trash",
    Reason.UNDOES_LOCAL_DELETE: "was deleted here, and comes back",
    Reason.CONTENT_BEATS_ABSENCE: "deleted on one side, changed on the other",
    Reason.NO_BASE: "the sides differ, and were never known to be equal",
    Reason.OVERWRITE: "changed on both sides, decided by --overwrite",
    Reason.TAKE: "decided by --take",
    Reason.REMOVED: "stays in the folder, ignored from now on",
}


def why(change: Change) -> str:
    """The end of a change's line; empty for what explains itself."""
    said = _of_reason(change)
    source = change.source
    if source is None:
        return said
    if isinstance(source, KeptSource):
        came = f"from what was kept {'on S3' if source.side is Side.S3 else 'in the trash here'}"
    elif source.side is change.side:
        where = "on S3" if change.side is Side.S3 else "in the folder"
        came = f"copied {where} from {shown(source.path)}"
    else:
        return said
    return f"{said}, {came}" if said else came


def _of_reason(change: Change) -> str:
    nobody_has_it = change.base is None and change.action is Action.DELETE
    if nobody_has_it and change.reason is Reason.DISCARDS_LOCAL_EDIT:
        return "never uploaded; it goes to the trash"
    if nobody_has_it and change.reason is Reason.REVERTS_S3_CHANGE:
        return "never downloaded here"
    if change.action is Action.CREATE and change.reason is Reason.REVERTS_S3_CHANGE:
        return "was deleted on S3, and comes back"
    return _SAID.get(change.reason, "")
