"""Ctrl-C while changes are being made: the first press ends the run in good order."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from manifest_sync.core.exits import Exit

_SHOW_CURSOR = "\x1b[?25h"
_FIRST = "Interrupted: what is in flight is being finished. Press Ctrl-C again to end at once.\n"


class Interrupt:
    """Whether Ctrl-C was pressed during an apply. Calling it asks."""

    def __init__(self) -> None:
        """Not pressed yet."""
        self.pressed = False

    def __call__(self) -> bool:
        """Whether nothing new is to be begun."""
        return self.pressed

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Meanwhile Ctrl-C sets the flag instead of raising; a second one ends the process."""
        former = signal.getsignal(signal.SIGINT)
        if former is signal.SIG_IGN:
            yield  # `nohup` and shells without job control want it ignored
            return
        signal.signal(signal.SIGINT, self._press)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, former)

    def _press(self, _number: int, _frame: FrameType | None) -> None:
        # Written past Python's buffers, which the code that was interrupted may be holding.
        if self.pressed:
            if sys.stderr.isatty():
                os.write(sys.stderr.fileno(), _SHOW_CURSOR.encode())
            os._exit(Exit.INTERRUPTED)
        self.pressed = True
        os.write(sys.stderr.fileno(), _FIRST.encode())
