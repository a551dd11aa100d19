"""The process that a command line runs in: its streams, and how it ends."""

import errno
import gc
import os
import sys
from pathlib import Path
from typing import NoReturn

from manifest_sync.cli.app import run
from manifest_sync.core.exits import Exit


def run_process() -> NoReturn:
    """Run the command line that this process was given, and end with its status."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is shown escaped instead of ending the run.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # no TextIO has it
    status = _heard(run(sys.argv[1:]))
    sys.stderr.flush()
    if status is Exit.INTERRUPTED:
        # Python would first wait for every thread, and so for requests nobody waits for any more.
        os._exit(status)
    # Python would look through everything for cycles before it ends, for 0.1 to 0.2 s.
    gc.freeze()
    sys.exit(status)


def _open_streams() -> None:
    """Give a process that was begun without a stream (`>&-`) one that swallows everything.

    Else the next file that is opened, a database, would have its descriptor.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # The lowest descriptor is the next: those before it are open by now.
            mode = "w" if number else "r"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open


def _heard(status: Exit) -> Exit:
    """The status of a command; an error where stdout does not take what is left to be printed."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # Python flushes once more at its end, and would tell of it by a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if status is Exit.DONE and error.errno != errno.EPIPE:
            sys.stderr.write(f"Error: {error.strerror}.\n")
        return status or Exit.ERROR
    return status
