"""Two runs in one workspace: one at a time."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.commands import program
from tests.e2e.meddler import Meddler, nothing
from tests.e2e.places import FILES, Place

pytestmark = pytest.mark.slow


@contextmanager
def _a_push_that_takes_its_time(
    place: Place, meddler: Meddler, may_end: threading.Event
) -> Iterator["subprocess.Popen[bytes]"]:
    began = threading.Event()

    def before(method: str, _path: str) -> None:
        if method == "PUT":
            began.set()
            may_end.wait(60)

    meddler.before = before
    with subprocess.Popen(
        [program(), "push", "--yes", "--quiet"], cwd=place.root, stdin=subprocess.DEVNULL
    ) as process:
        try:
            assert began.wait(60)
            yield process
        finally:
            may_end.set()


def test_a_second_run_is_told_who_holds_the_workspace(place: Place, meddler: Meddler) -> None:
    place.begin()
    with _a_push_that_takes_its_time(place, meddler, threading.Event()) as first:
        ran = place.run("pull", "--yes", status=11)
        assert ran.err.startswith("Error: Another run holds this workspace: “push” on ")
        assert f", process {first.pid}, since " in ran.err
        assert place.run("status").status == 0  # looking is always allowed
    assert first.wait() == 0
    assert place.objects() == FILES


def test_a_second_run_waits_as_long_as_it_is_told_to(place: Place, meddler: Meddler) -> None:
    place.begin()
    may_end = threading.Event()
    with _a_push_that_takes_its_time(place, meddler, may_end):
        place.run("push", "--yes", "--lock-timeout", "0.5", status=11)
        threading.Timer(1.0, may_end.set).start()
        waited = place.row("record", "--lock-timeout", "60")
    assert waited["unchanged"] == len(FILES)


def test_a_run_that_waits_for_one_that_is_killed_goes_on_at_once(
    place: Place, meddler: Meddler
) -> None:
    place.begin()
    command = [program(), "push", "--yes", "--quiet", "--lock-timeout", "100"]
    with (
        _a_push_that_takes_its_time(place, meddler, threading.Event()) as first,
        subprocess.Popen(command, cwd=place.root, stdin=subprocess.DEVNULL) as second,
    ):
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(3)
        meddler.before = nothing
        first.kill()
        assert second.wait(60) == 0
    assert place.objects() == FILES
