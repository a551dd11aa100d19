"""The pool: every job once, bounded, and a clean end whatever happens."""

import threading
import time
from collections.abc import Iterator

import pytest

from manifest_sync.engine.pool import (
    BYTES_IN_FLIGHT,
    is_abandoned,
    line_up,
    together,
    work_through,
)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


@pytest.mark.parametrize("threads", [1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 3, 200])
def test_every_job_is_done_once_and_comes_with_its_result(threads: int, count: int) -> None:
    done = list(work_through(range(count), lambda job: job * job, threads=threads))
    assert sorted(done) == [(job, job * job) for job in range(count)]


def test_results_come_in_the_order_they_finish() -> None:
    second_is_through = threading.Event()

    def work(job: str) -> str:
        if job == "slow":
            assert second_is_through.wait(5)
        return job

    found = []
    for job, _ in work_through(["slow", "quick"], work, threads=2):
        found.append(job)
        second_is_through.set()
    assert found == ["quick", "slow"]


def test_as_many_threads_work_as_are_allowed() -> None:
    barrier = threading.Barrier(3, timeout=5)
    done = list(work_through(range(3), lambda _: barrier.wait(), threads=3))
    assert sorted(index for _, index in done) == [0, 1, 2]


class Scale:
    """Weighs what is at work at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.now = self.most = self.jobs = 0
        self.together: list[int] = []

    def work(self, weight: int) -> None:
        with self._lock:
            self.now += weight
            self.jobs += 1
            self.most = max(self.most, self.now)
            self.together.append(self.jobs)
        time.sleep(0.002)
        with self._lock:
            self.now -= weight
            self.jobs -= 1


def test_jobs_at_work_never_weigh_more_than_the_budget() -> None:
    scale = Scale()
    weights = [BYTES_IN_FLIGHT // 3] * 20 + [1] * 20
    done = list(work_through(weights, scale.work, threads=8, weigh=lambda weight: weight))
    assert len(done) == len(weights)
    assert BYTES_IN_FLIGHT // 3 < scale.most <= BYTES_IN_FLIGHT


def test_a_job_heavier_than_the_budget_runs_alone() -> None:
    scale = Scale()
    heavy = BYTES_IN_FLIGHT * 2
    weights = [1, heavy, 1, heavy, heavy]
    done = list(work_through(weights, scale.work, threads=8, weigh=lambda weight: weight))
    assert len(done) == 5
    assert scale.most == heavy


def test_a_result_counts_until_it_is_taken() -> None:
    begun: list[int] = []

    def work(job: int) -> None:
        begun.append(job)

    half = BYTES_IN_FLIGHT // 2
    results = work_through(range(9), work, threads=4, weigh=lambda _: half)
    next(results)
    time.sleep(0.05)
    assert len(begun) == 2  # nobody has asked for more
    assert len(list(results)) == 8


def test_jobs_are_taken_only_as_they_are_needed() -> None:
    taken = 0

    def jobs() -> Iterator[int]:
        nonlocal taken
        for job in range(10_000):
            taken += 1
            yield job

    results = work_through(jobs(), lambda job: job, threads=2)
    next(results)
    assert taken < 20
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert taken < 20


def test_when_stopped_nothing_more_begins_and_what_began_is_finished() -> None:
    stop = threading.Event()
    begun: list[int] = []
    finished: list[int] = []

    def work(job: int) -> int:
        begun.append(job)
        if job == 1:
            stop.set()
        time.sleep(0.02)
        finished.append(job)
        return job

    yielded = [job for job, _ in work_through(range(500), work, threads=2, stopped=stop.is_set)]
    assert len(begun) <= 3  # two threads; one more may have looked at the flag just before
    assert sorted(begun) == sorted(finished) == sorted(yielded)


def test_stopped_from_the_beginning_means_nothing() -> None:
    begun: list[int] = []
    assert not list(work_through([1, 2], begun.append, threads=2, stopped=lambda: True))
    assert begun == []


def test_an_exception_comes_out_after_what_is_in_flight_is_done() -> None:
    finished: list[int] = []

    def work(job: int) -> None:
        if job == 0:
            raise ValueError("this one")
        time.sleep(0.02)
        finished.append(job)

    with pytest.raises(ValueError, match="this one"):
        list(work_through(range(500), work, threads=2))
    count = len(finished)
    assert count < 10
    time.sleep(0.05)
    assert len(finished) == count


def test_an_exception_of_the_jobs_themselves_comes_out() -> None:
    def jobs() -> Iterator[int]:
        yield 1
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        list(work_through(jobs(), lambda job: job, threads=2))


def test_an_interrupted_consumer_leaves_nothing_running() -> None:
    finished: list[int] = []

    def work(job: int) -> None:
        time.sleep(0.01)
        finished.append(job)

    def consume() -> None:
        for _ in work_through(range(500), work, threads=2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        consume()
    count = len(finished)
    time.sleep(0.05)
    assert len(finished) == count < 10


def test_whoever_is_not_waited_for_any_more_can_tell() -> None:
    told: list[bool] = []
    all_at_work = threading.Barrier(3, timeout=30)
    both_at_work = threading.Barrier(2, timeout=30)

    def work(job: int, begun: threading.Barrier) -> None:
        begun.wait()  # what has not begun when the other fails never does
        if job == 0:
            raise ValueError("this one")
        deadline = time.monotonic() + 30
        while not is_abandoned() and time.monotonic() < deadline:
            time.sleep(0.01)
        told.append(is_abandoned())

    with pytest.raises(ValueError, match="this one"):
        list(work_through(range(3), lambda job: work(job, all_at_work), threads=3))
    with pytest.raises(ValueError, match="this one"):
        together(lambda: work(1, both_at_work), lambda: work(0, both_at_work))
    assert told == [True] * 3
    assert not is_abandoned()
    assert [waits for _, waits in work_through([1, 2], lambda _: is_abandoned(), threads=1)] == [
        False,
        False,
    ]


def test_two_things_at_the_same_time() -> None:
    barrier = threading.Barrier(2, timeout=5)
    assert sorted(together(barrier.wait, barrier.wait)) == [0, 1]


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_of_either_comes_out_after_both_have_ended(failing: int) -> None:
    ended: list[int] = []

    def thing(number: int) -> None:
        if number == failing:
            raise ValueError(f"number {number}")
        time.sleep(0.03)
        ended.append(number)

    with pytest.raises(ValueError, match=f"number {failing}"):
        together(lambda: thing(0), lambda: thing(1))
    assert ended == [1 - failing]


# A line


@pytest.mark.parametrize("at_a_time", [1, 3])
@pytest.mark.parametrize("count", [0, 1, 3, 50])
def test_what_lines_up_is_done_once_and_in_order(at_a_time: int, count: int) -> None:
    scale = Scale()

    def work(job: int) -> int:
        scale.work(1)
        return job * job

    done = list(line_up(range(count), work, at_a_time=lambda: at_a_time))
    assert done == [(job, job * job) for job in range(count)]
    assert scale.most <= at_a_time


def test_a_job_is_taken_when_it_is_begun_and_not_before() -> None:
    """So that what is heard of the first says how the next is to be."""
    heard: list[int] = []

    def jobs() -> Iterator[int]:
        for job in range(5):
            assert len(heard) == job
            yield job

    for job, _ in line_up(jobs(), lambda job: job, at_a_time=lambda: 1):
        heard.append(job)
    assert heard == [*range(5)]


def test_a_line_becomes_longer_while_it_is_worked_through() -> None:
    barrier = threading.Barrier(3, timeout=5)
    begun = threading.Event()

    def work(job: int) -> int:
        if job:
            barrier.wait()
        begun.set()
        return job

    done = line_up(range(4), work, at_a_time=lambda: 3 if begun.is_set() else 1)
    assert [job for job, _ in done] == [*range(4)]


def test_an_error_in_a_line_comes_after_what_is_in_flight() -> None:
    begun, ended = [], []

    def work(job: int) -> int:
        begun.append(job)
        if job == 1:
            raise ValueError("oops")
        time.sleep(0.02)
        ended.append(job)
        return job

    done = line_up(range(9), work, at_a_time=lambda: 3)
    assert next(done) == (0, 0)
    with pytest.raises(ValueError, match="oops"):
        next(done)
    assert {*ended} == {*begun} - {1}
    assert {*begun} <= {0, 1, 2, 3}
