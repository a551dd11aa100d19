"""Searching for bytes that neither side holds any more: the trash of both, and old versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import StoreError
from manifest_sync.core.history import Deletion
from manifest_sync.core.planning import Kept
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import AbsentStamp, ObjectStamp
from manifest_sync.engine.bringing_back import digests
from manifest_sync.engine.site import Site
from manifest_sync.stores.base import Earlier, Store

_ONE_BY_ONE = 16
"""So many copies of the history's are looked up one by one; more are found by listing."""


class KeptFinder(msgspec.Struct, frozen=True):
    """Searches for the contents that a style's old manifest names."""

    site: Site
    rows: Sequence[Deletion]
    """All that this workspace has replaced or deleted."""
    endpoint: str

    def find(self, wanted: Mapping[str, Content], to: Side) -> Kept:
        """Where these contents are kept; `wanted` is by the path that is to have them.

        The side that is to change comes first: there, nothing travels. What is found is of the
        right content as far as its marks tell; the bytes are checked when they are taken.
        """
        found: dict[Content, KeptSource] = {}
        trouble = None
        for side in (to, to.other):
            try:
                for content, source in self._places(side, wanted, found):
                    found.setdefault(content, source)
                    if found.keys() >= set(wanted.values()):
                        return Kept(found)
            except StoreError as error:
                trouble = f"{error}"
        return Kept(found, trouble)

    def _places(
        self, side: Side, wanted: Mapping[str, Content], found: Mapping[Content, KeptSource]
    ) -> Iterator[tuple[Content, KeptSource]]:
        """What a side has kept, the cheapest to find first."""
        store = self.site.folder if side is Side.LOCAL else self.site.bucket
        rows = [row for row in self.rows if row.side is side and row.is_kept and self._here(row)]
        needed = {content for content in wanted.values() if content not in found}
        mine = [row for row in rows if row.content in needed]
        if side is Side.LOCAL or len(needed) <= _ONE_BY_ONE:
            yield from _still_there(store, mine, found)
        paths = {path for path, content in wanted.items() if content not in found}
        if paths:
            known = {row.kept_at: row.content for row in rows}
            sizes = {content.size for content in needed}
            for earlier in store.trash.earlier(paths):
                if earlier.stamp.size in sizes:
                    content = known.get(earlier.kept_at) or self._content(store, earlier)
                    if content in needed:
                        yield content, _source(side, earlier)

    def _here(self, row: Deletion) -> bool:
        """Whether a row is of this place; the trash of the folder's side is the workspace's."""
        here = (self.site.manifest.remote, self.endpoint)
        return row.side is Side.LOCAL or (row.remote, row.endpoint) == here

    def _content(self, store: Store, earlier: Earlier) -> Content | None:
        """What an earlier state holds, by what is cheapest: ETag, the line's, HEAD, reading it."""
        stamp, manifest = earlier.stamp, self.site.manifest
        line, etag = manifest.lines.get(earlier.path), manifest.etags.get(earlier.path)
        if isinstance(stamp, ObjectStamp) and stamp.etag == etag:
            return line
        told = store.told_md5(stamp) or store.trash.ask_md5(earlier.kept_at, stamp)
        return Content(stamp.size, told or digests(store, earlier.kept_at, stamp)[0])


def _still_there(
    store: Store, rows: Iterable[Deletion], found: Mapping[Content, KeptSource]
) -> Iterator[tuple[Content, KeptSource]]:
    for row in rows:
        if row.kept_at is None or row.content in found:
            continue
        stamp = store.trash.stat(row.kept_at)
        if not isinstance(stamp, AbsentStamp) and stamp.size == row.content.size:
            yield row.content, KeptSource(row.side, row.path, stamp, row.kept_at)


def _source(side: Side, earlier: Earlier) -> KeptSource:
    return KeptSource(side, earlier.path, earlier.stamp, earlier.kept_at)
