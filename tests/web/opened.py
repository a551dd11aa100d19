"""`serve` at a terminal, with a browser that only writes down what it is to open."""

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.terminals import Terminal, at_terminal
from tests.web.visitor import TOKEN


@dataclass(frozen=True)
class Opened:
    """What the browser was told, and by whom."""

    terminal: Terminal
    address: str
    """That was printed, with the token."""
    arguments: str
    """Of the browser's command line."""


@contextmanager
def opening(root: Path, folder: Path) -> Iterator[Opened]:
    """Serve a workspace while the block runs; the browser is kept in `folder`."""
    browser, told = folder / "browser", folder / "told"
    browser.write_text(f'#!/bin/sh\nprintf "%s" "$*" > {told}.part && mv {told}.part {told}\n')
    browser.chmod(stat.S_IRWXU)
    environ = {"BROWSER": str(browser), "DISPLAY": ":0", "MANIFEST_SYNC_TOKEN": TOKEN}
    with at_terminal(root, "serve", environ=environ) as terminal:
        terminal.wait_for(f"/?token={TOKEN}")
        found = re.search(r"http://\S+token=\S+", terminal.shown)
        assert found is not None
        while not told.exists():
            assert terminal.process.is_alive(), terminal.shown
            terminal.process.join(0.05)
        yield Opened(terminal, found[0], told.read_text())
