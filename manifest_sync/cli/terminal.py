"""Writing lines on a terminal, in colours, by Rich."""

from rich.console import Console
from rich.text import Text

from manifest_sync.cli.output import Line, Styled


class Terminal:
    """What Rich takes for a terminal, or was told to; it knows when to leave the colours out."""

    def __init__(self, console: Console) -> None:
        """Write where the console does."""
        self.console = console

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads along."""
        return self.console.is_terminal

    def print(self, *lines: Line, end: str = "\n") -> None:
        """Write lines, each with its end."""
        for line in lines:
            shown = Text(line.text, style=line.style) if isinstance(line, Styled) else line
            self.console.print(shown, end=end)


def terminal(*, stderr: bool) -> Terminal:
    """The terminal that one of the standard streams leads to."""
    return Terminal(
        Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)
    )
