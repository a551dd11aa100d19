"""What `verify` found, as text."""

from collections.abc import Iterator

from manifest_sync.cli.output import Line, Styled
from manifest_sync.cli.text_plan import problem_line
from manifest_sync.core.amounts import many, size
from manifest_sync.core.content import Content, Side
from manifest_sync.core.paths import shown
from manifest_sync.core.verification import Difference, Finding, Witness, by_path
from manifest_sync.engine.verify import SideVerified
from manifest_sync.workspace.runs import Verified

_WHERE = {Side.LOCAL: "folder", Side.S3: "S3"}
_SAYS = {
    Witness.CACHE: "hashed in this very state",
    Witness.ETAG: "S3's ETag",
    Witness.REMEMBERED: "remembered for this ETag",
    Witness.METADATA: "S3's metadata",
    Witness.MANIFEST: "manifest",
}
_COLOURS = {
    Difference.CORRUPTED: "red",
    Difference.DIFFERS: "yellow",
    Difference.MISSING: "magenta",
}
_ABOUT = {
    Difference.CORRUPTED: (
        "corrupted: the bytes changed although size, times and ETag say that they did not. Suspect "
        "the disk; take them from the other side, or from what is kept."
    ),
    Difference.DIFFERS: (
        "differs: changed since the manifest was written. “manifest-sync status” says what to run."
    ),
    Difference.MISSING: (
        "missing: the manifest lists it and it was there. “manifest-sync status” says what to run."
    ),
}


def verified_lines(verified: Verified, limit: int | None) -> Iterator[Line]:
    """Each side in a line of figures, then what is not as it should be."""
    style = verified.style
    yield Styled(
        f"{shown(style.id)}: {shown(style.name)} <-> {shown(style.manifest.remote)}", "bold"
    )
    for side in verified.sides:
        yield Styled(f"  {_figures(side)}", "" if side.findings else "green")
    findings = [*by_path(finding for side in verified.sides for finding in side.findings)]
    for finding in findings[:limit]:
        yield Styled(f"  ! {_finding(finding)}", _COLOURS[finding.difference])
    if limit is not None and len(findings) > limit:
        yield f"  … and {len(findings) - limit:,} more differences (--all lists them)"
    for side in verified.sides:
        yield from map(problem_line, side.problems)
    found = {finding.difference for finding in findings}
    yield from (f"  {_ABOUT[difference]}" for difference in Difference if difference in found)


def _figures(side: SideVerified) -> str:
    """`S3: 8 of 80 files read (1.2 MB), 7 equal, 1 different`."""
    parts = [
        f"{side.read:,} of {many(side.files, 'file')} read ({size(side.bytes)})",
        f"{side.equal:,} equal",
    ]
    if side.findings:
        parts.append(f"{len(side.findings):,} not as said")
    if side.unlisted:
        parts.append(f"{side.unlisted:,} that nobody knew before")
    if side.absent:
        parts.append(f"{side.absent:,} of the manifest never here")
    return f"{_WHERE[side.side]}: {', '.join(parts)}"


def _finding(finding: Finding) -> str:
    """`corrupted in the folder: a.jpg (57 B, md5 …; manifest: 57 B, md5 …)`."""
    told = [f"{_SAYS[witness]}: {_content(content)}" for witness, content in finding.told.items()]
    held = [] if finding.found is None else [f"holds {_content(finding.found)}"]
    where = "on S3" if finding.side is Side.S3 else "in the folder"
    what = f"{finding.difference} {where}: {shown(finding.path)}"
    return f"{what} ({'; '.join([*held, *told])})"


def _content(content: Content) -> str:
    return f"{size(content.size)}, md5 {content.md5}"
