"""Running the installed command at a terminal: a pty, on which a person types."""

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.commands import program


class Terminal:
    """A command that runs at a terminal of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", fd: int) -> None:
        self.process = process
        self.shown = ""
        self._fd = fd

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Read what is shown until a text is in it."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < deadline, f"never showed {text!r}, but: {self.shown}"
            assert self._read(), f"ended without showing {text!r}, but: {self.shown}"

    def type(self, text: str) -> None:
        """Press keys; "\\x04" is Ctrl-D, "\\x03" Ctrl-C."""
        os.write(self._fd, text.encode())

    def interrupt(self) -> None:
        """What a terminal does on Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def end(self, seconds: float = 60) -> int:
        """Wait for the end, and return the exit status."""
        deadline = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < deadline, f"never ended, but showed: {self.shown}"
        return self.process.wait(5)

    def _read(self) -> bool:
        """Read what is there; whether there may be more."""
        ready, _, _ = select.select([self._fd], [], [], 0.2)
        if not ready:
            return self.process.poll() is None
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.shown += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


@contextmanager
def at_terminal(
    folder: Path, *arguments: str, environ: Mapping[str, str] | None = None, columns: int = 200
) -> Iterator[Terminal]:
    """Run the installed command at a terminal."""
    main, other = pty.openpty()
    size = {"COLUMNS": str(columns), "LINES": "50", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [program(), *arguments],
        cwd=folder,
        env={**os.environ, **size, **(environ or {})},
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
    )
    os.close(other)
    try:
        yield Terminal(process, main)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        with suppress(OSError):
            os.close(main)
