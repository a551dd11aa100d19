"""Many requests of obstore's at a time, all of them from one thread.

Threads that wait for a request each would hand the interpreter's lock around for every step of
every file: with 32 of them that took more than everything else about a small file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from obstore.exceptions import BaseError

from manifest_sync.core.errors import StoreError

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

_ANSWERS = (BaseError, FileNotFoundError, StoreError)
"""What is raised instead of an answer. FileNotFoundError is obstore's word for 404."""


def ask_together(
    jobs: Sequence[_Job], ask: Callable[[_Job], Awaitable[_Result]], at_a_time: int
) -> list[_Result | Exception]:
    """Ask about each job, so many at a time; the answers, or errors, are in the jobs' order."""
    waiting = iter(enumerate(jobs))
    answers: dict[int, _Result | Exception] = {}

    async def work() -> None:
        for number, job in waiting:
            try:
                answers[number] = await ask(job)
            except _ANSWERS as error:
                answers[number] = error

    async def everything() -> None:
        await asyncio.gather(*(work() for _ in range(min(at_a_time, len(jobs)))))

    asyncio.run(everything())
    return [answers[number] for number in range(len(jobs))]
