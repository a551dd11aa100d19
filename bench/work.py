"""What a work is: data, the tools that work on it, and what each run begins with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.aims import Aim
from bench.null_s3 import NullS3
from bench.stage import Stage

Command = tuple[str, ...]
Prepare = Callable[[Path, NullS3, str, int], Stage]
"""From a folder, a server, the work's name and its number of files to a stage."""
Tools = Mapping[str, Callable[[Stage], Command]]
"""What each tool is called with; the name begins with its program's."""


@dataclass(frozen=True)
class Work:
    """One group of rows of the table."""

    name: str
    files: int
    quick_files: int
    prepare: Prepare
    tools: Tools
    reset: Callable[[Stage], None]
    """What brings a stage back to its beginning, before each run."""
    aims: tuple[Aim, ...] = ()
    delay: float = 0.0
    """Seconds that each listed page takes."""
    distance: float = 0.0
    """Seconds that each request about an object takes."""
    is_huge: bool = False
    """Whether it is done only where it is asked for."""
    needs: Callable[[], str | None] = lambda: None
    """Why it cannot be done, in one sentence; None where it can."""
