"""`manifest-sync apply`."""

from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.completion import complete_styles
from manifest_sync.cli.options import (
    All,
    Choices,
    Common,
    Connection,
    DryRun,
    Locking,
    Yes,
)
from manifest_sync.cli.planning import run_directed
from manifest_sync.cli.session import Session, session
from manifest_sync.cli.sync import Consent, Sync, carry_out
from manifest_sync.core.content import Side
from manifest_sync.core.errors import InvalidInput, UsageProblem
from manifest_sync.core.exits import Exit
from manifest_sync.core.paths import shown
from manifest_sync.core.reconcile import Verb
from manifest_sync.formats.plan_json import parse_plan


@command
def apply(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|STYLE",
            help="A saved plan, or styles by id or by folder; all where none is named.",
            autocompletion=complete_styles,
            show_default=False,
        ),
    ] = None,
    *,
    to: Annotated[
        Side | None,
        typer.Option("--to", help="The side that is to become what the manifest says."),
    ] = None,
    choices: Choices,
    dry_run: DryRun = False,
    yes: Yes = False,
    everything: All = False,
    common: Common,
    connection: Connection,
    locking: Locking,
) -> Exit:
    """Carry out a saved plan, or make one side equal the manifest.

    A saved plan is its own approval: it is checked against what is there now, and either carried
    out exactly, or refused as stale (exit 4) with nothing done. Applied twice, it does nothing
    the second time. Without a saved plan, the plan is shown and you are asked.

        manifest-sync apply today.plan  what “plan --out today.plan” saved
        manifest-sync apply 16 --to s3  plan, ask and apply at once
    """
    with session(common, connection, everything=everything) as opened:
        file = _plan_file(what, opened.here)
        if file is None:
            if to is None:
                raise UsageProblem(_no_plan(what))
            consent = Consent(yes=yes, dry_run=dry_run)
            return run_directed(
                opened, what, Verb.APPLY, to, choices=choices, consent=consent, locking=locking
            )
        if to is not None or choices != Choices():
            raise UsageProblem(
                f"{shown(str(file))} is a saved plan and says by itself what is to be done; leave "
                "out the options that say what a plan is to be, or make another plan."
            )
        return _apply_saved(opened, file, dry_run=dry_run, locking=locking)


def _no_plan(what: list[str] | None) -> str:
    """Why neither a saved plan nor a style can be applied."""
    said = f"“{shown(what[0])}” is no file with a saved plan. " if what else ""
    return (
        f"{said}Name the file of a saved plan; or say which side is to become what the manifest "
        "says: --to s3 or --to local."
    )


def _plan_file(what: list[str] | None, here: Path) -> Path | None:
    """The saved plan that is meant: the one argument that is a file."""
    files = [here / name for name in what or () if (here / name).is_file()]
    if files and len(what or ()) > 1:
        raise UsageProblem(f"{shown(str(files[0]))} is a saved plan; apply one plan at a time.")
    return files[0] if files else None


def _apply_saved(session: Session, file: Path, *, dry_run: bool, locking: Locking) -> Exit:
    """Check every style of the plan before anything is touched, then carry it out."""
    try:
        text = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{shown(str(file))} cannot be read: {error.strerror}.") from error
    plans = parse_plan(text, shown(str(file)))
    if not plans:
        raise InvalidInput(f"{shown(str(file))} has no style in it.")
    with session.workspace.holding("apply", locking.lock_timeout):
        with session.progress.shown():
            planned = [session.workspace.renew(plan) for plan in plans]
        sync = Sync("apply", plans[0].to, lambda _: planned[0])
        return carry_out(session, planned, (), sync, Consent(yes=True, dry_run=dry_run))
