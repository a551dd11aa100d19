"""What `doctor` found, as text: one line for each finding."""

from collections.abc import Iterable, Iterator

import msgspec

from manifest_sync.cli.output import Line, Styled
from manifest_sync.core.diagnosis import Finding, Level
from manifest_sync.core.paths import shown
from manifest_sync.formats.document_doctor import BucketExamined

_MARKS = {Level.OK: ("ok", "green"), Level.WARNING: ("!", "yellow"), Level.ERROR: ("ERROR", "red")}


def finding_lines(findings: Iterable[Finding]) -> Iterator[Line]:
    """What was found, one line each."""
    for finding in findings:
        mark, colour = _MARKS[finding.level]
        yield Styled(f"  {mark:<5}  {shown(finding.message)}", colour * (mark != "ok"))


def doctor_lines(examined: BucketExamined) -> Iterator[Line]:
    """One bucket, most basic first."""
    yield Styled(shown(f"s3://{examined.bucket}/"), "bold")
    yield from finding_lines(examined.findings)
    if examined.policy is not None:
        yield "  The smallest policy that suffices, in AWS's language:"
        text = msgspec.json.format(msgspec.json.encode(examined.policy), indent=2).decode()
        yield from (f"    {line}" for line in text.splitlines())
    yield (
        "  It can be used." if examined.usable else Styled("  It cannot be used like this.", "red")
    )
