"""A run that goes on only while it is let: several of them interleave, one step at a time.

Each runs in a thread of its own, but never two at once: whoever lets one go on waits until it has
stopped again. So every interleaving is played the same way each time.
"""

import threading
from collections.abc import Callable

_PATIENCE = 60
"""Seconds after which a run that neither stops nor ends is a failure."""


class Killed(BaseException):
    """The process of the run is no more: whatever it tries from now on does not happen."""

    def __init__(self, *, in_between: bool) -> None:
        """`in_between` its next step was half done already."""
        super().__init__()
        self.in_between = in_between


class Strand:
    """One run. It stops at points that it announces itself."""

    def __init__(self, work: Callable[[], None]) -> None:
        """It waits at its beginning until it is let go on."""
        self.ended = False
        self.error: BaseException | None = None
        self._work = work
        self._killed: Killed | None = None
        self._left = 0
        self._go = threading.Semaphore(0)
        self._stopped = threading.Semaphore(0)
        self._one_at_a_time = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def point(self) -> None:
        """What the run calls before each of its steps; it may not return."""
        assert self._one_at_a_time.acquire(blocking=False), "two threads of one run at once"
        try:
            if self._left == 0 and self._killed is None:
                self._stopped.release()
                self._go.acquire()
            self._left -= 1
            self._die_if_killed()
        finally:
            self._one_at_a_time.release()

    def go_on(self, steps: int = -1) -> None:
        """Let the run make so many steps, or all the rest of them."""
        if self.ended:
            return
        self._left = steps
        self._go.release()
        assert self._stopped.acquire(timeout=_PATIENCE), "the run hangs"
        if self.error is not None:
            raise self.error

    def kill(self, *, in_between: bool = False) -> None:
        """End the run where it is, or in between its steps."""
        self._killed = Killed(in_between=in_between)
        self.go_on()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._begin()
            self._work()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - handed to whoever let it go on
            self.error = error
        self.ended = True
        self._stopped.release()

    def _begin(self) -> None:
        """Wait for the first step."""
        self._go.acquire()
        self._die_if_killed()

    def _die_if_killed(self) -> None:
        if self._killed is not None:
            killed, self._killed = self._killed, Killed(in_between=False)
            raise killed
