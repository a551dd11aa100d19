"""Observing the folder: what the files that belong to the style contain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Moved, NotFound, StoreError
from manifest_sync.core.events import Hashed
from manifest_sync.core.listing import Entry, Listing, Problem
from manifest_sync.core.rows import Rows
from manifest_sync.core.scope import Role, Scope
from manifest_sync.core.stamps import AbsentStamp, FileStamp
from manifest_sync.engine.digest import Unhashed, digest, digest_of
from manifest_sync.engine.pool import work_through
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store

_BATCH_FILES = 128
_BATCH_BYTES = 4 << 20
"""Of small files that are read together."""
_TRIES = 3
"""How often a file that is being written to is looked at again before it is left alone."""


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
    for path, result in _hash_all(store, unhashed, now_ns, watch):
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


def _hash_all(
    store: Store, jobs: list[Unhashed], now_ns: int, watch: Watch
) -> Iterator[tuple[str, Digest | Problem | None]]:
    """Hash every job; None for a file that is gone by now."""
    of_bytes = sum(job.stamp.size for job in jobs)
    done_bytes = 0

    def hash_batch(batch: Sequence[Unhashed]) -> list[Digest | Problem | None]:
        return _hash_batch(store, batch, now_ns, watch)

    number = 0
    for batch, results in work_through(_batches(jobs), hash_batch, threads=watch.hash_threads):
        for job, result in zip(batch, results, strict=True):
            number += 1
            done_bytes += job.stamp.size
            watch.tell(Hashed(watch.style, number, len(jobs), done_bytes, of_bytes))
            yield job.path, result


def _batches(jobs: Iterable[Unhashed]) -> Iterator[list[Unhashed]]:
    """Small files together, a large file by itself; no more than fits in memory."""
    batch: list[Unhashed] = []
    room = _BATCH_BYTES
    for job in jobs:
        if not job.is_small:
            yield [job]
            continue
        room -= job.stamp.size
        if batch and (room < 0 or len(batch) == _BATCH_FILES):
            yield batch
            batch, room = [], _BATCH_BYTES - job.stamp.size
        batch.append(job)
    if batch:
        yield batch


def _hash_batch(
    store: Store, batch: Sequence[Unhashed], now_ns: int, watch: Watch
) -> list[Digest | Problem | None]:
    if len(batch) == 1:
        return [_hash_one(store, batch[0], now_ns, watch)]
    read = store.read_small([(job.path, job.stamp) for job in batch], at_a_time=1)
    # What went wrong may go right when the file is looked at by itself, and anew.
    return [
        _hash_one(store, job, now_ns, watch)
        if isinstance(whole, StoreError)
        else digest_of(whole.data, job, now_ns, watch.tally)
        for job, whole in zip(batch, read, strict=True)
    ]


def _hash_one(store: Store, job: Unhashed, now_ns: int, watch: Watch) -> Digest | Problem | None:
    """Hash a file that may be changing, unreadable, or gone: all of that is data."""
    try:
        for _ in range(_TRIES):
            with suppress(Moved, NotFound):
                return digest(store, job, now_ns, watch.tally)
            with suppress(Moved):  # a link or a special file has taken its place
                stamp = store.stat(job.path)
                if isinstance(stamp, AbsentStamp):
                    return None
                if isinstance(stamp, FileStamp):
                    job = msgspec.structs.replace(job, stamp=stamp)
    except StoreError as error:
        return Problem(job.path, Side.LOCAL, "unreadable", str(error))
    return Problem(
        job.path, Side.LOCAL, "busy", "is being written to; run the command again when it is done"
    )
