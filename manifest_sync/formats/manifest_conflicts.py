"""A merged manifest as text: canonical, and with git's markers around what is left to choose."""

from collections.abc import Sequence

from manifest_sync.core.manifest_merge import Choice, Line, Merge
from manifest_sync.formats.manifest_json import render_head, render_line, render_table

_Block = tuple[list[str], list[str]]
"""Some lines as ours and as theirs has them; alike where nothing is to be chosen."""


def render_merge(merge: Merge, size: int = 7) -> bytes:
    """The manifest; `size` is how many characters a conflict marker has.

    Whichever side is kept of each conflict, the text is a manifest again.
    """
    heads = zip(render_head(merge.ours), render_head(merge.theirs), strict=True)
    blocks: list[_Block] = [([ours], [theirs]) for ours, theirs in heads]
    sides = [_sides(path, line) for path, line in merge.lines.items()]
    ours, theirs = ([line for side in sides for line in side[number]] for number in (0, 1))
    if ours and theirs:
        table = ['  "files": {', *_shown(_with_commas(sides), size), "  }"]
    else:
        table = _shown([(render_table(ours), render_table(theirs))], size)
    return "\n".join(["{", *_shown(blocks, size), *table, "}\n"]).encode()


def _sides(path: str, line: Line | Choice) -> _Block:
    choice = line if isinstance(line, Choice) else Choice(line, line)
    ours, theirs = (
        [] if side is None else [render_line(path, side.content, side.etag)]
        for side in (choice.ours, choice.theirs)
    )
    return ours, theirs


def _with_commas(sides: Sequence[_Block]) -> list[_Block]:
    """The blocks of the table, a comma after each line but the last.

    Where the choice may be no line at the end, the line before it is the last or is not: both
    versions then show it too.
    """
    last = len(sides)
    while last > 0 and sides[last - 1][0] != sides[last - 1][1]:
        last -= 1
    may_vanish = any(not (ours and theirs) for ours, theirs in sides[last:])
    cut = max(last - 1, 0) if may_vanish else len(sides) - 1
    blocks = [
        ([f"{line}," for line in ours], [f"{line}," for line in theirs])
        for ours, theirs in sides[:cut]
    ]
    ours, theirs = ([line for side in sides[cut:] for line in side[number]] for number in (0, 1))
    return [*blocks, (_joined(ours), _joined(theirs))]


def _joined(lines: Sequence[str]) -> list[str]:
    return [*(f"{line}," for line in lines[:-1]), *lines[-1:]]


def _shown(blocks: Sequence[_Block], size: int) -> list[str]:
    shown: list[str] = []
    for ours, theirs in blocks:
        if ours == theirs:
            shown += ours
        else:
            shown += [f"{'<' * size} ours", *ours, "=" * size, *theirs, f"{'>' * size} theirs"]
    return shown
