"""`manifest-sync record`."""

from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.documents import record_document
from manifest_sync.cli.options import All, Common, Locking, StyleNames
from manifest_sync.cli.session import Session, session, statuses_of
from manifest_sync.cli.text_plan import problem_line
from manifest_sync.cli.text_record import record_lines
from manifest_sync.core.amounts import many
from manifest_sync.core.exits import Exit, worst
from manifest_sync.workspace.runs import Recorded


@command
def record(
    styles: StyleNames = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit 2 where a manifest is out of date."),
    ] = False,
    *,
    everything: All = False,
    common: Common,
    locking: Locking,
) -> Exit:
    """Write the folder's state into the manifest, for git to keep.

    The manifest says which files the style consists of. Files that you added, changed or deleted
    since the last record, push or pull are taken in; files that were never downloaded here stay
    listed. S3 is not asked.

        manifest-sync record             every style of the workspace
        manifest-sync record 16 --check  for CI and pre-commit: exit 2 where out of date
    """
    with session(common, everything=everything) as opened:
        if check:
            done, failed = opened.each(
                opened.styles(styles), lambda style: opened.workspace.record(style, check=True)
            )
        else:
            # The manifests are read under the lock: nobody rewrites them meanwhile.
            with opened.workspace.holding("record", locking.lock_timeout):
                done, failed = opened.each(opened.styles(styles), opened.workspace.record)
        _show(opened, done, check=check)
        opened.screen.document(record_document(done, failed, written=not check))
    outdated = check and not all(each.is_up_to_date for each in done)
    return worst([*statuses_of(failed), Exit.CHANGES if outdated else Exit.DONE])


def _show(opened: Session, done: list[Recorded], *, check: bool) -> None:
    screen = opened.screen
    for each in done:
        screen.tell(*record_lines(each, screen.limit, check=check))
        if screen.quiet:
            screen.say(*map(problem_line, each.problems))
    screen.tell(f"Hashed {many(sum(each.hashed for each in done), 'file')}")
