"""`manifest-sync sandbox`."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.screen import Screen
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.exits import Exit
from manifest_sync.formats.documents import SandboxDocument
from manifest_sync.sandbox.sandbox import Sandbox, open_sandbox
from manifest_sync.sandbox.tour import DEFAULT_FOLDER, run_tour

_DEFAULT = Path("manifest-sync-sandbox")


@command
def sandbox(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help=f"A new or empty folder, or that of an earlier time; {_DEFAULT} by default.",
            show_default=False,
        ),
    ] = None,
    tour: Annotated[
        bool, typer.Option("--tour", help="Play a tour of the commands instead, and end.")
    ] = False,
    *,
    port: Annotated[
        int,
        typer.Option(
            "--port",
            metavar="N",
            min=0,
            max=65535,
            help="The port of the S3 server; 0 takes any free one.",
        ),
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")
    ] = False,
) -> Exit:
    """Try everything without an account: an S3 server on this machine, and sample styles.

    It runs until you press Ctrl-C; what is on its S3 is gone then, the folder stays.

        manifest-sync sandbox              then follow what it prints, in another terminal
        manifest-sync sandbox demo --tour  watch the commands at work, for half a minute
    """
    screen = Screen(as_json=as_json, quiet=False)
    if tour:
        if as_json:
            raise UsageProblem("A tour is for reading; it has no --json.")
        return Exit(run_tour(folder or DEFAULT_FOLDER, screen.show))
    with open_sandbox(folder or _DEFAULT, port=port) as box:
        _tell(screen, box)
        screen.document(
            SandboxDocument("manifest-sync/sandbox", 1, str(box.folder), box.environment())
        )
        _wait_for_ctrl_c()
    return Exit.DONE


def _tell(screen: Screen, box: Sandbox) -> None:
    screen.tell(
        f"An S3 server of your own listens on {box.endpoint_url}; Ctrl-C ends it.",
        "",
        "In another terminal:",
        f"  cd {box.folder.absolute()}",
        *(f"  export {name}={value}" for name, value in box.environment().items()),
        *(f"  {line}" for line in box.first_commands()),
    )


def _wait_for_ctrl_c() -> None:
    """Until the person has seen enough: that is how this command is meant to end."""
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return
