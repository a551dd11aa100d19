"""Exit statuses of the command line, and which one wins when several apply."""

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit status says. The numbers are part of the interface."""

    DONE = 0
    """Done, or nothing to do."""
    ERROR = 1
    """Something is wrong: the message says what and where."""
    CHANGES = 2
    """There are changes (only with --detailed-exitcode and --check)."""
    INCOMPLETE = 3
    """Some changes failed; running the same command again finishes the work, but for what has its
    bytes nowhere."""
    STALE = 4
    """The saved plan no longer fits what is there."""
    REFUSED = 5
    """Refused for safety; the message names the flag that would allow it."""
    CONFLICTS = 6
    """Both sides changed somewhere; a choice is needed."""
    LOCKED = 11
    """Another run holds the workspace."""
    USAGE = 64
    """The command line itself is wrong (EX_USAGE of sysexits.h)."""
    INTERRUPTED = 130
    """Ctrl-C (128 + SIGINT)."""


_PRECEDENCE = (
    Exit.INTERRUPTED,
    Exit.USAGE,
    Exit.ERROR,
    Exit.LOCKED,
    Exit.REFUSED,
    Exit.STALE,
    Exit.CONFLICTS,
    Exit.INCOMPLETE,
    Exit.CHANGES,
    Exit.DONE,
)


def worst(statuses: Iterable[Exit]) -> Exit:
    """The one status that stands for several styles' results."""
    found = set(statuses)
    return next((status for status in _PRECEDENCE if status in found), Exit.DONE)
