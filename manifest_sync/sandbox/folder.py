"""Which folders the sandbox may write into: new ones, empty ones, and its own."""

from pathlib import Path

from manifest_sync.core.errors import Refused

SANDBOX_MARK = ".manifest-sync-sandbox"
"""A file of this name says that the folder around it was made by the sandbox."""
TOUR_MARK = ".manifest-sync-tour"
"""The same for the tour, which clears its folder when it runs again."""

_WORKSPACE_FILE = "manifest-sync.toml"


def claim(folder: Path, mark: str) -> bool:
    """Put our mark into the folder, creating it where needed; whether it is new to us.

    Anything that could be somebody's work is refused, before anything is written.
    """
    folder = folder.absolute()
    if (folder / mark).is_file():
        return False
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(
            f"{folder} holds something that this command did not make, so nothing was written; "
            "name a new or an empty folder."
        )
    around = next((up for up in folder.parents if (up / _WORKSPACE_FILE).is_file()), None)
    if around is not None:
        raise Refused(
            f"{folder} lies inside your workspace {around}, and would become a part of it; "
            "name a folder outside."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / mark).write_text(
        "This folder was made by `manifest-sync sandbox`. With `--tour` it is made anew each\n"
        "time; delete this file to keep what is in it.\n",
        encoding="utf-8",
    )
    return True
