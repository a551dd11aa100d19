"""Reading a listing in several ranges of keys at the same time, where a page takes long.

The pages of one listing come one after the other, since each names where the next begins. Who
knows about which keys there are can begin in several places at once. What was known wrongly makes
ranges uneven, and nothing else: together they are the whole key space.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import compress, pairwise
from typing import TYPE_CHECKING

import msgspec
import obstore
from arro3.core import RecordBatch

from manifest_sync.stores.s3_bulk import expresses

if TYPE_CHECKING:
    from obstore.store import S3Store as BulkStore

PAGE = 1000
"""Keys of one answer: S3's limit."""
RANGES = 16
"""At a time: a listing of 100 pages takes as long as seven."""
_SAME_IN_EVERY_ORDER = "\ud7ff"
"""The last character that UTF-8, UTF-16 and code points all sort before whatever comes later."""


class Disordered(Exception):
    """The server does not list in the order of keys, or does not begin where it was told to."""


class Page(msgspec.Struct, frozen=True):
    """A part of a listing, in columns."""

    keys: Sequence[str] = ()
    sizes: Sequence[int] = ()
    etags: Sequence[str | None] = ()
    """As S3 tells them, in quotes."""

    def upto(self, key: str) -> "Page":
        """Its rows up to a key, where its keys are sorted."""
        end = bisect_right(self.keys, key)
        return Page(self.keys[:end], self.sizes[:end], self.etags[:end])

    def only(self, which: Sequence[bool]) -> "Page":
        """Some of its rows: for each, whether it is one of them."""
        return Page(*([*compress(column, which)] for column in msgspec.structs.astuple(self)))


class KeyRange(msgspec.Struct, frozen=True):
    """The keys behind one key up to another, which is among them; None is no bound."""

    behind: str | None = None
    upto: str | None = None


def ranges(known: Sequence[str], behind: str) -> list[KeyRange]:
    """The key space behind a key, in ranges of whole pages of the known keys; sorted.

    One range where there is too little to share out.
    """
    left = known[bisect_right(known, behind) :]
    pages = -(-len(left) // PAGE)
    step = max(1, -(-pages // RANGES)) * PAGE
    ends = {key for key in left[step - 1 : -1 : step] if behind < key and _is_bound(key)}
    bounds = [behind, *sorted(ends), None]
    return [KeyRange(start, end) for start, end in pairwise(bounds)]


def pages_of(
    bulk: "BulkStore",
    prefix: str,
    on_page: Callable[[], None],
    span: KeyRange = KeyRange(),  # noqa: B008 - a frozen value
) -> Iterator[Page]:
    """The pages of a range. `on_page` is told of each request.

    Raises Disordered where the range has bounds and the server shows that it minds none.
    """
    # Never obstore's asynchronous listing: one that is not read to its end can abort Python.
    # Where there is nothing, obstore asks once and yields no page.
    on_page()
    listing = obstore.list(
        bulk,
        prefix=prefix or None,
        offset=span.behind,
        chunk_size=PAGE,
        # Columns: a dict for every row keeps other threads waiting for as long as its parsing.
        return_arrow=True,
    )
    last = span.behind or ""
    for number, batch in enumerate(listing):
        if number:
            on_page()
        page = _page(batch)
        if span != KeyRange():
            if any(one >= other for one, other in pairwise([last, *page.keys])):
                raise Disordered
            last = page.keys[-1] if page.keys else last
        if span.upto is not None and last >= span.upto:
            yield page.upto(span.upto)
            return
        yield page


def _page(batch: RecordBatch) -> Page:
    return Page(*(batch[name].to_pylist() for name in ("path", "size", "e_tag")))


def _is_bound(key: str) -> bool:
    """Whether every server means the same by "behind this key"."""
    return expresses(key) and max(key) <= _SAME_IN_EVERY_ORDER
