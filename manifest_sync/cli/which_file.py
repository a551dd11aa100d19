"""Which style and file a PATH on the command line means."""

import os
from collections.abc import Sequence
from pathlib import Path

from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.paths import shown, why_unsafe
from manifest_sync.workspace.styles import Style


def meant_file(text: str, styles: Sequence[Style], here: Path, said: str) -> tuple[Style, str]:
    """A file below the current folder, or a path inside the one style that has it.

    `said` begins the sentence of the UsageProblem that is raised where it is none, or not one.
    """
    inside = os.path.normpath(text).replace(os.sep, "/")
    below = _below(here / text, styles)
    named = [(style, inside) for style in styles if _has(style, inside)]
    # What no manifest and no folder has may still be on S3: then only the place can tell.
    candidates = [place for place in below if _has(*place)] or named or below
    if not candidates and len(styles) == 1 and why_unsafe(inside) is None:
        candidates = [(styles[0], inside)]
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise UsageProblem(
            f"{said} “{shown(text)}”, which no style here has; give its path from the "
            "current folder, or name the style."
        )
    places = ", ".join(f"{shown(style.name)}/{shown(path)}" for style, path in candidates)
    raise UsageProblem(f"{said} “{shown(text)}”, which may mean any of: {places}.")


def _below(file: Path, styles: Sequence[Style]) -> list[tuple[Style, str]]:
    """The style whose folder the file lies in, the innermost where styles are nested."""
    place = os.path.normpath(file)
    holders = [
        (style, os.path.relpath(place, style.folder.absolute()).replace(os.sep, "/"))
        for style in styles
        if Path(place).is_relative_to(os.path.normpath(style.folder.absolute()))
    ]
    holders.sort(key=lambda holder: len(holder[1]))
    return holders[:1] if holders and holders[0][1] != "." else []


def _has(style: Style, path: str) -> bool:
    if why_unsafe(path) is not None:  # “/etc/passwd” is a file, but none of the style's
        return False
    return path in style.manifest.lines or (style.folder / path).is_file()
