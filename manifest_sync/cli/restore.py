"""`manifest-sync restore`."""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.completion import complete_styles
from manifest_sync.cli.confirm import agree
from manifest_sync.cli.deletion_names import Here, meant
from manifest_sync.cli.document_restore import restore_document
from manifest_sync.cli.options import All, Common, Connection, DryRun, Locking, Yes
from manifest_sync.cli.output import Styled
from manifest_sync.cli.session import Session, session
from manifest_sync.cli.text_apply import failure_lines
from manifest_sync.cli.text_plan import TRASH_IS_OFF
from manifest_sync.cli.text_restore import done_lines, restore_lines
from manifest_sync.core.amounts import many
from manifest_sync.core.errors import ManifestSyncError, UsageProblem
from manifest_sync.core.exits import Exit, worst
from manifest_sync.core.history import Deletion
from manifest_sync.core.paths import shown
from manifest_sync.core.restore import Fate
from manifest_sync.workspace.restoring import PlannedRestore
from manifest_sync.workspace.runs import Applied
from manifest_sync.workspace.styles import Style


@command
def restore(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID|PATH",
            help="Deletions by the id that the history shows, or files by their path.",
            show_default=False,
        ),
    ] = None,
    *,
    run: Annotated[
        list[str] | None,
        typer.Option(
            "--apply", metavar="ID", help="Everything that one run took away.", show_default=False
        ),
    ] = None,
    styles: Annotated[
        list[str] | None,
        typer.Option(
            "--style",
            metavar="STYLE",
            help="The style that a PATH is in.",
            autocompletion=complete_styles,
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace what is newer; it is kept in its turn."),
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    everything: All = False,
    common: Common,
    connection: Connection,
    locking: Locking,
) -> Exit:
    """Bring back what a run deleted or replaced, to the side that it was on.

    The bytes are checked before they come back. A PATH means the last time that the file was
    deleted or replaced. Something newer at the path is a conflict and is left alone (exit 6). What
    comes back is in the manifest again; it is a run of its own, which can be undone as well.

        manifest-sync history --deletions  what was deleted or replaced, with ids
        manifest-sync restore @7.3         one of them
        manifest-sync restore a.txt        the last one at that path
        manifest-sync restore --apply @7   everything that the run @7 took away
    """
    if not what and not run:
        raise UsageProblem(
            "Name what is to come back: ids or paths, or a run with --apply; "
            "“manifest-sync history --deletions” lists what was deleted."
        )
    with (
        session(common, connection, everything=everything) as opened,
        opened.workspace.holding("restore", locking.lock_timeout),
    ):
        chosen = opened.styles(styles).sound()
        rows = opened.workspace.deletions(chosen if styles else None)
        deletions = meant(rows, what or (), run or (), here=Here(opened.here, chosen))
        with opened.progress.shown():
            planned = [
                opened.workspace.plan_restore(style, mine, overwrite=overwrite)
                for style, mine in _by_style(deletions, chosen)
            ]
        return _carry_out(opened, planned, yes=yes, dry_run=dry_run)


def _by_style(
    deletions: Sequence[Deletion], styles: Sequence[Style]
) -> list[tuple[Style, list[Deletion]]]:
    """The deletions of each style. Raises UsageProblem for one that is not here any more."""
    known = {style.id: style for style in styles}
    found = []
    for name, mine in groupby(sorted(deletions, key=_style), key=_style):
        if name not in known:
            raise UsageProblem(
                f"The style “{shown(name)}” is no longer in this workspace; bring its folder with "
                "its manifest back first."
            )
        found.append((known[name], list(mine)))
    return found


def _style(deletion: Deletion) -> str:
    return deletion.style


def _carry_out(
    session: Session, planned: Sequence[PlannedRestore], *, yes: bool, dry_run: bool
) -> Exit:
    screen = session.screen
    _raise_where_nothing_can_be_done(planned)
    count = sum(len(each.having(Fate.RESTORE)) for each in planned)
    asks = count > 0 and not yes and not dry_run
    if asks or not (screen.as_json or screen.quiet):
        for each in planned:
            screen.show(*restore_lines(each))
            if not all(side.plan.basis.keeps for side in each.planned):
                screen.show(Styled(f"  {TRASH_IS_OFF}", "red"))
    if dry_run:
        screen.document(restore_document(planned, (), dry_run=True))
        return Exit.DONE
    if count:
        agree(screen, f"Restore {many(count, 'file')}?", yes=yes)
    applied: list[Applied] = []
    with session.interrupt.heeded(), session.progress.shown():
        for each in planned:
            applied += session.workspace.restore(each)
    for made in applied:
        screen.say(*failure_lines(made.style.id, made.outcomes))
    screen.tell(*done_lines(applied))
    if not count:
        screen.tell(Styled("Nothing was to be restored.", "green"))
    screen.document(restore_document(planned, applied, dry_run=False))
    return _status(session, planned, applied)


def _raise_where_nothing_can_be_done(planned: Sequence[PlannedRestore]) -> None:
    """Where no deletion can be undone, the first one's reason is the command's."""
    undoings = [undoing for each in planned for undoing in each.undoings]
    for undoing in undoings:
        if undoing.fate is not Fate.PROBLEM:
            return
    raise ManifestSyncError(
        f"“{shown(undoings[0].deletion.path)}” ({undoings[0].deletion.id}) cannot be restored: "
        f"{shown(undoings[0].message or '')}."
    )


def _status(
    session: Session, planned: Sequence[PlannedRestore], applied: Sequence[Applied]
) -> Exit:
    outcomes = [outcome for each in applied for outcome in each.outcomes]
    all_held = all(outcome.status.holds for outcome in outcomes)
    if session.interrupt.pressed and not all_held:
        return Exit.INTERRUPTED
    statuses = [Exit.DONE] if all_held else [Exit.INCOMPLETE]
    if any(each.having(Fate.PROBLEM) for each in planned):
        statuses.append(Exit.INCOMPLETE)
    if any(each.having(Fate.CONFLICT) for each in planned):
        statuses.append(Exit.CONFLICTS)
    return worst(statuses)
