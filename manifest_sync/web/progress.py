"""How a run is going, as the page shows it: folded from the run's events."""

import threading
from collections.abc import Callable

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.events import (
    ApplyBegan,
    ApplyEnded,
    ChangeEnded,
    Event,
    Hashed,
    Listed,
    TriedAgain,
)


class Progress(msgspec.Struct, frozen=True):
    """A run at one moment. Figures are files, captions included."""

    step: str = "comparing"
    """comparing or syncing."""
    to: Side | None = None
    files: int = 0
    of_files: int = 0
    bytes: int = 0
    of_bytes: int = 0
    failed: int = 0
    trouble: str = ""
    """Why something is being tried again, until a change goes through."""
    began: float | None = None
    """When the changes began, by the clock that is given."""


class Gauge:
    """Progress that is told from a run's threads, and read from any other."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` tells seconds, from whenever."""
        self._clock = clock
        self._lock = threading.Lock()
        self._progress = Progress()

    def tell(self, event: Event) -> None:
        """Take note of what a run says of itself."""
        with self._lock:
            self._progress = folded(self._progress, event, self._clock())

    def read(self) -> tuple[Progress, float]:
        """The progress, and for how long the changes have been going on."""
        with self._lock:
            progress = self._progress
        return progress, 0.0 if progress.began is None else self._clock() - progress.began


def folded(progress: Progress, event: Event, now: float) -> Progress:
    """The progress after an event."""
    change = msgspec.structs.replace
    match event:
        case Listed(files=files):
            return change(progress, files=max(progress.files, files))
        case Hashed(files=files, of=of):
            return change(progress, files=files, of_files=of)
        case ApplyBegan(to=to, changes=changes, bytes=total):
            return Progress("syncing", to, of_files=changes, of_bytes=total, began=now)
        case ChangeEnded(outcome=outcome):
            return change(
                progress,
                files=progress.files + 1,
                bytes=progress.bytes + outcome.sent,
                failed=progress.failed + (not outcome.status.holds),
                trouble="" if outcome.status.holds else progress.trouble,
            )
        case TriedAgain(why=why):
            return change(progress, trouble=why)
        case ApplyEnded():
            return change(progress, files=progress.of_files)
        case _:
            return progress
