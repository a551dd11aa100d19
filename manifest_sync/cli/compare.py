"""`manifest-sync compare`."""

from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.completion import complete_styles
from manifest_sync.cli.options import All, Common, Connection
from manifest_sync.cli.session import session
from manifest_sync.cli.text_compare import compare_lines
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.exits import Exit
from manifest_sync.core.paths import shown
from manifest_sync.workspace.comparing import compare_document


@command
def compare(
    style: Annotated[
        str | None,
        typer.Argument(
            metavar="STYLE",
            help="The style, by id or by folder; may be left out where there is only one.",
            autocompletion=complete_styles,
            show_default=False,
        ),
    ] = None,
    *,
    everything: All = False,
    common: Common,
    connection: Connection,
) -> Exit:
    """Compare one folder as it is now with S3, file by file, by content. Changes nothing.

    Differences are no error: the exit status is 0.

        manifest-sync compare 16
        manifest-sync compare 16 --json
    """
    with session(common, connection, everything=everything) as opened:
        chosen = opened.styles([style] if style is not None else None)
        if len(chosen.styles) + len(chosen.broken) > 1:
            ids = ", ".join(shown(each.id) for each in chosen.styles[:10])
            raise UsageProblem(f"Name the style to compare; this workspace has: {ids}.")
        with opened.progress.shown():
            compared = opened.workspace.compare(chosen.sound()[0])
        screen = opened.screen
        if not screen.as_json:
            screen.show(*compare_lines(compared, screen.limit))
        screen.document(compare_document(compared))
    return Exit.DONE
