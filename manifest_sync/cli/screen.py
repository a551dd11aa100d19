"""Where a command writes: its result on stdout, everything else on stderr."""

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import ClassVar

import msgspec

from manifest_sync.cli.json_output import print_document
from manifest_sync.cli.output import Line, Output, Plain

_TOLD_TO_RICH = {"FORCE_COLOR", "TTY_COMPATIBLE"}
"""Environment variables by which Rich takes for a terminal what is none, or the reverse."""


class Screen:
    """One command's output, in colours where it leads to a terminal that has them."""

    SHOWN_ON_A_TERMINAL: ClassVar[int] = 50
    """Files of one kind before the rest is only counted."""

    def __init__(self, *, as_json: bool, quiet: bool, everything: bool = False) -> None:
        """With `as_json` stdout is for one document only; `everything` shortens no list."""
        self.as_json = as_json
        self.quiet = quiet
        self.err = _output(stderr=True)
        self._out = _output(stderr=False)
        self._everything = everything

    @property
    def limit(self) -> int | None:
        """How many files of one kind are listed; None for all of them."""
        if self._everything or not self._out.is_terminal:
            return None
        return self.SHOWN_ON_A_TERMINAL

    def show(self, *lines: Line) -> None:
        """A part of the result. With --json it goes to stderr: the document is the result."""
        (self.err if self.as_json else self._out).print(*lines)

    def tell(self, *lines: Line) -> None:
        """What goes along with the result: not with --quiet, nor beside a document."""
        if not self.quiet and not self.as_json:
            self.show(*lines)

    def say(self, *lines: Line) -> None:
        """What a person must see: messages, warnings, questions."""
        self.err.print(*lines)

    def document(self, document: msgspec.Struct) -> None:
        """The one document of --json."""
        if self.as_json:
            print_document(document)


def with_rich(name: str) -> ModuleType:
    """A module of this floor that imports Rich, imported now.

    To import it takes an eighth of what a plan of a few files needs, and only a terminal has a
    use for it.
    """
    return import_module(f"manifest_sync.cli.{name}")


def _output(*, stderr: bool) -> Output:
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty() or not _TOLD_TO_RICH.isdisjoint(os.environ):
        terminal: Output = with_rich("terminal").terminal(stderr=stderr)
        return terminal
    return Plain(lambda: sys.stderr if stderr else sys.stdout)
