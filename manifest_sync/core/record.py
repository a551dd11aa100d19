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
    result: dict[str, Content] = {}
    for path in sorted(folder.entries.keys() | lines.keys()):
        line = lines.get(path)
        if shadow.over(path) or not selection.picks(scope, path):
            said = line
        elif path not in folder.entries and not scope.holds(path):
            said = None
        else:
            held = folder.content(path)
            said = line if held == memory.get(path, BLANK).recorded else held
        if said is not None:
            result[path] = said
    return result
