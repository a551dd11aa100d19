"""The console entry point: `manifest-sync`, and `python -m manifest_sync`."""

import gc
import os
import sys
from typing import NoReturn

from manifest_sync.cli.app import run
from manifest_sync.core.exits import Exit


def main() -> NoReturn:
    """Run the command line that this process was given, and end with its status."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is shown escaped instead of ending the run.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # no TextIO has it
    status = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    if status is Exit.INTERRUPTED:
        # Python would first wait for every thread, and so for requests nobody waits for any more.
        os._exit(status)
    # Python would look through everything for cycles before it ends, for 0.1 to 0.2 s.
    gc.freeze()
    sys.exit(status)


if __name__ == "__main__":
    main()
