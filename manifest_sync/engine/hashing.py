"""Reading the files whose digest is not known: many at a time, large ones by themselves."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Moved, NotFound, StoreError
from manifest_sync.core.events import Hashed
from manifest_sync.core.listing import Problem
from manifest_sync.core.stamps import AbsentStamp, FileStamp
from manifest_sync.engine.digest import digest, digest_of
from manifest_sync.engine.hashes import Unhashed
from manifest_sync.engine.hashing_small import hashing_small
from manifest_sync.engine.pool import work_through
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import CHUNK, Store

_BATCH_FILES = 128
_BATCH_BYTES = 4 << 20
"""Of small files that are read together."""
_TRIES = 3
"""How often a file that is being written to is looked at again before it is left alone."""


def hash_all(
    store: Store, jobs: Sequence[Unhashed], now_ns: int, watch: Watch
) -> Iterator[tuple[str, Digest | Problem | None]]:
    """Hash every job, in no order; None for a file that is gone by now."""
    of_bytes = sum(job.stamp.size for job in jobs)
    done_files = done_bytes = 0
    threads = watch.hash_threads
    with hashing_small(store, jobs, threads) as hash_small:

        def hash_batch(batch: Sequence[Unhashed]) -> list[Digest | Problem | None]:
            if len(batch) == 1:
                return [_hash_one(store, batch[0], now_ns, watch)]
            found = hash_small(batch)
            watch.tally.hashed(sum(each is not None and each.is_computed for each in found))
            # What went wrong may go right when the file is looked at by itself, and anew.
            return [
                _hash_one(store, job, now_ns, watch)
                if each is None
                else digest_of(each, job, now_ns)
                for job, each in zip(batch, found, strict=True)
            ]

        for batch, results in work_through(_batches(jobs), hash_batch, threads=threads):
            done_files += len(batch)
            done_bytes += sum(job.stamp.size for job in batch)
            watch.tell(Hashed(watch.style, done_files, len(jobs), done_bytes, of_bytes))
            yield from zip((job.path for job in batch), results, strict=True)


def _batches(jobs: Iterable[Unhashed]) -> Iterator[list[Unhashed]]:
    """Small files together, a large file by itself; no more than fits in memory."""
    batch: list[Unhashed] = []
    room = _BATCH_BYTES
    for job in jobs:
        size = job.stamp.size
        if size > CHUNK:
            yield [job]
            continue
        room -= size
        if batch and (room < 0 or len(batch) == _BATCH_FILES):
            yield batch
            batch, room = [], _BATCH_BYTES - size
        batch.append(job)
    if batch:
        yield batch


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
