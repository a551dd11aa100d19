"""Killing a command as one of its requests arrives, which S3 carries out all the same."""

import itertools
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence

from tests.commands import program
from tests.e2e.meddler import Meddler, nothing
from tests.e2e.places import Place

Concerns = Callable[[str, str], bool]
"""Whether a request counts, by its method and its path."""


def writes(method: str, _path: str) -> bool:
    """Requests that change something."""
    return method in {"PUT", "POST", "DELETE"}


def run_and_kill(
    place: Place,
    meddler: Meddler,
    arguments: Sequence[str],
    number: int,
    concerns: Concerns = lambda *_: True,
) -> bool:
    """Kill a command as it sends its n-th such request; whether it lived so long to send it.

    That is the harder half of being cut off: what the request did, nobody wrote down.
    """
    numbers, started = itertools.count(1), threading.Event()

    def before(method: str, path: str) -> None:
        if concerns(method, path) and next(numbers) == number:
            started.wait(60)
            process.kill()
            process.wait(60)

    meddler.before = before
    process = subprocess.Popen(
        [program(), *arguments],
        cwd=place.root,
        env={**os.environ, "MANIFEST_SYNC_JOBS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    started.set()
    said = process.communicate(timeout=120)[1]
    meddler.before = nothing
    assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode == -signal.SIGKILL
