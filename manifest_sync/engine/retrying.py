"""Trying again what may go through the next time, with growing, random pauses.

The clients try each request a few times by themselves (`stores/s3_patience.py`). What fails all
the same is tried again from here: a step of a command by `retrying`, and a change, which is done
anew from its precondition on, by `Persistence`.
"""

import math
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec
import tenacity

from manifest_sync.core.errors import NotSignedIn, SlowDown, StoreError, Transient, Unreachable
from manifest_sync.core.events import TriedAgain
from manifest_sync.engine.pool import is_abandoned
from manifest_sync.engine.watch import Watch

_T = TypeVar("_T")

TRIES = 10
"""Of one step or change. With one fault in five, and clients that have stopped to try again by
themselves, one in a thousand changes of three requests fails."""
LONG = 30.0
"""Seconds after which a step is not begun anew."""
_FEWEST_TRIES = 3
"""Of a change, also after so long: one with much to send takes its time with each of them."""
_BREATH = 0.1
"""Seconds that a pause outlasts Ctrl-C by, at the most."""
_LONGEST_ASKED = 60.0
"""Seconds that a server may ask to wait with `Retry-After`."""
_growing = tenacity.wait_random_exponential(multiplier=0.2, max=10)
_growing_slowly = tenacity.wait_random_exponential(multiplier=1, max=20)


def _pause(state: tenacity.RetryCallState) -> float:
    """Seconds until the next try: longer where the server asks for fewer, or says for how long."""
    error = _error_of(state)
    if not isinstance(error, SlowDown):
        return _growing(state)
    return max(_growing_slowly(state), min(error.seconds or 0.0, _LONGEST_ASKED))


def _sleep(seconds: float) -> None:
    """Pause, as long as somebody waits for what comes of it."""
    for _ in range(math.ceil(seconds / _BREATH)):
        if is_abandoned():
            raise Transient("nobody waits for this any more")
        time.sleep(min(seconds, _BREATH))


retrying = tenacity.Retrying(
    sleep=_sleep,
    retry=tenacity.retry_if_exception(
        lambda error: isinstance(error, Transient) and not isinstance(error, Unreachable)
    ),
    wait=_pause,
    stop=tenacity.stop_after_attempt(TRIES) | tenacity.stop_after_delay(LONG),
    reraise=True,
)
"""One step of a command. Who has mistyped an endpoint is told when the clients give up."""


class Trying(Protocol):
    """Does a thing, and does it again where that helps."""

    def __call__(self, work: Callable[[], _T], /) -> _T:
        """Raises what the last try raised."""
        ...


class Persistence(msgspec.Struct, frozen=True):
    """Tries to make one change, or to read one object, as a part of a run.

    It gives up after so many tries, or with the run. While nothing at all gets through, tries do
    not count: that is not the change's fault, and the run has its own patience.
    """

    watch: Watch
    path: str

    def __call__(self, work: Callable[[], _T], /) -> _T:
        """Raises what the last try raised, or why the run is over; then nothing is tried."""
        pace = self.watch.pace
        pace.check()
        try:
            done = self._done(work)
        except NotSignedIn as error:
            pace.end(error)
            raise
        except Transient as error:
            if pace.over is None:
                raise
            raise pace.over from error
        except StoreError:
            pace.went_through()
            raise
        pace.went_through()
        return done

    def _done(self, work: Callable[[], _T]) -> _T:
        """Nearly everything goes through at once: a policy is made for what does not."""
        deadline = self.watch.pace.clock() + LONG
        try:
            return work()
        except Transient as error:
            failed = [error]

        def again() -> _T:
            if failed:
                raise failed.pop()
            return work()

        policy = retrying.copy(
            retry=tenacity.retry_if_exception_type(Transient),
            stop=lambda state: self._is_over() or self._is_enough(state, deadline),
            after=self._failed,
            before_sleep=self._rest,
            sleep=lambda _: None,  # `_rest` has done that
        )
        return policy(again)

    def _failed(self, state: tenacity.RetryCallState) -> None:
        self.watch.pace.fell_through(f"{self.watch.style}/{self.path}", _error_of(state))

    def _is_enough(self, state: tenacity.RetryCallState, deadline: float) -> bool:
        pace, tries = self.watch.pace, state.attempt_number
        late = pace.clock() > deadline
        return (tries >= TRIES or (late and tries >= _FEWEST_TRIES)) and not pace.is_stuck

    def _is_over(self) -> bool:
        return self.watch.stopped() or self.watch.pace.is_over()

    def _rest(self, state: tenacity.RetryCallState) -> None:
        """Pause before the next try; raise where the run ends meanwhile."""
        watch, error = self.watch, _error_of(state)
        watch.tally.tried_again()
        watch.tell(TriedAgain(watch.style, f"{error}", watch.pace.allowed, watch.pace.is_slowed))
        for _ in range(math.ceil(state.upcoming_sleep / _BREATH)):
            if self._is_over():
                raise error
            retrying.sleep(_BREATH)


def _error_of(state: tenacity.RetryCallState) -> Transient:
    """What the try raised that has just failed."""
    error = state.outcome.exception() if state.outcome is not None else None
    if not isinstance(error, Transient):
        raise TypeError(f"only what may go through the next time is tried again, not {error!r}")
    return error
