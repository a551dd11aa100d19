"""Many jobs at a time: several threads, bounded memory, a clean end."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_AHEAD = 4
"""Jobs queued per thread, so that none waits for the consumer."""

_LINE = 8
"""Jobs that are ever at work at a time in a line."""

_LATEST = 0.2
"""Seconds until Ctrl-C is noticed, at the latest."""

BYTES_IN_FLIGHT = 128 << 20
"""What may be held in memory by jobs at a time, whatever their number."""


_here = threading.local()
"""What this thread works for: `abandoned`, an Event."""


def is_abandoned() -> bool:
    """Whether nobody waits any more for what this thread does: after Ctrl-C, or another's error."""
    event: threading.Event | None = getattr(_here, "abandoned", None)
    return event is not None and event.is_set()


def _executor(threads: int, abandoned: threading.Event) -> ThreadPoolExecutor:
    def enter() -> None:
        _here.abandoned = abandoned

    return ThreadPoolExecutor(threads, thread_name_prefix="manifest-sync", initializer=enter)


class _NotBegun:
    """The result of a job that was queued for a thread when the work was stopped."""


_NOT_BEGUN = _NotBegun()


def work_through(
    jobs: Iterable[Job],
    work: Callable[[Job], Result],
    *,
    threads: int,
    weigh: Callable[[Job], int] = lambda _: 0,
    stopped: Callable[[], bool] = lambda: False,
    turn: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Iterator[tuple[Job, Result]]:
    """Yield each job with its result, in the order they finish.

    Jobs are taken from the iterable only as threads and the byte budget allow; one that weighs
    more than the whole budget runs alone. When `stopped` turns true no further job begins, and
    those in flight are finished and yielded; the rest are not yielded at all. An exception of
    `work` ends the iteration after those in flight are done. A job is in flight while it has its
    `turn`, which a thread may have to wait for.
    """

    def begin(job: Job) -> Result | _NotBegun:
        with turn():
            return _NOT_BEGUN if stopped() else work(job)

    waiting = iter(jobs)
    finished: queue.SimpleQueue[tuple[Job, Future[Result | _NotBegun]]] = queue.SimpleQueue()
    in_flight = weight = 0
    held: Job | None = None
    exhausted = False
    abandoned = threading.Event()
    with _executor(threads, abandoned) as executor:
        try:
            while True:
                while not exhausted and in_flight < threads * _AHEAD and not stopped():
                    if held is None:
                        held = next(waiting, None)
                    if held is None:
                        exhausted = True
                        break
                    if in_flight and weight + weigh(held) > BYTES_IN_FLIGHT:
                        break
                    job, held = held, None
                    weight += weigh(job)
                    in_flight += 1
                    future = executor.submit(begin, job)
                    future.add_done_callback(partial(_hand_over, finished, job))
                if not in_flight:
                    return
                job, future = _next(finished)
                in_flight -= 1
                weight -= weigh(job)
                result = future.result()
                if not isinstance(result, _NotBegun):
                    yield job, result
        finally:
            abandoned.set()
            executor.shutdown(cancel_futures=True)


def line_up(
    jobs: Iterable[Job], work: Callable[[Job], Result], *, at_a_time: Callable[[], int]
) -> Iterator[tuple[Job, Result]]:
    """Yield each job with its result, in the order of the jobs, `at_a_time` of them at work.

    A job is taken from the iterable when it is begun. An exception of `work` ends the iteration
    after those in flight are done.
    """
    abandoned = threading.Event()
    under_way: deque[tuple[Job, Future[Result]]] = deque()
    with _executor(_LINE, abandoned) as executor:
        try:
            for job in jobs:
                under_way.append((job, executor.submit(work, job)))
                while len(under_way) >= at_a_time():
                    yield _first(under_way)
            while under_way:
                yield _first(under_way)
        finally:
            abandoned.set()
            executor.shutdown(cancel_futures=True)


def _first(under_way: "deque[tuple[Job, Future[Result]]]") -> tuple[Job, Result]:
    """The first that was begun, and no longer under way. Ctrl-C is noticed as in `_next`."""
    job, future = under_way.popleft()
    while not wait([future], _LATEST).done:
        pass
    return job, future.result()


def _next(
    finished: "queue.SimpleQueue[tuple[Job, Future[Result]]]",
) -> "tuple[Job, Future[Result]]":
    """What is finished next. Ctrl-C right before a wait does not end it, so none is long."""
    while True:
        with suppress(queue.Empty):
            return finished.get(timeout=_LATEST)


def _hand_over(
    finished: "queue.SimpleQueue[tuple[Job, Future[Result]]]", job: Job, done: "Future[Result]"
) -> None:
    finished.put((job, done))


def together(first: Callable[[], Job], second: Callable[[], Result]) -> tuple[Job, Result]:
    """Run two things at the same time; the first error wins, after both have ended."""
    abandoned = threading.Event()
    with _executor(1, abandoned) as executor:
        other = executor.submit(first)
        try:
            result = second()
            return other.result(), result
        finally:
            abandoned.set()
