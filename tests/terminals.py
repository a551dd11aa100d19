"""Running commands at a terminal: a pty, on which a person types.

Each has a process of its own, but forked from one that has imported everything: to begin a new
Python takes a second, and a fork none.
"""

import multiprocessing
import os
import pty
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from manifest_sync.__main__ import main

_forked = multiprocessing.get_context("forkserver")
_forked.set_forkserver_preload(["tests.warm", __name__])


class Terminal:
    """A command that runs at a terminal of its own."""

    def __init__(self, process: ForkServerProcess, screen: int, line: int) -> None:
        self.process = process
        self.shown = ""
        self._screen = screen
        self._line: int | None = line

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Read what is shown until a text is in it."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < deadline, f"never showed {text!r}, but: {self.shown}"
            assert self._read(), f"ended without showing {text!r}, but: {self.shown}"

    def type(self, text: str) -> None:
        """Press keys; "\\x04" is Ctrl-D, "\\x03" Ctrl-C."""
        os.write(self._screen, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.type("\x03")

    def end(self, seconds: float = 60) -> int:
        """Wait for the end, and return the exit status."""
        deadline = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < deadline, f"never ended, but showed: {self.shown}"
        self.process.join(5)
        assert self.process.exitcode is not None
        return self.process.exitcode

    def close(self) -> None:
        """Take the terminal away."""
        self._hang_up()
        os.close(self._screen)

    def _hang_up(self) -> None:
        """Close this process's own end of the line, which it holds until the command has it."""
        if self._line is not None:
            os.close(self._line)
            self._line = None

    def _read(self) -> bool:
        """Read what is there; whether there may be more."""
        ready = wait([self._screen, self.process.sentinel], 1)
        if self.process.sentinel in ready:
            self._hang_up()  # what is left can still be read; after it comes an error
        elif not ready:
            return True
        try:
            data = os.read(self._screen, 65536)
        except OSError:
            return False
        self.shown += data.decode(errors="replace").replace("\r\n", "\n")
        return True


@contextmanager
def at_terminal(
    folder: Path, *arguments: str, environ: Mapping[str, str] | None = None, columns: int = 200
) -> Iterator[Terminal]:
    """Run a command at a terminal."""
    screen, line = pty.openpty()
    size = {"COLUMNS": str(columns), "LINES": "50", "TERM": "xterm-256color"}
    process = _forked.Process(
        target=_run,
        args=(os.ttyname(line), folder, arguments, {**os.environ, **size, **(environ or {})}),
    )
    process.start()
    terminal = Terminal(process, screen, line)
    try:
        yield terminal
    finally:
        process.kill()
        process.join()
        terminal.close()


def _run(
    terminal: str, folder: Path, arguments: tuple[str, ...], environ: Mapping[str, str]
) -> None:
    """What the new process does: it begins as the program would."""
    # Who runs the tests in the background has Ctrl-C ignored; nobody at a terminal has.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    opened = os.open(terminal, os.O_RDWR)  # the first one of a session is where Ctrl-C comes from
    for standard in range(3):
        os.dup2(opened, standard)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    sys.argv = ["manifest-sync", *arguments]
    main()
