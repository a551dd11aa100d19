"""`manifest-sync remove`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.completion import complete_styles
from manifest_sync.cli.options import Common, Connection, DryRun, Locking, Yes
from manifest_sync.cli.session import Session, session
from manifest_sync.cli.sync import Consent, Sync, run_sync
from manifest_sync.cli.which_file import meant_file
from manifest_sync.core.content import Side
from manifest_sync.core.exits import Exit
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.styles import Style


@command
def remove(
    style: Annotated[
        str,
        typer.Argument(
            metavar="STYLE",
            help="The style, by id or by folder.",
            autocompletion=complete_styles,
            show_default=False,
        ),
    ],
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Files of the style: below the current folder, or by their path inside the style.",
            show_default=False,
        ),
    ],
    *,
    captions: Annotated[
        bool,
        typer.Option(
            "--captions/--no-captions",
            help="Remove the captions of images, too, but for those that another image shares.",
        ),
    ] = True,
    dry_run: DryRun = False,
    yes: Yes = False,
    common: Common,
    connection: Connection,
    locking: Locking,
) -> Exit:
    """Remove from S3: delete the objects of some files, and keep the files here.

    The files are added to the manifest's “ignore”, which is published, so that no push of yours
    or of others brings them back, and no pull deletes them. What is deleted is kept, as always.
    “manifest-sync restore” brings the objects back, and takes the patterns out again.

        manifest-sync remove 16 styles/16/a.jpg        with its caption
        manifest-sync remove 16 a.jpg b.jpg --dry-run  show what would be done, and stop
    """
    with (
        session(common, connection) as opened,
        opened.workspace.holding("remove", locking.lock_timeout),
    ):
        chosen = opened.styles([style])
        sync = Sync("remove", Side.S3, lambda known: _plan(opened, known, files, captions=captions))
        return run_sync(opened, chosen, sync, Consent(yes=yes, dry_run=dry_run))


def _plan(session: Session, style: Style, files: Sequence[str], *, captions: bool) -> Planned:
    paths = [meant_file(file, [style], session.here, "FILE is")[1] for file in files]
    return session.workspace.plan_removal(style, paths, captions=captions)
