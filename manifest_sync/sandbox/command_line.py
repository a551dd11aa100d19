"""Running the real command line in a process of its own, and showing what it says."""

import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

Echo = Callable[[str], None]

PROGRAM = (sys.executable, "-m", "manifest_sync")


class CommandFailed(Exception):
    """A command ended with another status than 0; the text names the command."""


class CommandLine:
    """`manifest-sync` as a person would run it, with every command printed before it runs."""

    def __init__(
        self, environment: Mapping[str, str], echo: Echo, program: tuple[str, ...] = PROGRAM
    ) -> None:
        """Give the commands this environment, and nothing to read from."""
        # Unbuffered, so that results and messages come in the order in which they were said.
        self._environment = {**environment, "PYTHONUNBUFFERED": "1"}
        self._echo = echo
        self._program = program

    def run(self, folder: Path, *arguments: str) -> None:
        """Run one command in a folder; its output is shown line by line as it comes."""
        shown = shlex.join(("manifest-sync", *arguments))
        self._echo(f"$ {shown}")
        with subprocess.Popen(  # noqa: S603 - our own program, arguments of the tour's
            (*self._program, *arguments),
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                self._echo(line.rstrip("\n"))
        if process.returncode != 0:
            raise CommandFailed(
                f"`{shown}` (run in {folder}) ended with status {process.returncode}."
            )
