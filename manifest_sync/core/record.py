"""record: what the folder says the manifest's lines should be (§5)."""

from collections.abc import Mapping

from manifest_sync.core.content import Content
from manifest_sync.core.listing import Listing, Shadow
from manifest_sync.core.memory import BLANK, Memories
from manifest_sync.core.scope import Scope
from manifest_sync.core.selection import EVERYTHING, Selection

Lines = Mapping[str, Content]


def record(
    scope: Scope,
    folder: Listing,
    lines: Lines,
    memory: Memories,
    selection: Selection = EVERYTHING,
) -> Lines:
    """The lines after `record`, sorted by path; the same object where nothing changes.

    Where the folder is not what was last recorded, it changed here and its say becomes the
    line; where it is, the line stays, whoever moved it. A path with a problem or outside the
    selection keeps its line, one out of scope loses it.
    """
    shadow = Shadow(folder.problems)

    def say(path: str, held: Content | None, line: Content | None) -> Content | None:
        if not selection.picks(scope, path):
            return line
        if held is None and not scope.holds(path):
            return None
        if shadow.over(path) or held == memory.get(path, BLANK).recorded:
            return line
        return held

    # What rests has the line it had; of the others, those without a file are remembered.
    others = lines if folder.resting is None else memory
    moved: dict[str, Content | None] = {}
    for path in [*folder.moving, *(path for path in others if path not in folder.entries)]:
        held, line = folder.content(path), lines.get(path)
        if held != line and (said := say(path, held, line)) != line:
            moved[path] = said
    return with_lines(lines, moved)


def with_lines(lines: Lines, moved: Mapping[str, Content | None]) -> Lines:
    """Lines with some of them changed, None for one that goes; sorted by path.

    The same object where nothing is.
    """
    if not moved:
        return lines
    result = dict(lines.items())  # what is deferred would be asked for each path
    for path, line in moved.items():
        if line is None:
            result.pop(path, None)
        else:
            result[path] = line
    # What was there keeps its place: only new paths are out of order.
    return result if result.keys() <= lines.keys() else dict(sorted(result.items()))
