"""Listing a prefix: quickly where every key can be expressed, exactly where not.

obstore lists a folder marker (a key that ends in a slash, as the console makes them) without its
slash, so it looks like a file. The entries that may be markers are few, and are asked about.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec
from obstore.exceptions import BaseError, InvalidPathError

from manifest_sync.core.columns import ObjectColumns
from manifest_sync.core.content import Side
from manifest_sync.core.familiar import NOBODY, Familiar
from manifest_sync.core.listing import Found, Problem, self_and_parents
from manifest_sync.core.manifest import DEFAULT_CAPTIONS
from manifest_sync.core.paths import first_unsafe, why_unsafe_key
from manifest_sync.stores.base import OnRequest, Request
from manifest_sync.stores.s3_ahead import begin
from manifest_sync.stores.s3_bulk import expresses
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_headers import bare
from manifest_sync.stores.s3_ranges import PAGE, Disordered, KeyRange, Page, pages_of, ranges

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef
    from obstore.store import S3Store as BulkStore


class S3Lister(msgspec.Struct, frozen=True):
    """Lists what is below one prefix of a bucket."""

    connection: S3Connection
    prefix: str
    on_request: OnRequest

    def everything(self, familiar: Familiar = NOBODY) -> list[Found | Problem]:
        """Everything below the prefix but what is `familiar`, by path, sorted.

        Complete, or StoreError is raised.
        """
        with self.connection.doing(f"list s3://{self.connection.bucket}/{self.prefix}"):
            rows = self._by_obstore(familiar)
            if rows is None:
                rows = self._by_boto3(familiar)
        # S3 answers in this order; not every server does, and markers were in between.
        rows.sort(key=lambda row: row.path)
        return _with_problems(self.prefix, rows)

    def _by_obstore(self, familiar: Familiar) -> list[Found] | None:
        """None where obstore cannot tell it all."""
        bulk = self.connection.bulk
        if bulk is None or not expresses(self.prefix) or self._has_keys_at_slash():
            return None
        try:
            rows = self._all_pages(bulk, familiar)
        except InvalidPathError:
            return None
        suspects = _maybe_markers(rows, familiar)
        if suspects is None or len(suspects) > max(4, len(rows) // PAGE):
            return None
        markers = {path for path in suspects if not self._is_key(path)}
        return [row for row in rows if row.path not in markers] if markers else rows

    def _all_pages(self, bulk: "BulkStore", familiar: Familiar) -> list[Found]:
        """The rows of all pages; where they take long, many at a time."""
        familiar.begin()
        begun = self.connection.ahead.take(self.prefix, self._count)
        if begun is None:
            begun = begin(pages_of(bulk, self.prefix, self._count))
        rows = self._rows([begun.page], familiar)
        if begun.is_slow:
            # So may be a first page that has waited for a connection, and no other.
            begun = begin(begun.pages)
            rows += self._rows([begun.page], familiar)
        if not begun.is_slow:
            return rows + self._rows(begun.pages, familiar)
        known = [self.prefix + path for path in familiar.paths]
        spans = ranges(known, begun.page.keys[-1])
        if len(spans) == 1:
            return rows + self._rows(begun.pages, familiar)
        try:
            return rows + self._in_ranges(bulk, spans, familiar)
        except (Disordered, BaseError):
            # Not every server can begin where it is told to (directory buckets cannot).
            familiar.begin()
            return self._rows(pages_of(bulk, self.prefix, self._count), familiar)

    def _in_ranges(
        self, bulk: "BulkStore", spans: Sequence[KeyRange], familiar: Familiar
    ) -> list[Found]:
        def read(span: KeyRange) -> list[Found]:
            return self._rows(pages_of(bulk, self.prefix, self._count, span), familiar)

        with ThreadPoolExecutor(len(spans), thread_name_prefix="manifest-sync-list") as threads:
            return [row for rows in threads.map(read, spans) for row in rows]

    def _rows(self, pages: Iterable[Page], familiar: Familiar) -> list[Found]:
        rows: list[Found] = []
        for columns in map(self._shown, pages):
            if not familiar.knows_all(columns):
                rows += familiar.unknown(columns.rows())
        return rows

    def _shown(self, page: Page) -> ObjectColumns:
        """What of a page is the style's."""
        start, hides = len(self.prefix), self._hidden()
        shown = [
            key.startswith(self.prefix) and not (hides and key.startswith(hides))
            for key in page.keys
        ]
        if not all(shown):
            page = page.only(shown)
        etags = [bare(etag) for etag in page.etags]
        return ObjectColumns([key[start:] for key in page.keys], page.sizes, etags)

    def _count(self) -> None:
        self.on_request(Request.LIST, 1)

    def _by_boto3(self, familiar: Familiar) -> list[Found]:
        familiar.begin()
        pages = self.connection.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.connection.bucket, Prefix=self.prefix
        )
        return self._rows(map(self._told, pages), familiar)

    def _told(self, answer: "ListObjectsV2OutputTypeDef") -> Page:
        """A page of boto3's, without folder markers."""
        self._count()
        entries = [each for each in answer.get("Contents", ()) if not each["Key"].endswith("/")]
        return Page(
            [each["Key"] for each in entries],
            [each["Size"] for each in entries],
            [each["ETag"] for each in entries],
        )

    def _hidden(self) -> str:
        """The trash, where it is below this prefix; "" where it is not."""
        trash = self.connection.settings.trash_prefix
        return trash if trash.startswith(self.prefix) and trash != self.prefix else ""

    def _has_keys_at_slash(self) -> bool:
        """Whether a style at the bucket's root has keys like `/a`, which obstore lists as `a`."""
        return not self.prefix and self._first_key("/") is not None

    def _is_key(self, path: str) -> bool:
        """Whether a path is a key itself: the first one that begins with it."""
        return self._first_key(self.prefix + path) == self.prefix + path

    def _first_key(self, prefix: str) -> str | None:
        self.on_request(Request.LIST, 1)
        found = self.connection.client.list_objects_v2(
            Bucket=self.connection.bucket, Prefix=prefix, MaxKeys=1
        )
        return next((entry["Key"] for entry in found.get("Contents", ())), None)


def _maybe_markers(rows: list[Found], familiar: Familiar) -> set[str] | None:
    """The paths that may be folder markers; None where a marker hides behind a file.

    A path with files below it, whatever its size, and an empty file that is no caption: those
    there may be many of. Not told is a marker that looks like an empty caption and has nothing
    below it, and one that is not empty and has nothing below it; no program is known to make
    either.
    """
    paths = {row.path for row in rows}
    if len(paths) != len(rows) or any(map(familiar.has_met, paths)):
        return None
    folders = {path.rpartition("/")[0] for path in paths}
    suspects = {above for folder in folders for above in self_and_parents(folder)} & paths
    suspects.update(
        row.path
        for row in rows
        if (row.stamp.size == 0 and not row.path.lower().endswith(DEFAULT_CAPTIONS))
        or familiar.is_above(row.path)
    )
    return suspects


def _with_problems(prefix: str, rows: list[Found]) -> list[Found | Problem]:
    """Put problems in the place of the keys that no folder may hold."""
    if first_unsafe(row.path for row in rows) is None:
        return [*rows]
    return [
        row
        if (reason := why_unsafe_key(prefix, row.path)) is None
        else Problem(
            row.path,
            Side.S3,
            "unsafe_key",
            f"the key {reason}, so it is left alone",
            hides_content=False,
        )
        for row in rows
    ]
