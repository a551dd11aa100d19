"""Listings that are begun before their turn, so that many small styles wait for S3 together.

What has waited too long is asked for again: a plan goes by what S3 holds now.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from manifest_sync.stores.s3_bulk import expresses
from manifest_sync.stores.s3_ranges import PAGE, Page, pages_of

if TYPE_CHECKING:
    from obstore.store import S3Store as BulkStore

AHEAD = 16
"""Listings at a time that are begun before their turn."""
_FRESH_SECONDS = 5.0
_SLOW_SECONDS = 0.02
"""A page that takes longer comes from far away: to wait for several at a time pays."""


class Begun(msgspec.Struct, frozen=True):
    """A listing of which a page has come."""

    page: Page
    seconds: float
    """How long it took."""
    at: float
    """When it came, by the monotonic clock."""
    pages: Iterator[Page]
    """Those behind it."""

    @property
    def is_slow(self) -> bool:
        """Whether there may be more pages, and each is worth not to be waited for alone."""
        return len(self.page.keys) >= PAGE and self.seconds >= _SLOW_SECONDS


def begin(pages: Iterator[Page]) -> Begun:
    """Take the next page of a listing, an empty one where there is none."""
    began = time.monotonic()
    page = next(pages, Page())
    now = time.monotonic()
    return Begun(page, now - began, now, pages)


class Ahead:
    """The listings of one bucket that are begun before their turn, in the order they are taken."""

    def __init__(self) -> None:
        """There are none."""
        self._waiting: deque[str] = deque()
        self._under_way: dict[str, tuple[Future[Begun | None], _Asked]] = {}
        self._begin: Callable[[str], None] = lambda _: None
        self._lock = threading.Lock()

    @contextmanager
    def looking(
        self, bulk: Callable[[], "BulkStore | None"], prefixes: Sequence[str]
    ) -> Iterator[None]:
        """Within the block these prefixes are about to be listed, one after the other."""
        with ThreadPoolExecutor(AHEAD, thread_name_prefix="manifest-sync-list") as threads:

            def work(prefix: str, asked: _Asked) -> Begun | None:
                store = bulk()
                return begin(pages_of(store, prefix, asked)) if store is not None else None

            def submit(prefix: str) -> None:
                asked = _Asked()
                self._under_way[prefix] = threads.submit(work, prefix, asked), asked

            with self._lock:
                self._waiting.extend(filter(expresses, prefixes))
                self._begin = submit
                self._top_up()
            try:
                yield
            finally:
                with self._lock:
                    self._waiting.clear()
                    self._under_way.clear()
                threads.shutdown(cancel_futures=True)

    def take(self, prefix: str, on_page: Callable[[], None]) -> Begun | None:
        """The listing of a prefix, where it was begun and is fresh; raises what became of it.

        `on_page` is told of the requests that were made for it, and of those to come.
        """
        with self._lock:
            found = self._under_way.pop(prefix, None)
            self._top_up()
        if found is None:
            return None
        future, asked = found
        try:
            begun = future.result()
        finally:
            asked.hand_over(on_page)
        if begun is None or time.monotonic() - begun.at <= _FRESH_SECONDS:
            return begun
        with self._lock:
            self._waiting.clear()  # What takes the time is not S3: it would be asked twice for all.
        return None

    def _top_up(self) -> None:
        while self._waiting and len(self._under_way) < AHEAD:
            self._begin(self._waiting.popleft())


class _Asked:
    """Counts requests until somebody wants to be told of them."""

    def __init__(self) -> None:
        self._early = 0
        self._tell: Callable[[], None] | None = None

    def __call__(self) -> None:
        if self._tell is None:
            self._early += 1
        else:
            self._tell()

    def hand_over(self, tell: Callable[[], None]) -> None:
        """Tell of all, past and to come."""
        for _ in range(self._early):
            tell()
        self._tell = tell
