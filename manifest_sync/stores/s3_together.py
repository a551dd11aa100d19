"""Many requests of obstore's at a time, with next to no Python between them.

Threads that do everything about a file hand the interpreter's lock to each other at every step of
it; these do nothing but wait for obstore. Its asynchronous interface costs twice as much
processor time for a small object, since every answer has to wake the event loop.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PreconditionError,
)

from manifest_sync.core.errors import NotBegun, StoreError
from manifest_sync.stores.base import Limits

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

_THREADS = ThreadPoolExecutor(512, thread_name_prefix="manifest-sync")
"""For the whole process, started as they are needed: to start some for every batch takes as long
as what they do."""

_LATEST = 0.2
"""Seconds until Ctrl-C is noticed, at the latest: right before a wait it does not end it."""

_ABOUT_ONE = (
    AlreadyExistsError,
    FileNotFoundError,  # obstore's word for 404
    NotFoundError,
    PreconditionError,
    StoreError,
)
"""What is raised because of the state of one object. Anything else may be raised for all."""


def ask_together(
    jobs: Sequence[_Job], ask: Callable[[_Job], _Result], limits: Limits
) -> list[_Result | Exception]:
    """Ask about each job, so many at a time; the answers, or errors, are in the jobs' order.

    No more are begun after an error that may not be about one of them alone.
    """
    answers: list[_Result | Exception] = [NotBegun("not begun after something else failed")] * len(
        jobs
    )
    goes_well = threading.Event()
    goes_well.set()

    def work(first: int) -> None:
        for number in range(first, len(jobs), limits.at_a_time):
            if not goes_well.is_set() or limits.stopped():
                return
            try:
                answers[number] = ask(jobs[number])
            except _ABOUT_ONE as error:
                answers[number] = error
            except BaseError as error:
                answers[number] = error
                goes_well.clear()

    at_work = {_THREADS.submit(work, first) for first in range(min(limits.at_a_time, len(jobs)))}
    for done in at_work:
        while not wait([done], _LATEST).done:
            pass
        done.result()
    return answers


def begun(answers: Sequence[_Result | Exception]) -> int:
    """How many were asked about."""
    return sum(not isinstance(answer, NotBegun) for answer in answers)
