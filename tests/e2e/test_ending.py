"""A push that is told to end: by Ctrl-C, by SIGTERM, or with no chance to say anything."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.commands import program
from tests.e2e.meddler import Meddler, nothing
from tests.e2e.places import BOTH_SERVERS_SLOWLY, Place

pytestmark = BOTH_SERVERS_SLOWLY

_FILES = {f"{number:02}.png": str(number).encode() for number in range(40)}
_SENT_FIRST = 6
"""Requests that pass before the others wait; the first publishes the manifest."""


@dataclass(frozen=True)
class _Push:
    """A push that has sent a few files, and whose requests wait until it may go on."""

    process: "subprocess.Popen[str]"
    may_go_on: threading.Event

    def end(self, number: signal.Signals) -> str:
        """Send a signal, let the requests go on once it is heeded, and return what is said."""
        self.process.send_signal(number)
        stderr = self.process.stderr
        assert stderr is not None
        said = ""
        if number is not signal.SIGKILL:
            for line in stderr:
                said += line
                if "in flight is being finished" in line:
                    break
        self.may_go_on.set()
        return said + self.process.communicate(timeout=60)[1]


@contextmanager
def _in_the_middle_of_a_push(place: Place, meddler: Meddler) -> Iterator[_Push]:
    began, may_go_on = threading.Event(), threading.Event()
    left = threading.Semaphore(_SENT_FIRST)

    def before(method: str, _path: str) -> None:
        if method == "PUT" and not left.acquire(blocking=False):
            began.set()
            may_go_on.wait(60)

    meddler.before = before
    with subprocess.Popen(
        [program(), "push", "--yes", "--jobs", "2"],
        cwd=place.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert began.wait(60)
            yield _Push(process, may_go_on)
        finally:
            may_go_on.set()
            process.kill()
    meddler.before = nothing


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_in_flight_is_finished_and_the_next_push_does_the_rest(
    place: Place, meddler: Meddler, number: signal.Signals
) -> None:
    place.begin(_FILES)
    with _in_the_middle_of_a_push(place, meddler) as push:
        said = push.end(number)
    arrived = place.objects()
    assert push.process.returncode == 130
    assert "Traceback" not in said
    assert f"Interrupted: {len(arrived)} of 40 changes were made; run the same command" in said
    assert _SENT_FIRST <= len(arrived) < len(_FILES)

    row = place.quick_row("push", "--yes")
    assert (row["created"], row["unchanged"]) == (40 - len(arrived), len(arrived))
    assert place.objects() == _FILES
    applies = place.quickly("history", "--json").document()["applies"]
    assert [(each["created"], each["complete"]) for each in applies] == [
        (40 - len(arrived), True),
        (len(arrived), True),
    ]


def test_after_a_push_that_was_killed_the_next_one_does_the_rest(
    place: Place, meddler: Meddler
) -> None:
    place.begin(_FILES)
    with _in_the_middle_of_a_push(place, meddler) as push:
        push.end(signal.SIGKILL)
    assert push.process.returncode == -signal.SIGKILL
    assert len(place.objects()) < len(_FILES)
    row = place.quick_row("push", "--yes")
    assert (row["failed"], row["conflicts"]) == (0, [])
    assert place.objects() == place.files() == _FILES
