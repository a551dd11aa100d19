"""What `--version` says. Needs nothing else of the package to be said."""

from manifest_sync import __version__

PROGRAM = "manifest-sync"
VERSION_LINE = f"{PROGRAM} {__version__}\n"
