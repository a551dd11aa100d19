"""Bringing back what was deleted or replaced, as it is asked for on the page."""

import msgspec

from manifest_sync.core.amounts import many
from manifest_sync.core.content import Side
from manifest_sync.core.errors import StalePlan, UsageProblem
from manifest_sync.core.history import parse_id
from manifest_sync.core.recall import recall
from manifest_sync.core.restore import Fate
from manifest_sync.core.scope import Scope
from manifest_sync.engine.restore import Undoing
from manifest_sync.web.offers import Offer
from manifest_sync.web.opening import find_style
from manifest_sync.web.rows import Kind, Row, row_of
from manifest_sync.web.words import ended, fate
from manifest_sync.workspace.restoring import PlannedRestore
from manifest_sync.workspace.workspace import Workspace


class Undo(msgspec.Struct, frozen=True):
    """One of the history's buttons."""

    what: str
    """The id of a deletion, or of a run: all that it took away."""
    overwrite: bool = False
    """Whether something newer may be replaced."""


def plan_undo(workspace: Workspace, undo: Undo) -> PlannedRestore:
    """What would come back. Changes nothing. Raises UsageProblem for an id that is none."""
    number = parse_id(undo.what)
    if number is None:
        raise UsageProblem("The page asks for something that is not known; load it again.")
    deletions = recall(workspace.deletions(), [number], ())
    style = find_style(workspace, deletions[0].style)
    return workspace.plan_restore(style, deletions, overwrite=undo.overwrite)


def offer_undo(undo: Undo, shown: PlannedRestore) -> Offer:
    """What is agreed to with what was shown."""
    agreed = _facts(shown)

    def work(workspace: Workspace) -> str:
        with workspace.holding("restore"):
            planned = plan_undo(workspace, undo)
            if not _facts(planned) <= agreed:
                raise StalePlan(
                    "Something changed since this was shown. Nothing was done; look again."
                )
            applied = workspace.restore(planned)
            return ended("restore", [outcome for each in applied for outcome in each.outcomes])

    count = len(shown.having(Fate.RESTORE))
    said = f"Restoring {many(count, 'file')}..."
    scope = Scope(shown.style.manifest.header)
    rows = {Kind.RESTORED: [_row(each, scope) for each in shown.undoings]}
    return Offer("restore", shown.style.id, said, work, rows)


def _row(each: Undoing, scope: Scope) -> Row:
    where = "on S3" if each.deletion.side is Side.S3 else "in the folder"
    return row_of(each.deletion.path, each.deletion.content, scope, f"{where}: {fate(each)}")


def _facts(planned: PlannedRestore) -> set[object]:
    """What comes back, and in the place of what."""
    return {(each.deletion.id, each.now) for each in planned.having(Fate.RESTORE)}
