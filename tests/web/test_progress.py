"""A run as the page is told of it: figures while it goes on, a sentence when it has ended."""

import itertools
import json

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.events import ApplyBegan, ChangeEnded, TriedAgain
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.stamps import ABSENT
from manifest_sync.web.failures import Unfinished
from manifest_sync.web.jobs import Job
from manifest_sync.web.progress import Gauge, Progress, folded
from manifest_sync.web.routes_runs import snapshot
from manifest_sync.web.words import ended, told
from tests.builders import content


def outcome(path: str, status: Status, error: str | None = None) -> Outcome:
    """Of a deletion on S3, which needs no source."""
    change = Change(Side.S3, path, content(1), None, Reason.DELETED, ABSENT)
    return Outcome(change, status, error, sent=1000)


def test_what_is_tried_again_is_said_until_something_goes_through() -> None:
    progress = folded(Progress(), ApplyBegan("16", Side.S3, 3, 3000), 0)
    progress = folded(progress, TriedAgain("16", "S3 asks to slow down", 4, slowed=True), 1)
    assert progress.trouble == "S3 asks to slow down"
    failed = folded(progress, ChangeEnded("16", outcome("a", Status.FAILED)), 2)
    assert (failed.trouble, failed.failed, failed.files) == ("S3 asks to slow down", 1, 1)
    done = folded(progress, ChangeEnded("16", outcome("a", Status.DONE)), 2)
    assert (done.trouble, done.failed, done.bytes) == ("", 0, 1000)


def test_rate_and_time_left_are_those_of_a_run_that_goes_on() -> None:
    clock = itertools.count()
    job: Job[object] = Job("push", "16", lambda _: "It is done.", str)
    job.gauge = Gauge(lambda: float(next(clock) * 10))
    job.tell(ApplyBegan("16", Side.S3, 4, 4000))
    job.tell(ChangeEnded("16", outcome("a", Status.DONE)))
    running = json.loads(snapshot(job))
    assert (running["state"], running["files"], running["of_files"]) == ("running", 1, 4)
    assert (running["rate"], running["left"]) == (50, 60)
    job.run()
    after = snapshot(job)
    assert json.loads(after)["message"] == "It is done."
    assert snapshot(job) == after


def test_a_run_that_ends_well_or_is_ended_says_what_was_done_and_what_is_left() -> None:
    done, left = outcome("a", Status.DONE), outcome("b", Status.SKIPPED)
    assert ended("remove", [done]) == "Successfully removed 1 file from S3"
    assert ended("push", [done, left, left]) == (
        "Successfully deleted 1 file on S3; 2 files left, sync again to finish"
    )
    assert ended("push", [left]) == "Nothing was changed yet; 1 file left, sync again to finish"
    assert ended("push", []) == "All files are already synced to S3!"


def test_figures_are_put_into_a_sentence() -> None:
    assert told("push", 5, 2, 0) == "Successfully uploaded 5 images to S3, 2 files deleted"
    assert told("pull", 0, 1, 0) == "Successfully deleted 1 file in the folder"
    assert told("pull", 1, 0, 3) == (
        "Successfully synced 1 image from S3; 3 files failed, sync again to finish"
    )
    assert told("restore", 2, 0, 0) == "Successfully restored 2 files"


def test_a_run_with_a_failure_is_one_that_failed_and_says_why() -> None:
    done, left = outcome("a", Status.DONE), outcome("b", Status.SKIPPED)
    failed = outcome("c.jpg", Status.FAILED, "S3 does not answer.")
    with pytest.raises(Unfinished) as raised:
        ended("pull", [done, left, failed])
    assert str(raised.value) == (
        "1 file failed, 1 done, 1 left: c.jpg: S3 does not answer. Sync again to finish."
    )
