"""What restoring does, as text."""

from collections.abc import Iterator, Sequence

from manifest_sync.cli.output import Line, Styled
from manifest_sync.cli.text_history import wall_clock
from manifest_sync.cli.text_plan import names
from manifest_sync.core.amounts import many, size
from manifest_sync.core.content import Side
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.paths import shown
from manifest_sync.core.restore import Fate
from manifest_sync.engine.restore import Undoing
from manifest_sync.workspace.restoring import PlannedRestore
from manifest_sync.workspace.runs import Applied

_TO = {Side.S3: "on S3", Side.LOCAL: "in the folder"}


def restore_lines(restore: PlannedRestore) -> Iterator[Line]:
    """What comes back in one style and what does not, and a summary."""
    yield Styled(f"{shown(restore.style.id)}: from the trash", "bold")
    for undoing in restore.undoings:
        yield _line(undoing)
    counts = {fate: len(restore.having(fate)) for fate in Fate}
    parts = [
        f"{counts[Fate.RESTORE]:,} to restore",
        f"{counts[Fate.ALREADY]:,} there already",
        many(counts[Fate.CONFLICT], "conflict"),
        many(counts[Fate.PROBLEM], "problem"),
    ]
    shown_parts = [parts[0], *(part for part in parts[1:] if not part.startswith("0 "))]
    yield f"  {', '.join(shown_parts)}"
    if back := restore.readmission.paths:
        yield (
            f"  The manifest's `ignore` no longer names {names(back)}; “manifest-sync remove” had "
            "put that in."
        )
    for path, pattern in restore.readmission.ignored:
        yield (
            f"  {shown(path)} will be on S3 and yet no part of the style: the manifest's `ignore` "
            f"names it ({shown(pattern)})."
        )
    if counts[Fate.CONFLICT]:
        yield (
            "  Nothing is done about a conflict: something newer is there. With --overwrite that "
            "is replaced, and kept in its turn."
        )


def done_lines(applied: Sequence[Applied]) -> Iterator[Line]:
    """One line for each file that came back, and how to take it back."""
    for each in applied:
        for outcome in each.outcomes:
            if outcome.status is Status.DONE:
                side = outcome.change.side
                yield f"Restored {_TO[side]}: {shown(outcome.change.path)}"
    behind = [each for each in applied if each.plan.to is Side.S3 and _missing(each)]
    for each in behind:
        yield (
            f"The folder lacks {len(_missing(each)):,} of these; "
            f"“manifest-sync pull {shown(each.style.id)}” fetches what is missing."
        )


def _missing(applied: Applied) -> list[Outcome]:
    """What came back on S3 that the folder does not have."""
    folder = applied.style.folder
    return [
        outcome
        for outcome in applied.outcomes
        if outcome.status is Status.DONE and not (folder / outcome.change.path).exists()
    ]


def _line(undoing: Undoing) -> Line:
    deletion = undoing.deletion
    what = "replaced" if deletion.replaced else "deleted"
    told = (
        f"{shown(deletion.path)} {_TO[deletion.side]}, {what} {wall_clock(deletion.when)} "
        f"({deletion.id})"
    )
    match undoing.fate:
        case Fate.RESTORE:
            before = undoing.now
            both = [content for content in (before, deletion.content) if content is not None]
            amounts = " -> ".join(size(content.size) for content in both)
            glyph, colour = ("~", "yellow") if before else ("+", "green")
            return Styled(f"  {glyph} {told}: {amounts}", colour)
        case Fate.ALREADY:
            return f"  = {told}: is there already"
        case Fate.CONFLICT:
            there = size(undoing.now.size) if undoing.now is not None else "nothing"
            return Styled(f"  ! {told}: something newer is there ({there})", "magenta")
        case Fate.PROBLEM:
            return Styled(f"  ! {told}: {shown(undoing.message or '')}", "red")
