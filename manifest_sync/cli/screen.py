"""Where a command writes: its result on stdout, everything else on stderr."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec
from rich.console import Console
from rich.text import Text

from manifest_sync.cli.json_output import print_document

Line = str | Text


class Screen:
    """One command's output. Rich drops the colours where there is no terminal, or NO_COLOR."""

    SHOWN_ON_A_TERMINAL: ClassVar[int] = 50
    """Files of one kind before the rest is only counted."""

    def __init__(self, *, as_json: bool, quiet: bool, everything: bool = False) -> None:
        """With `as_json` stdout is for one document only; `everything` shortens no list."""
        self.as_json = as_json
        self.quiet = quiet
        self.err = _console(stderr=True)
        self._out = _console(stderr=False)
        self._everything = everything

    @property
    def limit(self) -> int | None:
        """How many files of one kind are listed; None for all of them."""
        if self._everything or not self._out.is_terminal:
            return None
        return self.SHOWN_ON_A_TERMINAL

    def show(self, *lines: Line) -> None:
        """A part of the result. With --json it goes to stderr: the document is the result."""
        _print(self.err if self.as_json else self._out, lines)

    def tell(self, *lines: Line) -> None:
        """What goes along with the result: not with --quiet, nor beside a document."""
        if not self.quiet and not self.as_json:
            self.show(*lines)

    def say(self, *lines: Line) -> None:
        """What a person must see: messages, warnings, questions."""
        _print(self.err, lines)

    def document(self, document: msgspec.Struct) -> None:
        """The one document of --json."""
        if self.as_json:
            print_document(document)


def _print(console: Console, lines: Sequence[Line]) -> None:
    """Line by line; where there are no colours all at once, in a tenth of the time."""
    if lines and not console.is_terminal:
        lines = ["\n".join(map(str, lines))]
    for line in lines:
        console.print(line)


def styled(text: str, style: str) -> Text:
    """Text in a colour. Nothing in it is taken for markup."""
    return Text(text, style=style)


def _console(*, stderr: bool) -> Console:
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)
