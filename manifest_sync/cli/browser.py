"""Opening an address in a browser, without telling it to everybody on the machine."""

import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from secrets import token_hex

_PAGE = """<!doctype html>
<html lang="en"><title>manifest-sync</title>
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}">
<p><a href="{url}">To the page</a></p></html>
"""


def has_browser() -> bool:
    """Whether a window can be opened; a browser in the terminal would get in the way."""
    shows = sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    return bool(shows) and sys.stderr.isatty()


@contextmanager
def browsing(url: str, folder: Path) -> Iterator[None]:
    """Open an address that holds a secret, and keep what that needs while the block runs.

    Every user of a machine can read the command lines of all programs. So the browser is told of
    a file in `folder` that its user alone may read, and the file leads on to the address.
    """
    file = folder / f"open-{token_hex(8)}.html"
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as page:
            page.write(_PAGE.format(url=escape(url)))
    except OSError:
        # The address is printed, too.
        yield
        return
    try:
        webbrowser.open(file.resolve().as_uri())
        yield
    finally:
        file.unlink(missing_ok=True)
