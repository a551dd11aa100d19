"""Observing the folder: what the files that belong to the style contain."""

from collections.abc import Mapping

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Entry, Listing, Problem
from manifest_sync.core.rows import Rows
from manifest_sync.core.scope import Role, Scope
from manifest_sync.core.stamps import FileStamp
from manifest_sync.engine.hashes import Unhashed
from manifest_sync.engine.hashing import hash_all
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store


class FolderFacts(msgspec.Struct, frozen=True):
    """A folder's listing, and the digests behind it."""

    listing: Listing
    digests: Mapping[str, Digest]
    """Of every file in the listing."""
    fresh: tuple[str, ...]
    """The paths whose digest the cache did not have, or not like this."""


def observe_folder(
    store: Store,
    rows: Rows,
    scope: Scope,
    known: Mapping[str, Digest],
    *,
    now_ns: int,
    watch: Watch,
) -> FolderFacts:
    """Make a listing of the store's rows; only files whose stamp the cache lacks are read.

    `now_ns` is the file system's clock before the rows were listed.
    """
    digests: dict[str, Digest] = {}
    unhashed: list[Unhashed] = []
    for path, stamp in ((row.path, row.stamp) for row in rows.found):
        hit = known.get(path)
        if hit is not None and hit.trusted and hit.stamp == stamp:
            digests[path] = hit
        elif isinstance(stamp, FileStamp):
            unhashed.append(Unhashed(path, stamp, hit, scope.role(path) is Role.CAPTION))
    problems = list(rows.problems)
    fresh = []
    for path, result in hash_all(store, unhashed, now_ns, watch):
        if isinstance(result, Problem):
            problems.append(result)
        elif result is not None:
            digests[path] = result
            fresh.append(path)
    entries = {
        path: Entry(Content(found.stamp.size, found.md5), found.stamp)
        for path, found in (sorted(digests.items()) if fresh else digests.items())
    }
    listing = Listing(Side.LOCAL, entries, tuple(sorted(problems)), rows.ignored, rows.notices)
    return FolderFacts(listing, digests, tuple(fresh))
