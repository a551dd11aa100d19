"""`manifest-sync clone`."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.options import All, Choices, Common, Connection, Locking, Yes
from manifest_sync.cli.planning import planner
from manifest_sync.cli.session import Session, session_at
from manifest_sync.cli.sync import Sync, apply_all, ask_first
from manifest_sync.core.content import Side
from manifest_sync.core.exits import Exit
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.paths import shown
from manifest_sync.core.reconcile import Verb
from manifest_sync.workspace.initialising import (
    is_empty,
    made_folder,
    made_workspace,
    read_remote,
    root_for,
)
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.styles import Chosen


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
    with ExitStack() as undone_on_failure:
        undone_on_failure.enter_context(made_workspace(root))
        undone_on_failure.enter_context(made_folder(folder))
        asks = not yes and not is_empty(folder)
        with (
            session_at(root, common, connection, everything=everything) as opened,
            opened.workspace.holding("clone", locking.lock_timeout),
        ):
            style = opened.workspace.begin_clone(folder, remote)
            undone_on_failure.enter_context(_taken_back(folder / MANIFEST_NAME))
            sync = Sync(
                "clone",
                Side.LOCAL,
                planner(opened, [style], Verb.PULL, Side.LOCAL, Choices()),
            )
            planned, failed = opened.each(Chosen((style,)), sync.plan)
            ask_first(opened, [each.plan for each in planned], sync.to, yes=not asks)
            undone_on_failure.pop_all().close()  # from here on what was made stays
            status = apply_all(opened, planned, failed, sync, yes=yes)
            _tell(opened, planned)
    return status


def _tell(opened: Session, planned: Sequence[Planned]) -> None:
    """Say where the style is, and where S3 has nothing of it."""
    for each in planned:
        style = each.style
        if not each.observation.survey.bucket.entries:
            opened.screen.say(
                f"There is nothing yet at {shown(style.manifest.remote)} that belongs to a style; "
                "“manifest-sync push” sends what the folder has."
            )
        opened.screen.tell(f"Style {shown(style.id)} is in {shown(style.name)}.")


@contextmanager
def _taken_back(manifest: Path) -> Iterator[None]:
    """Where what follows fails, the folder is to be no style either."""
    try:
        yield
    except BaseException:
        manifest.unlink(missing_ok=True)
        raise
