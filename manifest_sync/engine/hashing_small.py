"""Reading and hashing many small files: who does it, and how many at a time."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue

from manifest_sync.engine.hash_process import HashProcess
from manifest_sync.engine.hashes import Hashes, Unhashed, hash_small
from manifest_sync.stores.base import Limits, Store
from manifest_sync.stores.local import LocalStore

_WORTH_PROCESSES = 50_000
"""Small files. Each process takes 0.13 s of a core to begin; two cores then save 10 µs a file."""
_MOSTLY = 0.75
"""The share of the time that is spent waiting where the disk is what takes long."""

HashSmall = Callable[[Sequence[Unhashed]], list[Hashes | None]]


@contextmanager
def hashing_small(store: Store, jobs: Sequence[Unhashed], most: int) -> Iterator[HashSmall]:
    """What to hash batches of small files by, from up to `most` threads at a time."""
    here = _Here(store, most)
    root = store.plain_root if isinstance(store, LocalStore) else None
    if root is None or sum(job.is_small for job in jobs) < _WORTH_PROCESSES:
        yield here.hash_small
        return
    processes = _Processes(root, here.hash_small)
    try:
        yield processes.hash_small
    finally:
        processes.close()


class _Here:
    """By the threads of this process, of which as many read at a time as wait for the disk.

    What the system has in memory is read by one: each of the many short system calls of two
    hands the interpreter over to the other, which takes longer than the call. What it has read is
    hashed while another reads: MD5 needs no interpreter.
    """

    def __init__(self, store: Store, most: int) -> None:
        self._store = store
        self._turns = threading.Semaphore(1)
        self._lock = threading.Lock()
        self._more = most - 1
        self._seconds = self._at_work = 0.0

    def hash_small(self, batch: Sequence[Unhashed]) -> list[Hashes | None]:
        with self._turns:
            began, worked = time.monotonic(), time.thread_time()
            files = [(job.path, job.stamp) for job in batch]
            read = [*self._store.read_small(files, limits=Limits(1))]
            self._note(time.monotonic() - began, time.thread_time() - worked)
        return hash_small(batch, read)

    def _note(self, seconds: float, at_work: float) -> None:
        """Let one more thread read where those that do mostly wait."""
        with self._lock:
            self._seconds += seconds
            self._at_work += at_work
            if self._more and self._at_work < (1 - _MOSTLY) * self._seconds:
                self._more -= 1
                self._turns.release()


class _Processes:
    """By processes, each begun when it is needed; after the first that fails it goes without."""

    def __init__(self, root: Path, otherwise: HashSmall) -> None:
        self._root = root
        self._otherwise = otherwise
        self._idle: LifoQueue[HashProcess] = LifoQueue()
        self._failed = False

    def hash_small(self, batch: Sequence[Unhashed]) -> list[Hashes | None]:
        if not self._failed:
            try:
                return self._by_process(batch)
            except OSError:
                self._failed = True
        return self._otherwise(batch)

    def _by_process(self, batch: Sequence[Unhashed]) -> list[Hashes | None]:
        try:
            process = self._idle.get_nowait()
        except Empty:
            process = HashProcess(self._root)
        try:
            return process.hash_small(batch)
        finally:
            self._idle.put(process)

    def close(self) -> None:
        """End them, once no thread has one."""
        while not self._idle.empty():
            self._idle.get().close()
