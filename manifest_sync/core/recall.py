"""Which deletions a person means who wants bytes back: by id, by run, or by path."""

from collections.abc import Iterable, Sequence

from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.history import Deletion, apply_id, deletion_id
from manifest_sync.core.paths import shown

RESTORE = "restore"
"""The command whose own deletions a PATH does not mean: undoing an undo takes the id."""

Number = tuple[int, int | None]
"""An apply, and a change of it; None means all of its deletions."""
Place = tuple[str, str]
"""A style's id, and a path in it."""


def recall(
    rows: Sequence[Deletion], numbers: Iterable[Number], places: Iterable[Place]
) -> list[Deletion]:
    """The deletions that are meant, newest first, each once; `rows` are all there are, in order.

    Raises UsageProblem for what is not there, and where two are meant to come back to one path.
    """
    found = [row for number in numbers for row in _numbered(rows, number)]
    found += [_newest(rows, place) for place in places]
    chosen = {row.id: row for row in found}
    targets: dict[tuple[str, str, str], Deletion] = {}
    for row in chosen.values():
        other = targets.setdefault((row.style, row.side, row.path), row)
        if other is not row:
            raise UsageProblem(
                f"{other.id} and {row.id} were both at “{shown(row.path)}”; restore one of them."
            )
    return [row for row in rows if row.id in chosen]


def deleted_at(rows: Iterable[Deletion], path: str) -> list[Place]:
    """The places of that path inside any style where something was deleted or replaced."""
    return sorted({(row.style, row.path) for row in rows if row.path == path})


def _numbered(rows: Sequence[Deletion], number: Number) -> list[Deletion]:
    apply, change = number
    if change is None:
        found = [row for row in rows if row.apply == apply_id(apply)]
        if not found:
            raise UsageProblem(
                f"No run {apply_id(apply)} deleted or replaced anything; "
                "“manifest-sync history --deletions” lists what was."
            )
        return found
    found = [row for row in rows if row.id == deletion_id(apply, change)]
    if not found:
        raise UsageProblem(
            f"There is no deletion {deletion_id(apply, change)}; "
            "“manifest-sync history --deletions” lists them."
        )
    return found


def _newest(rows: Sequence[Deletion], place: Place) -> Deletion:
    """The last time anything but a restore took the file away, on whichever side."""
    there = [row for row in rows if (row.style, row.path) == place]
    others = [row for row in there if row.command != RESTORE]
    return (others or there)[0]
