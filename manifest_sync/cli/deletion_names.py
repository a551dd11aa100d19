"""Which deletions the words of a command line mean: ids, runs, paths."""

import os
from collections.abc import Sequence
from pathlib import Path

from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.history import Deletion, parse_id
from manifest_sync.core.paths import shown
from manifest_sync.core.recall import Number, Place, deleted_at, recall
from manifest_sync.workspace.styles import Style


def meant(
    rows: Sequence[Deletion], words: Sequence[str], runs: Sequence[str], *, here: "Here"
) -> list[Deletion]:
    """The deletions that are named. Raises UsageProblem for a name that is none, or ambiguous."""
    numbers: list[Number] = [_run(text) for text in runs]
    places: list[Place] = []
    for word in words:
        number = parse_id(word)
        if number is not None:
            numbers.append(number)
        else:
            places.append(here.place(word, rows))
    return recall(rows, numbers, places)


class Here:
    """Where paths are relative to: a folder, and the styles of the workspace."""

    def __init__(self, folder: Path, styles: Sequence[Style]) -> None:
        """`styles` are those that a path may be in."""
        self._folder = folder
        self._styles = styles

    def place(self, text: str, rows: Sequence[Deletion]) -> Place:
        """The style and the path in it; a file below the folder comes before any other."""
        known = {(row.style, row.path) for row in rows}
        below = [place for place in self._below(text) if place in known]
        inside = os.path.normpath(text).replace(os.sep, "/")
        found = below[:1] or deleted_at(rows, inside)
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageProblem(
                f"Nothing was deleted or replaced at “{shown(text)}”; "
                "“manifest-sync history --deletions” lists what was."
            )
        styles = ", ".join(shown(style) for style, _ in found)
        raise UsageProblem(
            f"“{shown(text)}” may be in any of the styles {styles}; say which with --style."
        )

    def _below(self, text: str) -> list[Place]:
        """The places in styles that a file of the folder may be, innermost style first."""
        file = Path(os.path.normpath(self._folder / text))
        holders = [
            (style.id, file.relative_to(folder).as_posix())
            for style in self._styles
            if file.is_relative_to(folder := Path(os.path.normpath(style.folder.absolute())))
        ]
        return sorted(holders, key=lambda holder: len(holder[1]))


def _run(text: str) -> Number:
    number = parse_id(text if text.startswith("@") else f"@{text}")
    if number is None or number[1] is not None:
        raise UsageProblem(
            f"--apply is followed by the id of a run, as in “--apply @7”, not “{shown(text)}”; "
            "“manifest-sync history” lists them."
        )
    return number
