"""What the façade verified, as the document that --json prints."""

from collections.abc import Iterable

from manifest_sync.cli.documents import failures
from manifest_sync.core.verification import by_path
from manifest_sync.engine.verify import SideVerified
from manifest_sync.formats.document_verify import StyleVerified, VerifiedSide, VerifyDocument
from manifest_sync.workspace.runs import Failed, Verified


def verify_document(
    verified: Iterable[Verified], failed: Iterable[Failed], sample: float | None
) -> VerifyDocument:
    """The document of `verify`."""
    rows = tuple(
        StyleVerified(
            style=each.style.id,
            folder=each.style.name,
            remote=each.style.manifest.remote,
            sides=tuple(map(_side, each.sides)),
            seconds=each.cost.seconds,
        )
        for each in verified
    )
    return VerifyDocument("manifest-sync/verify", 1, sample, rows, failures(failed))


def _side(side: SideVerified) -> VerifiedSide:
    return VerifiedSide(
        side=side.side,
        files=side.files,
        read=side.read,
        bytes=side.bytes,
        equal=side.equal,
        unlisted=side.unlisted,
        absent=side.absent,
        findings=tuple(by_path(side.findings)),
        problems=side.problems,
    )
