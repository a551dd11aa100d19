"""Telling how a run is going: bars on a terminal, a line now and then elsewhere."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from manifest_sync.cli.screen import Screen, with_rich
from manifest_sync.core.amounts import many, size
from manifest_sync.core.content import Side
from manifest_sync.core.events import (
    ApplyBegan,
    ChangeEnded,
    Event,
    Hashed,
    Listed,
    TriedAgain,
)
from manifest_sync.core.events import Warned as Warning_
from manifest_sync.core.paths import shown

SIDES = {Side.LOCAL: "folder", Side.S3: "S3"}
ITEMS = {Side.LOCAL: "file", Side.S3: "object"}


class Reporter(Protocol):
    """Watches a run. Events come from several threads."""

    def tell(self, event: Event) -> None:
        """Something happened."""
        ...

    def shown(self) -> AbstractContextManager[object]:
        """Meanwhile progress is on the screen; nothing else may write there."""
        ...


def reporter(screen: Screen) -> Reporter:
    """The reporter that suits where stderr leads."""
    if screen.quiet:
        return Silence(screen)
    if not screen.err.is_terminal:
        return Lines(screen)
    bars: Reporter = with_rich("bars").Bars(screen, screen.err)
    return bars


class Silence:
    """Warnings only."""

    def __init__(self, screen: Screen) -> None:
        """Warnings go to the screen."""
        self._screen = screen

    def tell(self, event: Event) -> None:
        """Pass on warnings."""
        if isinstance(event, Warning_):
            self._screen.say(f"Warning: {shown(event.message)}")

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Nothing is shown."""
        yield


class Lines:
    """One plain line every few seconds, for logs."""

    def __init__(self, screen: Screen, every: float = 5.0) -> None:
        """`every` is the least number of seconds between two lines."""
        self._silence = Silence(screen)
        self._screen = screen
        self._every = every
        self._lock = threading.Lock()
        self._last = time.monotonic()
        self._made = self._of = self._sent = self._retries = 0

    def tell(self, event: Event) -> None:
        """Say where things are, if nothing was said for a while."""
        self._silence.tell(event)
        with self._lock:
            line = self._described(event)
            now = time.monotonic()
            if line is None or now - self._last < self._every:
                return
            self._last = now
        self._screen.say(line)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Begin to count the seconds anew."""
        self._last = time.monotonic()
        yield

    def _described(self, event: Event) -> str | None:
        match event:
            case Listed(style, side, files):
                return f"{shown(style)}: listed {many(files, 'file')} ({SIDES[side]})"
            case Hashed(style, files, of, read, of_bytes, side):
                amount = f"{size(read)} of {size(of_bytes)}"
                return f"{shown(style)}: read {files:,} of {many(of, ITEMS[side])}, {amount}"
            case ApplyBegan(_, _, changes, _):
                self._made, self._of, self._sent, self._retries = 0, changes, 0, 0
                return None
            case ChangeEnded(style, outcome):
                self._made += 1
                self._sent += outcome.sent
                return f"{shown(style)}: {self._standing()}"
            case TriedAgain(style, why):
                self._retries += 1
                standing = self._standing() if self._of else retries(self._retries)
                return f"{shown(style)}: {standing}: {shown(why)}{slowed(event)}"
        return None

    def _standing(self) -> str:
        made = f"{self._made:,} of {many(self._of, 'change')}, {size(self._sent)}"
        return f"{made}; {retries(self._retries)}" if self._retries else made


def retries(count: int) -> str:
    """How often something was tried again."""
    return many(count, "retry", "retries")


def slowed(event: TriedAgain) -> str:
    """The little that S3 has asked for."""
    return f", slowed down to {event.at_a_time} at a time" if event.slowed else ""
