"""`manifest-sync trash`."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.confirm import agree
from manifest_sync.cli.documents import deletion_row
from manifest_sync.cli.options import All, Common, Connection, DryRun, Locking, Yes
from manifest_sync.cli.output import Styled
from manifest_sync.cli.session import Session, session
from manifest_sync.cli.text_history import deletion_lines
from manifest_sync.core.amounts import many, size
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.exits import Exit
from manifest_sync.core.paths import shown
from manifest_sync.core.pruning import parse_age
from manifest_sync.formats.document_trash import NotRemoved, PruneDocument, TrashDocument
from manifest_sync.workspace.pruning import PlannedPrune, Pruned


class Action(StrEnum):
    """What is done with the trash."""

    LIST = "list"
    PRUNE = "prune"


@command
def trash(
    action: Annotated[
        Action, typer.Argument(metavar="list|prune", help="Show the trash, or remove what is old.")
    ],
    *,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than",
            metavar="AGE",
            help="Remove what has been kept longer: 12h, 30d, 2w.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    everything: All = False,
    common: Common,
    connection: Connection,
    locking: Locking,
) -> Exit:
    """List what is kept for restoring, or remove for good what has been kept long enough.

    Removes what this workspace has kept, in .manifest-sync/trash and below the buckets' trash
    prefix, and nothing that others have kept. Old versions in a bucket that keeps versions are
    the bucket's own: its lifecycle rules remove them. The history goes on listing what was there.

        manifest-sync trash list
        manifest-sync trash prune --older-than 30d --dry-run
        manifest-sync trash prune --older-than 30d
    """
    with session(common, connection, everything=everything) as opened:
        if action is Action.LIST:
            return _list(opened)
        age = _age(older_than)
        with opened.workspace.holding("trash prune", locking.lock_timeout):
            return _prune(opened, age, yes=yes, dry_run=dry_run)


def _age(text: str | None) -> timedelta:
    if text is None:
        raise UsageProblem("Say how old what is removed must be, as in “--older-than 30d”.")
    try:
        return parse_age(text)
    except ValueError as error:
        raise UsageProblem(f"--older-than {shown(text)}: {error}.") from error


def _list(session: Session) -> Exit:
    rows = [row for row in session.workspace.deletions() if row.is_kept]
    total, screen = sum(row.content.size for row in rows), session.screen
    screen.document(TrashDocument("manifest-sync/trash", 1, total, tuple(map(deletion_row, rows))))
    if screen.as_json:
        return Exit.DONE
    if not rows:
        screen.show("The trash is empty.")
        return Exit.DONE
    screen.show(*deletion_lines(rows, screen.limit))
    screen.tell(f"{many(len(rows), 'file')}, {size(total)}; “manifest-sync restore ID” brings back")
    return Exit.DONE


def _prune(session: Session, age: timedelta, *, yes: bool, dry_run: bool) -> Exit:
    screen = session.screen
    with session.progress.shown():
        planned = session.workspace.plan_prune(age)
    count = len(planned.doomed)
    if (count and not yes and not dry_run) or not (screen.as_json or screen.quiet):
        if planned.deletions:
            screen.show(*deletion_lines(planned.deletions, screen.limit))
        screen.show(f"{many(count, 'kept file')} to remove for good, {size(planned.size)}")
        if planned.versions:
            screen.show(
                f"{many(planned.versions, 'old version')} left to the lifecycle rules of the bucket"
            )
    if dry_run:
        screen.document(_document(planned, Pruned((), {}), dry_run=True))
        return Exit.DONE
    if count:
        agree(screen, f"Remove {many(count, 'kept file')} for good?", yes=yes)
    with session.progress.shown():
        pruned = session.workspace.prune(planned)
    for place, why in pruned.failed.items():
        screen.say(Styled(f"Failed to remove {shown(place)}: {shown(why)}.", "red"))
    screen.tell(f"{many(len(pruned.removed), 'kept file')} removed")
    screen.document(_document(planned, pruned, dry_run=False))
    return Exit.INCOMPLETE if pruned.failed else Exit.DONE


def _document(planned: PlannedPrune, pruned: Pruned, *, dry_run: bool) -> PruneDocument:
    sizes = {each.file.kept_at: each.file.size for each in planned.doomed}
    files = tuple(sizes) if dry_run else pruned.removed
    rows = [deletion_row(row) for row in planned.deletions if dry_run or row.kept_at in files]
    if not dry_run:
        rows = [msgspec.structs.replace(row, restorable=False) for row in rows]
    return PruneDocument(
        format="manifest-sync/prune",
        version=1,
        dry_run=dry_run,
        before=planned.before,
        files=files,
        bytes=sum(sizes[place] for place in files),
        deletions=tuple(rows),
        versions=planned.versions,
        failed=tuple(NotRemoved(place, why) for place, why in pruned.failed.items()),
    )
