"""The files that were in step when their style was last worked on: known again, they need no rule.

A file is in step when folder, S3, manifest, published manifest and memory have one content at its
path. Every rule leaves such a file alone, whatever the command and the direction. So who meets
both its copies in the state in which they were remembered need not look at it any further.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

import msgspec

from manifest_sync.core.columns import STAMP, pack
from manifest_sync.core.content import Content
from manifest_sync.core.manifest import Header
from manifest_sync.core.memory import Memory
from manifest_sync.core.stamps import FileStamp, ObjectStamp

MD5_BYTES = 16


class Circumstances(msgspec.Struct, frozen=True):
    """All that bears on a ruling besides the two copies of a file."""

    manifest_md5: str
    """Of the manifest in the folder: its lines, its header."""
    published: str
    """The ETag of the published manifest; "" where nothing is published."""
    serial: int
    """Of the memory."""
    header: Header
    """The team's: merged with the published one."""
    nested: tuple[str, ...]
    """The folders below that are other styles, sorted."""


class InStep(msgspec.Struct, frozen=True):
    """What is remembered, in columns: 80 bytes a file, where objects would be ten times as much."""

    circumstances: Circumstances
    names: str
    """The paths, sorted, a line each: no path holds the end of a line."""
    stamps: bytes
    md5s: bytes
    etags: dict[str, str]
    """Of objects whose ETag is not their MD5."""
    aside: dict[str, Memory]
    """What is remembered of all other paths that have a line, published or not, or a memory."""
    objects: dict[str, ObjectStamp]
    """All other objects that were on S3 in the end, the published manifest among them."""


class Agreed(msgspec.Struct, frozen=True):
    """One file in step, as it was seen on both sides."""

    content: Content
    stamp: FileStamp
    etag: str
    """Of its object."""


NONE_IN_STEP = InStep(Circumstances("", "", 0, Header(), ()), "", b"", b"", {}, {}, {})


def remember(
    before: InStep,
    paths: Sequence[str],
    *,
    gone: Collection[str],
    new: Mapping[str, Agreed],
    circumstances: Circumstances,
    aside: dict[str, Memory],
    objects: dict[str, ObjectStamp],
) -> InStep:
    """What is remembered now: as before, without those that are `gone`, with the `new` ones.

    `paths` are those of `before`, in their order; a path may be gone and new. Costs by what
    changed: all between two changes is taken over at once.
    """
    edits = sorted(
        [
            *((bisect_left(paths, path), 1, path) for path in gone),
            *((bisect_left(paths, path), 0, path) for path in new),
        ]
    )
    names: list[str] = []
    stamps: list[bytes] = []
    md5s: list[bytes] = []
    taken = 0

    def take_over(to: int) -> None:
        names.extend(paths[taken:to])
        stamps.append(before.stamps[taken * STAMP.size : to * STAMP.size])
        md5s.append(before.md5s[taken * MD5_BYTES : to * MD5_BYTES])

    for at, is_gone, path in edits:
        take_over(at)
        taken = at + is_gone
        if not is_gone:
            agreed = new[path]
            names.append(path)
            stamps.append(pack(agreed.stamp))
            md5s.append(bytes.fromhex(agreed.content.md5))
    take_over(len(paths))
    opaque = {path: each.etag for path, each in new.items() if each.etag != each.content.md5}
    kept = {path: etag for path, etag in before.etags.items() if path not in gone}
    return InStep(
        circumstances=circumstances,
        names="\n".join(names),
        stamps=b"".join(stamps),
        md5s=b"".join(md5s),
        etags=kept | opaque,
        aside=aside,
        objects=objects,
    )
