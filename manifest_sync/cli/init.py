"""`manifest-sync init`."""

from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.git_lines import offer_git_lines
from manifest_sync.cli.options import Common, Connection, Locking
from manifest_sync.cli.session import session_at
from manifest_sync.core.exits import Exit
from manifest_sync.core.paths import shown
from manifest_sync.formats.documents import InitDocument
from manifest_sync.workspace.initialising import made_workspace, read_remote, root_for


@command
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The style's folder.", show_default=False)
    ],
    remote: Annotated[
        str,
        typer.Option(
            "--remote", metavar="s3://BUCKET/PREFIX/", help="Where on S3 the style belongs."
        ),
    ],
    style: Annotated[
        str | None,
        typer.Option(
            "--style", metavar="ID", help="The style's id, where it is not the folder's name."
        ),
    ] = None,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Add the lines for git without asking.")
    ] = False,
    common: Common,
    connection: Connection,
    locking: Locking,
) -> Exit:
    """Make a folder a style: write its manifest, which says where on S3 it belongs.

    The first style also makes the current folder a workspace (manifest-sync.toml). S3 is not
    asked, and no file is sent before you push.

        manifest-sync init styles/16 --remote s3://training-data/styles/16/
    """
    read_remote(remote)
    root = root_for(folder, common.workspace or Path.cwd())
    with (
        made_workspace(root) as begun,
        session_at(root, common, connection) as opened,
        opened.workspace.holding("init", locking.lock_timeout),
    ):
        made = opened.workspace.init(folder, remote, style)
    manifest = "manifest.json" if made.name == "." else f"{made.name}/manifest.json"
    screen = opened.screen
    screen.tell(f"Style {shown(made.id)} is in {shown(made.name)}: {made.manifest.remote}")
    git = offer_git_lines(screen, root, made.folder, yes=yes)
    written = (*begun, manifest, *git)
    screen.tell(f"Wrote {', '.join(shown(path) for path in written)}.")
    screen.tell("Next: “manifest-sync push” sends its files, “manifest-sync pull” fetches them.")
    screen.document(
        InitDocument("manifest-sync/init", 1, made.id, made.name, made.manifest.remote, written)
    )
    return Exit.DONE
