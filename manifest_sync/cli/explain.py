"""`manifest-sync explain`."""

from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.completion import complete_styles
from manifest_sync.cli.options import Common, Connection
from manifest_sync.cli.session import session
from manifest_sync.cli.text_explain import explain_lines
from manifest_sync.cli.which_file import meant_file
from manifest_sync.core.exits import Exit
from manifest_sync.formats.document_explain import ExplainDocument
from manifest_sync.workspace.runs import Explained


@command
def explain(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="A file below the current folder, or its path inside the style.",
            show_default=False,
        ),
    ],
    style: Annotated[
        str | None,
        typer.Option(
            "--style",
            metavar="STYLE",
            help="The style it belongs to, where several have such a file.",
            autocompletion=complete_styles,
            show_default=False,
        ),
    ] = None,
    *,
    common: Common,
    connection: Connection,
) -> Exit:
    """Show all that is known of one file, and which rule decides what becomes of it.

    What the folder, the cache, the manifest and S3 hold, what this workspace remembers, why the
    file is in scope or not, what was done with it before, and what push, pull and apply would do
    now. Changes nothing. The file may be anywhere, also only on S3 or only in the manifest.

        manifest-sync explain styles/16/a.jpg
        manifest-sync explain 10_subject/b.txt --style 16
    """
    with session(common, connection) as opened:
        styles = opened.styles([style] if style is not None else None).sound()
        chosen, inside = meant_file(path, styles, opened.here, "PATH is")
        with opened.progress.shown():
            explained = opened.workspace.explain(chosen, inside)
        if not opened.screen.as_json:
            opened.screen.show(*explain_lines(explained))
        opened.screen.document(_document(explained))
    return Exit.DONE


def _document(explained: Explained) -> ExplainDocument:
    style, explanation = explained.style, explained.explanation
    return ExplainDocument(
        format="manifest-sync/explain",
        version=1,
        style=style.id,
        folder=style.name,
        remote=style.manifest.remote,
        key=style.remote.key(explanation.path),
        explanation=explanation,
    )
