"""`manifest-sync history`."""

from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.documents import history_document
from manifest_sync.cli.options import All, Common, StyleNames
from manifest_sync.cli.session import session
from manifest_sync.cli.text_history import deletion_lines, run_lines
from manifest_sync.core.exits import Exit


@command
def history(
    styles: StyleNames = None,
    deletions: Annotated[
        bool,
        typer.Option(
            "--deletions", help="List what was deleted or replaced, and where it is kept."
        ),
    ] = False,
    *,
    everything: All = False,
    common: Common,
) -> Exit:
    """Show what was done in this workspace, newest first.

    Every run has a number, and so has every file that it replaced or deleted. With --deletions
    each of these says where its bytes are kept.

        manifest-sync history                 every push, pull and apply
        manifest-sync history 16 --deletions  every file and object that was deleted or replaced
    """
    with session(common, everything=everything) as opened:
        chosen = opened.styles(styles).sound() if styles else None
        applies = opened.workspace.applies(chosen)
        gone = opened.workspace.deletions(chosen) if deletions else []
        screen = opened.screen
        prunes = opened.workspace.prunes() if chosen is None else []
        screen.document(history_document(applies, gone, prunes))
        if not screen.as_json:
            lines = (
                deletion_lines(gone, screen.limit)
                if deletions
                else run_lines(applies, prunes, screen.limit)
            )
            screen.show(*lines)
    return Exit.DONE
