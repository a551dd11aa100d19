"""Asking before anything is done. No answer means No."""

import select
import sys

from manifest_sync.cli.interrupt import noticed
from manifest_sync.cli.screen import Screen
from manifest_sync.core.errors import ManifestSyncError, Refused

_LATEST = 0.1
"""Seconds until Ctrl-C is noticed, at the latest."""


class Declined(ManifestSyncError):
    """The person at the terminal said No."""

    code = "declined"


def agree(screen: Screen, question: str, *, yes: bool) -> None:
    """Return where the person agrees. Raises Declined, or Refused where nobody can be asked."""
    if yes:
        return
    if not can_ask():
        raise Refused(
            "There is something to do, and no terminal to ask on. Nothing was changed; add --yes "
            "to go ahead without a question, or --dry-run to see the plan only."
        )
    if not ask(screen, question):
        raise Declined("Nothing was changed.")


def ask(screen: Screen, question: str) -> bool:
    """Ask a question whose default answer is No; the end of the input is No."""
    with noticed() as is_interrupted:
        screen.err.print(f"{question} [y/N] ", end="")
        while not is_interrupted() and not select.select([sys.stdin], [], [], _LATEST)[0]:
            pass
        if is_interrupted():
            screen.err.print("")
            raise KeyboardInterrupt
        answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        screen.err.print("")
    return answer.strip().lower() in ("y", "yes")


def can_ask() -> bool:
    """Whether a person can answer: stdin is a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()
