"""Killed as a request arrives, or at any time at all: the same command again ends it.

What the last request did before the process was gone, nobody wrote down. `make soak` kills more
often at random than the tests do by themselves.
"""

import itertools
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.buckets import new_bucket
from tests.commands import program
from tests.e2e.crash_scenes import ALL, SCENES, Scene
from tests.e2e.killing import run_and_kill, writes
from tests.e2e.meddler import Meddler
from tests.e2e.places import BOTH_SERVERS_SLOWLY, Place
from tests.servers import S3Server

pytestmark = BOTH_SERVERS_SLOWLY

_WRITES = {
    "push": (1, 2, 3, 4, 6, 9, 12),
    "push with versions": (1, 3, 5, 7),
    "restore": (1, 2, 3),
    "remove": (1, 3, 6),
    "prune": (1, 2),
}
"""Which of the requests that change something are the last of a command."""
_KILLS = int(os.environ.get("MANIFEST_SYNC_KILLS", "5"))
_SECONDS = float(os.environ.get("MANIFEST_SYNC_SOAK_SECONDS", "120"))


def _end(scene: Scene) -> None:
    """Run the command again, and look at what became of it."""
    scene.check_it_is_told_truthfully()
    scene.place.quickly(*scene.arguments)
    scene.check_it_has_ended()


@pytest.mark.parametrize(
    ("command", "number"), [(each, number) for each, them in _WRITES.items() for number in them]
)
def test_the_same_command_ends_what_a_request_had_done(
    place: Place, meddler: Meddler, command: str, number: int
) -> None:
    scene = SCENES[command](place)
    assert run_and_kill(place, meddler, scene.arguments, number, writes)
    _end(scene)


@pytest.mark.parametrize("number", [2, 4, 5, 6])
def test_a_pull_is_ended_whatever_had_arrived(place: Place, meddler: Meddler, number: int) -> None:
    scene = SCENES["pull"](place)
    assert run_and_kill(place, meddler, scene.arguments, number)
    _end(scene)


@pytest.mark.parametrize("number", [1, 4, 8, 14])
def test_its_own_half_done_work_is_never_a_conflict(
    place: Place, meddler: Meddler, number: int
) -> None:
    scene = SCENES["push"](place)
    assert run_and_kill(place, meddler, ("push", "--yes"), number, writes) == (number < 14)
    place.write(dict.fromkeys(("0.txt", "1.txt", "2.txt"), b"once more"))
    place.quickly("push", "--yes")
    assert place.objects() == place.files() | {path: ALL[path] for path in ("3.txt", "4.txt")}
    assert scene.destroyed


def test_killed_at_any_time(server: S3Server, tmp_path: Path) -> None:
    seed = int(os.environ.get("MANIFEST_SYNC_SEED", time.time_ns()))
    chance = random.Random(seed)  # noqa: S311  # nothing depends on its being a secret
    lasts = dict.fromkeys(SCENES, 1.5)
    end, killed, turns = time.monotonic() + _SECONDS, 0, itertools.count()
    while killed < _KILLS and time.monotonic() < end:
        command, turn, jobs = chance.choice(list(SCENES)), next(turns), chance.randint(1, 8)
        with new_bucket(server) as bucket, _told(f"seed {seed}, turn {turn}: {command}"):
            place = Place(tmp_path / f"{turn}", bucket)
            place.style.mkdir(parents=True)
            scene = SCENES[command](place)
            began = time.monotonic()
            if _killed_after(scene, chance.uniform(0.2, lasts[command]), jobs):
                killed += 1
            else:
                lasts[command] = max(0.4, 0.9 * (time.monotonic() - began))
            _end(scene)
    assert killed


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say what it was where it fails."""
    try:
        yield
    except BaseException as error:
        error.add_note(what)
        raise


def _killed_after(scene: Scene, seconds: float, jobs: int) -> bool:
    """Run the command, kill it after a while, and tell whether it had not ended by then."""
    process = subprocess.Popen(
        [program(), *scene.arguments],
        cwd=scene.place.root,
        env={**os.environ, "MANIFEST_SYNC_JOBS": str(jobs)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    said = process.communicate()[1]
    assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode == -signal.SIGKILL
