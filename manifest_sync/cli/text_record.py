"""What `record` did, as text."""

from collections.abc import Iterator

from manifest_sync.cli.output import Line, Styled
from manifest_sync.cli.text_plan import problem_line
from manifest_sync.core.content import Action
from manifest_sync.core.paths import shown
from manifest_sync.workspace.runs import Recorded

_STYLES = {Action.CREATE: "green", Action.UPDATE: "yellow", Action.DELETE: "red"}


def record_lines(recorded: Recorded, limit: int | None, *, check: bool) -> Iterator[Line]:
    """A heading with the figures, then the lines that changed."""
    style = shown(recorded.style.id)
    if recorded.is_up_to_date:
        yield f"{style}: the manifest is up to date, {recorded.unchanged:,} unchanged"
    else:
        said = "the manifest is out of date" if check else "recorded"
        yield Styled(
            f"{style}: {said}: {len(recorded.added):,} added, {len(recorded.changed):,} changed, "
            f"{len(recorded.removed):,} removed, {recorded.unchanged:,} unchanged",
            "bold",
        )
    for action, paths in (
        (Action.CREATE, recorded.added),
        (Action.UPDATE, recorded.changed),
        (Action.DELETE, recorded.removed),
    ):
        for path in paths if limit is None else paths[:limit]:
            yield Styled(f"  {action.glyph} {shown(path)}", _STYLES[action])
        if limit is not None and len(paths) > limit:
            yield f"  {action.glyph} … and {len(paths) - limit:,} more (--all lists them)"
    yield from map(problem_line, recorded.problems)
