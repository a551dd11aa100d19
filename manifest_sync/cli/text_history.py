"""History as text, newest first."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from manifest_sync.cli.output import Line, Styled
from manifest_sync.core.amounts import many, size
from manifest_sync.core.content import Side
from manifest_sync.core.history import Apply, Deletion, Prune
from manifest_sync.core.paths import shown

_CUT_OFF = "interrupted before its end"
_WHERE = {Side.S3: "on S3", Side.LOCAL: "in the folder"}


def run_lines(
    applies: Sequence[Apply], prunes: Sequence[Prune], limit: int | None
) -> Iterator[Line]:
    """One line for each run, and for each time that the trash was emptied of what was old."""
    if not applies:
        yield "Nothing was done yet in this workspace."
    lines = [(each.when, _apply_line(each)) for each in applies]
    lines += [(each.when, _prune_line(each)) for each in prunes]
    # Stable: of the runs of one millisecond the later one stays first.
    lines.sort(key=lambda line: line[0], reverse=True)
    for _, line in lines if limit is None else lines[:limit]:
        yield line
    yield from _rest(len(lines), limit, "runs")


def _apply_line(apply: Apply) -> Line:
    figures = apply.statistics
    did = (
        _CUT_OFF
        if figures is None
        else f"{figures.created:,} created, {figures.updated:,} updated, "
        f"{figures.deleted:,} deleted" + (f", {figures.failed:,} failed" * bool(figures.failed))
    )
    return (
        f"{apply.id:>5}  {wall_clock(apply.when)}  {apply.command} {shown(apply.style)} "
        f"{_WHERE[apply.to]}: {did}  ({shown(apply.user)} on {shown(apply.host)})"
    )


def _prune_line(prune: Prune) -> Line:
    did = f"{many(prune.files, 'kept file')} removed for good, {size(prune.size)}"
    if not prune.complete:
        did = f"{_CUT_OFF}; {did} at least"
    who = f"({shown(prune.who.user)} on {shown(prune.who.host)})"
    return f"{'':>5}  {wall_clock(prune.when)}  trash prune: {did}  {who}"


def deletion_lines(deletions: Sequence[Deletion], limit: int | None) -> Iterator[Line]:
    """One line for each file or object, with where its bytes are now."""
    if not deletions:
        yield "Nothing was deleted or replaced yet in this workspace."
    for deletion in deletions if limit is None else deletions[:limit]:
        what = "replaced" if deletion.replaced else "deleted"
        text = (
            f"{deletion.id:>7}  {wall_clock(deletion.when)}  {what} {_WHERE[deletion.side]}: "
            f"{shown(deletion.path)} ({size(deletion.content.size)}) of {shown(deletion.style)}, "
            f"{_kept(deletion)}  ({shown(deletion.who.user)} on {shown(deletion.who.host)})"
        )
        yield text if deletion.replaced else Styled(text, "red")
    yield from _rest(len(deletions), limit, "lines")


def _kept(deletion: Deletion) -> str:
    if deletion.kept_at is None:
        return "not kept"
    if deletion.pruned is not None:
        return f"removed from the trash {wall_clock(deletion.pruned)}"
    back = f", restored {wall_clock(deletion.restored)}" if deletion.restored else ""
    return f"kept at {shown(deletion.kept_at)}{back}"


def _rest(count: int, limit: int | None, what: str) -> Iterator[Line]:
    if limit is not None and count > limit:
        yield f"… and {count - limit:,} older {what} (--all lists them)"


def wall_clock(when: str) -> str:
    """RFC 3339 in UTC → the wall clock of whoever reads it."""
    return datetime.fromisoformat(when).astimezone().strftime("%Y-%m-%d %H:%M:%S")
