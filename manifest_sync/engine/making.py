"""Making changes of one side, many at a time: together what goes together, the rest by threads."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from manifest_sync.core.errors import NotBegun, NotSignedIn, StoreError, Transient
from manifest_sync.engine.batches import Batch, Batches, Job, divided
from manifest_sync.engine.pool import line_up, work_through
from manifest_sync.engine.retrying import Persistence
from manifest_sync.engine.transfer import Sides, Transferred, transfer
from manifest_sync.engine.transfer_many import Tried, transfer_many
from manifest_sync.engine.watch import Watch
from manifest_sync.stores.base import Limits, Many

_AT_ONCE = 2
"""Batches under way where the server is far away: some of them wait for it."""


def make(jobs: Sequence[Job], sides: Sides, watch: Watch) -> Iterator[tuple[int, Transferred]]:
    """Yield the number of each change with what came of it, in the order they finish.

    Where the run is stopped, changes that were not begun are not yielded.
    """
    together, alone = divided(jobs, sides)
    for many, some in together:
        waiting = some
        while waiting:
            tried: dict[int, StoreError] = {}
            done = set()
            for job, result in _make_together(many, waiting, sides, watch):
                if isinstance(result, Transferred):
                    done.add(job[0])
                    yield job[0], result
                elif not isinstance(result, NotBegun):
                    tried[job[0]] = result
            # What was tried may have taken effect: found out, whether or not we are stopped.
            unsure = [job for job in waiting if job[0] in tried]
            yield from _make_alone(unsure, tried, sides, watch, lambda: False)
            done |= tried.keys()
            waiting = [job for job in waiting if job[0] not in done]
            if len(done) == len(tried) or watch.pace.is_slowed or is_stopped(watch):
                break
        alone += waiting
    yield from _make_alone(alone, {}, sides, watch, lambda: is_stopped(watch))


def is_stopped(watch: Watch) -> bool:
    """Whether nothing more is to be begun."""
    return watch.stopped() or watch.pace.is_over()


def _make_together(
    many: Many, jobs: Sequence[Job], sides: Sides, watch: Watch
) -> Iterator[tuple[Job, Tried]]:
    """Try each once, batch by batch, as long as it goes well.

    One batch at a time where the server is near: another that prepares the next one meanwhile
    holds the interpreter's lock while the answers to this one wait for it, and takes longer
    altogether. One that is far away is to have something to do all the time.

    After an error that may pass, no further batch is begun before what was tried has gone through:
    what is slow or broken is for threads, which wait and try again without holding up others.
    """
    pace, goes_well = watch.pace, True

    def at_once() -> int:
        return _AT_ONCE if pace.is_far else 1

    def share() -> int:
        return max(1, pace.allowed // at_once())

    def waiting() -> Iterator[Batch]:
        for batch in batches:
            if not goes_well or is_stopped(watch):
                return
            yield batch

    def attempt(batch: Batch) -> list[Tried]:
        number, limits = len(batch.jobs), Limits(share(), lambda: is_stopped(watch))
        began, busy = time.monotonic(), time.process_time()
        with pace.turn():
            results = transfer_many(many, [change for _, change in batch.jobs], sides, limits)
        took = time.monotonic() - began
        batches.took(batch, took)
        pace.took(max(1.0, number / limits.at_a_time), took, time.process_time() - busy)
        pace.went_through(sum(isinstance(result, Transferred) for result in results))
        return results

    batches = Batches(many, jobs, share)
    for batch, results in line_up(waiting(), attempt, at_a_time=at_once):
        yield from zip(batch.jobs, results, strict=True)
        if any(isinstance(result, NotBegun | NotSignedIn | Transient) for result in results):
            goes_well = False


def _make_alone(
    jobs: Sequence[Job],
    tried: Mapping[int, StoreError],
    sides: Sides,
    watch: Watch,
    stopped: Callable[[], bool],
) -> Iterator[tuple[int, Transferred]]:
    def work(job: Job) -> Transferred:
        number, change = job
        return transfer(change, sides, Persistence(watch, change.path), tried.get(number))

    for (number, _), made in work_through(
        jobs, work, threads=watch.jobs, weigh=_weight, stopped=stopped, turn=watch.pace.turn
    ):
        yield number, made


def _weight(job: Job) -> int:
    after = job[1].after
    return after.size if after is not None else 0
