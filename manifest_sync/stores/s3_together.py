"""Many requests of obstore's at a time, all of them from one thread.

Threads that wait for a request each would hand the interpreter's lock around for every step of
every file: with 32 of them that took more than everything else about a small file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PreconditionError,
)

from manifest_sync.core.errors import NotBegun, StoreError

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

_ABOUT_ONE = (
    AlreadyExistsError,
    FileNotFoundError,  # obstore's word for 404
    NotFoundError,
    PreconditionError,
    StoreError,
)
"""What is raised because of the state of one object. Anything else may be raised for all."""


def ask_together(
    jobs: Sequence[_Job], ask: Callable[[_Job], Awaitable[_Result]], at_a_time: int
) -> list[_Result | Exception]:
    """Ask about each job, so many at a time; the answers, or errors, are in the jobs' order.

    After an error that may not be about one of them alone, no more are begun.
    """
    waiting = iter(enumerate(jobs))
    is_over = False
    answers: dict[int, _Result | Exception] = {}

    async def work() -> None:
        nonlocal is_over
        for number, job in waiting:
            if is_over:
                return
            try:
                answers[number] = await ask(job)
            except _ABOUT_ONE as error:
                answers[number] = error
            except BaseError as error:
                answers[number], is_over = error, True

    async def everything() -> None:
        await asyncio.gather(*(work() for _ in range(min(at_a_time, len(jobs)))))

    asyncio.run(everything())
    not_begun = NotBegun("not begun after something else failed")
    return [answers.get(number, not_begun) for number in range(len(jobs))]
