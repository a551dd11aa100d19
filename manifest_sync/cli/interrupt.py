"""Ctrl-C, or SIGTERM, while changes are being made: the first ends the run in good order."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from manifest_sync.core.exits import Exit

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = "\x1b[?25h"
_FIRST = "Interrupted: what is in flight is being finished. Press Ctrl-C again to end at once.\n"


@contextmanager
def noticed() -> Iterator[Callable[[], bool]]:
    """Meanwhile Ctrl-C raises nothing; what is given tells whether it was pressed.

    An exception may come at any place, one where Python drops it among them: in a finalizer.
    """
    pressed: list[int] = []
    former = signal.getsignal(signal.SIGINT)
    if former is None or former is signal.SIG_IGN:
        yield lambda: False
        return
    signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, former)


class Interrupt:
    """Whether Ctrl-C was pressed, or the process told to end, during an apply. Calling it asks."""

    def __init__(self) -> None:
        """Not pressed yet."""
        self.pressed = False

    def __call__(self) -> bool:
        """Whether nothing new is to be begun."""
        return self.pressed

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Meanwhile a signal sets the flag instead of raising; a second one ends the process."""
        former = {number: signal.getsignal(number) for number in _SIGNALS}
        # `nohup` and shells without job control want Ctrl-C ignored.
        heeded = [number for number in _SIGNALS if former[number] is not signal.SIG_IGN]
        for number in heeded:
            signal.signal(number, self._press)
        try:
            yield
        finally:
            for number in heeded:
                signal.signal(number, former[number])

    def _press(self, _number: int, _frame: FrameType | None) -> None:
        # Written past Python's buffers, which the code that was interrupted may be holding.
        if self.pressed:
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), _SHOW_CURSOR.encode())
            os._exit(Exit.INTERRUPTED)
        self.pressed = True
        os.write(sys.stderr.fileno(), _FIRST.encode())
