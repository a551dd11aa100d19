"""The console entry point: `manifest-sync`, and `python -m manifest_sync`."""

import gc
import os
import sys
from importlib import import_module

from manifest_sync.cli.version import VERSION_LINE


def main() -> None:
    """Run the command line that this process was given, and end with its status.

    `--version` alone is answered at once: to import what reads a command line takes 40 ms.
    """
    if sys.argv[1:] == ["--version"] and _told_version():
        return
    # Nothing that is imported is garbage, and to look for cycles in it all the time takes a tenth
    # of a short command.
    gc.set_threshold(50_000)
    import_module("manifest_sync.cli.process").run_process()


def _told_version() -> bool:
    """Print the version; False where stdout does not take it, and nothing is left in a buffer."""
    try:
        os.write(1, VERSION_LINE.encode())
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
