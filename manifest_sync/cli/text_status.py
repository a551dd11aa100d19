"""How a style stands, as text."""

from collections.abc import Iterator, Sequence

from manifest_sync.cli.advice import advice
from manifest_sync.cli.output import Line, Styled
from manifest_sync.cli.text_plan import problem_line
from manifest_sync.core.amounts import many
from manifest_sync.core.paths import shown
from manifest_sync.core.status import Standing
from manifest_sync.workspace.runs import Stands

_TROUBLES = {
    "empty": "is empty",
    "blank": "holds only white space",
    "not_utf8": "is not UTF-8 text",
}


def status_lines(stands: Stands, limit: int | None) -> Iterator[Line]:
    """Counts, then names where something is to be done, then what to run."""
    style, standing = stands.style, stands.standing
    yield Styled(
        f"{shown(style.id)}: {shown(style.name)} <-> {shown(style.manifest.remote)}", "bold"
    )
    yield f"  {_pairing(standing)}"
    for paths, what, colour in _groups(standing):
        yield from _group(paths, what, colour, limit)
    for path, trouble in list(standing.caption_troubles.items())[:limit]:
        yield Styled(f"  warning: {shown(path)} {_TROUBLES.get(trouble, trouble)}", "yellow")
    yield from _cut(len(standing.caption_troubles), limit)
    for group in standing.twins:
        alike = " and ".join(shown(path) for path in group)
        yield Styled(
            f"  warning: {alike} differ only in case or Unicode form; some file systems cannot "
            "hold both",
            "yellow",
        )
    yield from map(problem_line, standing.problems)
    for notice in standing.notices:
        yield f"  note: {shown(notice.path)}: {shown(notice.message)}"
    if standing.in_step:
        yield Styled("  Folder, manifest and S3 are in step.", "green")
    for command in advice(standing):
        yield f"  next: {shown(command)}"


def _pairing(standing: Standing) -> str:
    """`120 images, 118 captions`, and what does not pair."""
    parts = [many(len(standing.images), "image"), many(len(standing.captions), "caption")]
    if standing.uncaptioned:
        parts.append(f"{len(standing.uncaptioned):,} without a caption")
    if standing.orphan_captions:
        parts.append(many(len(standing.orphan_captions), "caption") + " without an image")
    if standing.ignored:
        parts.append(f"{len(standing.ignored):,} ignored")
    return ", ".join(parts)


def _groups(standing: Standing) -> Iterator[tuple[Sequence[str], str, str]]:
    deleted_here, deleted_there = set(standing.deleted_here), set(standing.deleted_there)
    yield [p for p in standing.ahead if p not in deleted_here], "to push", "green"
    yield standing.deleted_here, "deleted here, still on S3", "red"
    yield [p for p in standing.behind if p not in deleted_there], "to pull", "cyan"
    yield standing.deleted_there, "deleted on S3, still here", "red"
    yield standing.different, "different, and never known to be equal", "yellow"
    yield standing.conflicts, "changed on both sides (conflicts)", "magenta"
    yield standing.unrecorded, "not in the manifest as the folder has it", "yellow"
    yield standing.not_downloaded, "in the manifest, but not downloaded here", "cyan"
    yield standing.uncaptioned, "images without a caption", "yellow"
    yield standing.orphan_captions, "captions without an image", "yellow"


def _group(paths: Sequence[str], what: str, colour: str, limit: int | None) -> Iterator[Line]:
    if not paths:
        return
    yield f"  {what}: {len(paths):,}"
    for path in paths[:limit]:
        yield Styled(f"    {shown(path)}", colour)
    yield from _cut(len(paths), limit)


def _cut(count: int, limit: int | None) -> Iterator[Line]:
    if limit is not None and count > limit:
        yield f"    … and {count - limit:,} more (--all lists them)"
