"""What `compare` found, as the document that --json prints and the API answers with."""

from collections.abc import Collection

import msgspec

from manifest_sync.core.compare import compare
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.formats.documents import (
    CompareDocument,
    DifferentFile,
    LocalFile,
    RemoteFile,
    SameFile,
)
from manifest_sync.workspace.runs import Compared


def compare_document(compared: Compared) -> CompareDocument:
    """The document of a comparison."""
    style, groups = compared.style, compared.comparison
    here, there = compared.folder.entries, compared.bucket.entries
    inside = "" if style.name == "." else f"{style.name}/"
    different = []
    for path in groups.different:
        stamp = there[path].stamp
        etag = stamp.etag if isinstance(stamp, ObjectStamp) else there[path].content.md5
        different.append(DifferentFile(path, "content_mismatch", here[path].content.md5, etag))
    return CompareDocument(
        format="manifest-sync/compare",
        version=1,
        style=style.id,
        missing_in_s3=tuple(
            LocalFile(path, inside + path, here[path].content.size) for path in groups.missing_in_s3
        ),
        missing_locally=tuple(
            RemoteFile(path, style.remote.key(path), there[path].content.size)
            for path in groups.missing_locally
        ),
        different=tuple(different),
        identical=tuple(SameFile(path, here[path].content.size) for path in groups.identical),
        problems=compared.problems,
    )


def restricted(compared: Compared, names: Collection[str]) -> Compared:
    """The comparison as if the folder held no other files than those of these names."""
    entries = {path: entry for path, entry in compared.folder.entries.items() if path in names}
    folder = msgspec.structs.replace(compared.folder, entries=entries)
    return msgspec.structs.replace(
        compared, folder=folder, comparison=compare(folder, compared.bucket)
    )
