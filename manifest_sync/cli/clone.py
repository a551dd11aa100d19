"""`manifest-sync clone`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.options import All, Choices, Common, Connection, Locking, Yes
from manifest_sync.cli.planning import planner
from manifest_sync.cli.session import Session, session_at
from manifest_sync.cli.sync import Consent, Sync, run_sync
from manifest_sync.core.content import Side
from manifest_sync.core.exits import Exit
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.paths import shown
from manifest_sync.core.reconcile import Verb
from manifest_sync.workspace.initialising import made_folder, made_workspace, read_remote, root_for
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.styles import Style


@command
def clone(
    remote: Annotated[
        str,
        typer.Argument(
            metavar="s3://BUCKET/PREFIX/", help="Where the style is.", show_default=False
        ),
    ],
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="The folder it is to be in.", show_default=False),
    ],
    *,
    yes: Yes = False,
    everything: All = False,
    common: Common,
    connection: Connection,
    locking: Locking,
) -> Exit:
    """Fetch a style that is on S3 into a folder: init and pull in one.

    A new or empty folder is filled without asking. Where the folder has files already, the plan
    is shown first, as “pull” does. Where it fails at the start, nothing is left behind.

        manifest-sync clone s3://training-data/styles/16/ styles/16
    """
    read_remote(remote)
    root = root_for(folder, common.workspace or Path.cwd())
    with (
        made_workspace(root),
        made_folder(folder),
        session_at(root, common, connection, everything=everything) as opened,
        opened.workspace.holding("clone", locking.lock_timeout),
    ):
        is_empty = not any(folder.iterdir())
        style = opened.workspace.begin_clone(folder, remote)
        with _taken_back_on_failure(folder / MANIFEST_NAME):
            return _fill(opened, style, Consent(yes=yes or is_empty))


def _fill(opened: Session, style: Style, consent: Consent) -> Exit:
    """Pull what S3 has, and say so where it has nothing."""
    plan = planner(opened, [style], Verb.PULL, Side.LOCAL, Choices())

    def planned(style: Style) -> Planned:
        made = plan(style)
        if not made.observation.survey.bucket.entries:
            opened.screen.say(
                f"There is nothing yet at {shown(style.manifest.remote)} that belongs to a style; "
                "“manifest-sync push” sends what the folder has."
            )
        return made

    status = run_sync(opened, [style], Sync("clone", Side.LOCAL, planned), consent)
    opened.screen.tell(f"Style {shown(style.id)} is in {shown(style.name)}.")
    return status


@contextmanager
def _taken_back_on_failure(manifest: Path) -> Iterator[None]:
    """Errors end a run before anything was done; then the folder is to be no style either."""
    try:
        yield
    except BaseException:
        manifest.unlink(missing_ok=True)
        raise
