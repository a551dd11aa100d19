"""One job at a time, whoever waits for it."""

import threading
from collections.abc import Iterator

import pytest

from manifest_sync.core.errors import Interrupted, Locked, Refused
from manifest_sync.web.jobs import Job, Jobs


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def test_who_waits_is_given_what_came_of_it(jobs: Jobs) -> None:
    job = jobs.begin("push", "16", lambda _: "done")
    assert job.wait() == "done"
    assert job.wait() == "done"
    assert job.has_ended


def test_an_error_is_raised_for_who_waits_and_the_next_job_can_begin(jobs: Jobs) -> None:
    def fail(_: Job[str]) -> str:
        raise Refused("not this")

    for _ in range(2):
        with pytest.raises(Refused, match="not this"):
            jobs.begin("push", "16", fail).wait()


def test_a_second_job_is_locked_out_until_the_first_has_ended(jobs: Jobs) -> None:
    may_end = threading.Event()
    first = jobs.begin("push", "16", lambda _: may_end.wait(20))
    with pytest.raises(Locked, match="“push” of style “16” is running"):
        jobs.begin("pull", "17", lambda _: True)
    may_end.set()
    assert first.wait()
    assert jobs.begin("pull", "17", lambda _: True).wait()


def test_at_the_end_a_job_is_told_to_stop_and_nothing_more_begins(jobs: Jobs) -> None:
    noticed = threading.Event()

    def until_stopped(job: Job[str]) -> str:
        while not job.stopped():
            assert not noticed.wait(0.01)
        noticed.set()
        return "in good order"

    job = jobs.begin("push", "16", until_stopped)
    jobs.close()
    assert job.wait() == "in good order"
    with pytest.raises(Locked, match="ending"):
        jobs.begin("push", "16", lambda _: "more")


def test_a_job_that_came_to_nothing_was_interrupted(jobs: Jobs) -> None:
    with pytest.raises(Interrupted):
        jobs.begin("push", "16", lambda _: None).wait()
