"""Killed at one request after the other: the same command again ends what was begun.

The request that the process does not live to see answered still reaches the server, which is
the harder half: what it did, nobody wrote down.
"""

import hashlib
import itertools
import subprocess
import threading
from collections.abc import Mapping

import pytest

from tests.commands import program
from tests.e2e.meddler import Meddler, nothing
from tests.e2e.places import BOTH_SERVERS_SLOWLY, Place

pytestmark = BOTH_SERVERS_SLOWLY

_BEFORE = {f"{number}.txt": f"caption {number}".encode() for number in range(8)}
_EDITED = {f"{number}.txt": f"better {number}".encode() for number in range(3)}
_GONE = ("3.txt", "4.txt")
_NEW = {"new.png": b"new", "new.txt": b"new caption"}
_POINTS = (1, 2, 3, 5, 7, 9, 11, 14, 17, 20)


def _run_and_kill(place: Place, meddler: Meddler, number: int, *arguments: str) -> bool:
    """Kill a command as it sends its n-th request; whether it lived so long to send it."""
    numbers, started = itertools.count(1), threading.Event()

    def before(_method: str, _path: str) -> None:
        if next(numbers) == number:
            started.wait(60)
            process.kill()
            process.wait(60)

    meddler.before = before
    process = subprocess.Popen(
        [program(), *arguments, "--jobs", "1"],
        cwd=place.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    started.set()
    said = process.communicate(timeout=120)[1]
    meddler.before = nothing
    assert process.returncode in (0, -9), said
    return process.returncode == -9


def _change(place: Place) -> dict[str, bytes]:
    """Edit, delete and add files; what is replaced or deleted by that in the end."""
    place.write(_EDITED | _NEW)
    for path in _GONE:
        (place.style / path).unlink()
    return {path: _BEFORE[path] for path in (*_EDITED, *_GONE)}


def _check_nothing_is_lost(place: Place, side: str, destroyed: Mapping[str, bytes]) -> None:
    """Every byte that was taken away has one row, and is brought back by it."""
    rows = [
        row
        for row in place.quickly("history", "--deletions", "--json").document()["deletions"]
        if row["side"] == side
    ]
    assert sorted((row["path"], row["md5"]) for row in rows) == sorted(
        (path, hashlib.md5(data, usedforsecurity=False).hexdigest())
        for path, data in destroyed.items()
    )
    assert all(row["restorable"] for row in rows)
    place.quickly("restore", *(row["id"] for row in rows), "--overwrite", "--yes")
    there = place.objects() if side == "s3" else place.files()
    assert {path: there[path] for path in destroyed} == destroyed


@pytest.mark.parametrize("number", _POINTS)
def test_a_push_that_was_killed_is_ended_by_the_next(
    place: Place, meddler: Meddler, number: int
) -> None:
    place.begin_pushed(_BEFORE)
    destroyed = _change(place)
    _run_and_kill(place, meddler, number, "push", "--delete", "--yes")
    place.quickly("push", "--delete", "--yes")
    assert place.objects() == place.files()
    assert place.published()["files"].keys() == place.files().keys()
    assert (
        place.bucket.client.list_multipart_uploads(Bucket=place.bucket.name).get("Uploads") is None
    )
    _check_nothing_is_lost(place, "s3", destroyed)


@pytest.mark.parametrize("number", _POINTS[3:])
def test_its_own_half_done_work_is_never_a_conflict(
    place: Place, meddler: Meddler, number: int
) -> None:
    place.begin_pushed(_BEFORE)
    _change(place)
    _run_and_kill(place, meddler, number, "push", "--yes")
    place.write({path: data + b", and once more" for path, data in _EDITED.items()})
    place.quickly("push", "--yes")
    assert place.objects() == place.files() | {path: _BEFORE[path] for path in _GONE}


@pytest.mark.parametrize("number", range(1, 7))
def test_a_pull_that_was_killed_is_ended_by_the_next(
    place: Place, meddler: Meddler, other: Place, number: int
) -> None:
    for path in other.files():
        (other.style / path).unlink()
    other.write(_EDITED | _NEW)
    other.quickly("push", "--delete", "--yes", "--max-delete", "100%", "--allow-empty", "16")
    destroyed = place.files()
    arguments = ("pull", "--delete", "--yes", "--max-delete", "100%", "--allow-empty", "16")
    _run_and_kill(place, meddler, number, *arguments)
    place.quickly(*arguments)
    assert place.files() == place.objects() == _EDITED | _NEW
    _check_nothing_is_lost(place, "local", destroyed)
