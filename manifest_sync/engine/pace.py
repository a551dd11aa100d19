"""How fast a run goes, given how its server bears it.

Fewer changes are made at a time for a server that asks to slow down: additive increase,
multiplicative decrease, as TCP does it (RFC 5681, §3.1). More are made for one that is far away,
whose answers are mostly waited for. Where nothing gets through any more, or nobody is signed in,
the run is over.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from manifest_sync.core.errors import NotSignedIn, SlowDown, StoreError, Transient, Unreachable

PATIENCE = 60.0
"""Seconds in which nothing gets through before a run gives up."""
STUCK = 3
"""Different changes or steps that fail, with none going through in between: it is about none of
them."""
_ROUND = 1.0
"""Seconds after slowing down; what is refused within them was sent before."""
_IDLE = 0.5
"""Of a core: a process that needs less of one waits for its server."""
_SOON = 0.5
"""Seconds that a round of changes may take, so that Ctrl-C is heard, and a line not overfilled."""


class Pace:
    """Shared by the threads of a run, and by its styles."""

    def __init__(
        self,
        usual: int = 32,
        clock: Callable[[], float] = time.monotonic,
        *,
        most: int | None = None,
    ) -> None:
        """So many changes are at work at a time, as long as nobody minds.

        With `most`, up to so many where the server is far away.
        """
        self._usual = self._most = usual
        self._limit = most or usual
        self.clock = clock
        self._changed = threading.Condition()
        self._allowed = float(usual)
        self._at_work = 0
        self._slowed: float | None = None
        self._failing: set[str] = set()
        self._failing_since = 0.0
        self._failed_steps = 0
        self._over: StoreError | None = None
        self._over_since = 0.0

    @property
    def allowed(self) -> int:
        """Changes that may be at work at a time now."""
        return int(self._allowed)

    @property
    def is_far(self) -> bool:
        """Whether the server was found to be so far away that more are at work than usual."""
        return self._most > self._usual

    @property
    def is_slowed(self) -> bool:
        """Whether that is fewer than the user wants."""
        return self.allowed < self._most

    @property
    def is_stuck(self) -> bool:
        """Whether nothing gets through, whatever is tried."""
        return len(self._failing) >= STUCK

    @property
    def over(self) -> StoreError | None:
        """Why nothing more is to be begun; None as long as something is."""
        return self._over

    def is_over(self) -> bool:
        """Whether nothing more is to be begun."""
        return self._over is not None

    def check(self) -> None:
        """Raise why it is over, where it is."""
        if self._over is not None:
            raise self._over

    @property
    def is_past(self) -> bool:
        """Whether it has been over for so long that another run may find things better."""
        return self._over is not None and self.clock() - self._over_since > PATIENCE

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until one more may be at work, and be that one."""
        with self._changed:
            while self._at_work >= self.allowed:
                self._changed.wait()
            self._at_work += 1
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    @contextmanager
    def reaching(self) -> Iterator[None]:
        """For a step without which there is nothing to do: a listing, publishing.

        It is not begun where the run has given up, and the run gives up where nobody answers, or
        where several fail in a row: a hundred styles do not wait for the same one after the other.
        """
        self.check()
        try:
            yield
        except (Transient, NotSignedIn) as error:
            with self._changed:
                self._failed_steps += 1
            if isinstance(error, Unreachable | NotSignedIn) or self._failed_steps >= STUCK:
                self.end(error)
            raise
        self._failed_steps = 0

    def took(self, rounds: float, seconds: float, busy: float) -> None:
        """So many changes one after the other took so long, while this process was so long busy.

        Where it was mostly idle, and each of them soon over, four times as many may be at work at
        a time from now on; half as many where that has become too many for the line.
        """
        each = seconds / rounds
        with self._changed:
            if self._slowed is not None:
                return
            if each > 2 * _SOON:
                self._most = max(self._usual, self._most // 2)
            elif each <= _SOON and busy < _IDLE * seconds:
                self._most = min(self._limit, self._most * 4)
            self._allowed = float(self._most)

    def went_through(self, times: int = 1) -> None:
        """The server has answered: there is hope for everything else, and room for a little more.

        It takes as many of these as are at work for one more to be allowed.
        """
        with self._changed:
            self._failing.clear()
            self._allowed = min(self._most, self._allowed + times / self._allowed)

    def fell_through(self, what: str, error: Transient) -> None:
        """One try of a change has failed, which may go through the next time."""
        now = self.clock()
        with self._changed:
            if not self._failing:
                self._failing_since = now
            self._failing.add(what)
            if isinstance(error, SlowDown) and (
                self._slowed is None or now - self._slowed > _ROUND
            ):
                self._slowed = now
                self._allowed = max(1.0, self._allowed / 2)
        if self.is_stuck and now - self._failing_since > PATIENCE:
            self.end(
                Transient(
                    f"nothing has got through for {PATIENCE:.0f} seconds ({error}); "
                    "run the same command again to finish"
                )
            )

    def end(self, why: StoreError) -> None:
        """Let nothing more be begun. The first reason counts."""
        with self._changed:
            if self._over is None:
                self._over, self._over_since = why, self.clock()
