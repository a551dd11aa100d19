"""A line of output, and writing lines where there is no terminal."""

from collections.abc import Callable
from typing import NamedTuple, Protocol, TextIO


class Styled(NamedTuple):
    """A line in a style, as Rich names it. Nothing in it is taken for markup."""

    text: str
    style: str

    def __str__(self) -> str:
        """The text."""
        return self.text


Line = str | Styled


class Output(Protocol):
    """Where lines can be written."""

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads along."""
        ...

    def print(self, *lines: Line, end: str = "\n") -> None:
        """Write lines, each with its end."""
        ...


class Plain:
    """A file or a pipe: lines without their styles, all of them at once."""

    is_terminal = False

    def __init__(self, stream: Callable[[], TextIO]) -> None:
        """`stream` is asked each time: it may have been exchanged meanwhile."""
        self._stream = stream

    def print(self, *lines: Line, end: str = "\n") -> None:
        """Write lines, each with its end."""
        stream = self._stream()
        stream.write("".join(f"{line!s}{end}" for line in lines))
        stream.flush()
