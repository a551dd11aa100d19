"""A comparison as text."""

from collections.abc import Iterator, Sequence

from manifest_sync.cli.output import Line, Styled
from manifest_sync.cli.text_plan import problem_line
from manifest_sync.core.amounts import size
from manifest_sync.core.paths import shown
from manifest_sync.workspace.runs import Compared


def compare_lines(compared: Compared, limit: int | None) -> Iterator[Line]:
    """The groups with names, but for the identical ones, which are counted."""
    style, groups = compared.style, compared.comparison
    here, there = compared.folder.entries, compared.bucket.entries
    yield Styled(
        f"{shown(style.id)}: {shown(style.name)} <-> {shown(style.manifest.remote)}", "bold"
    )
    only_here = [
        f"{shown(path)} ({size(here[path].content.size)})" for path in groups.missing_in_s3
    ]
    only_there = [
        f"{shown(path)} ({size(there[path].content.size)})" for path in groups.missing_locally
    ]
    different = [
        f"{shown(path)} (here {size(here[path].content.size)}, on S3 "
        f"{size(there[path].content.size)})"
        for path in groups.different
    ]
    yield from _group("missing in S3", only_here, "green", limit)
    yield from _group("missing locally", only_there, "cyan", limit)
    yield from _group("different", different, "yellow", limit)
    yield f"  identical: {len(groups.identical):,}"
    yield from map(problem_line, compared.problems)


def _group(what: str, lines: Sequence[str], colour: str, limit: int | None) -> Iterator[Line]:
    yield f"  {what}: {len(lines):,}"
    for line in lines[:limit]:
        yield Styled(f"    {line}", colour)
    if limit is not None and len(lines) > limit:
        yield f"    … and {len(lines) - limit:,} more (--all lists them)"
