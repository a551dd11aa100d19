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
) -> dict[str, Content]:
    """The lines after `record`, sorted by path.

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

    result: dict[str, Content] = {}
    for path in sorted([*folder.entries, *(path for path in lines if path not in folder.entries)]):
        held, line = folder.content(path), lines.get(path)
        said = line if held == line else say(path, held, line)
        if said is not None:
            result[path] = said
    return result
