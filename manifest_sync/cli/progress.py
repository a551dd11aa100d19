"""Telling how a run is going: bars on a terminal, a line now and then elsewhere."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from manifest_sync.cli.screen import Screen
from manifest_sync.core.amounts import many, size
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
from manifest_sync.core.events import Warned as Warning_
from manifest_sync.core.paths import shown

_NAMES = {Side.LOCAL: "folder", Side.S3: "S3"}
_ITEMS = {Side.LOCAL: "file", Side.S3: "object"}


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
    return Bars(screen) if screen.err.is_terminal else Lines(screen)


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
                return f"{shown(style)}: listed {many(files, 'file')} ({_NAMES[side]})"
            case Hashed(style, files, of, read, of_bytes, side):
                amount = f"{size(read)} of {size(of_bytes)}"
                return f"{shown(style)}: read {files:,} of {many(of, _ITEMS[side])}, {amount}"
            case ApplyBegan(_, _, changes, _):
                self._made, self._of, self._sent, self._retries = 0, changes, 0, 0
                return None
            case ChangeEnded(style, outcome):
                self._made += 1
                self._sent += outcome.sent
                return f"{shown(style)}: {self._standing()}"
            case TriedAgain(style, why):
                self._retries += 1
                standing = self._standing() if self._of else _retries(self._retries)
                return f"{shown(style)}: {standing}: {shown(why)}{_slowed(event)}"
        return None

    def _standing(self) -> str:
        made = f"{self._made:,} of {many(self._of, 'change')}, {size(self._sent)}"
        return f"{made}; {_retries(self._retries)}" if self._retries else made


class Bars:
    """One bar for each thing that is going on."""

    def __init__(self, screen: Screen) -> None:
        """Draw on the screen's terminal."""
        self._silence = Silence(screen)
        self._console = screen.err
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._style = ""

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Draw the bars, and take them away at the end."""
        with _progress(self._console) as progress:
            self._progress = progress
            try:
                yield
            finally:
                self._progress, self._tasks, self._style = None, {}, ""

    def tell(self, event: Event) -> None:
        """Move a bar."""
        self._silence.tell(event)
        progress = self._progress
        if progress is None or isinstance(event, Warning_):
            return
        if event.style != self._style:
            self._begin(progress, event.style)
        match event:
            case Listed(_, side, files):
                task = self._task(progress, f"listing {_NAMES[side]}", None)
                progress.update(task, completed=files, said=many(files, "file"))
            case Hashed(_, files, of, read, of_bytes, side):
                items = f"{_ITEMS[side]}s"
                task = self._task(progress, f"reading {items}", of_bytes, in_bytes=True)
                progress.update(task, completed=read, said=f"{files:,}/{of:,} {items}")
            case ApplyBegan(_, to, changes, total):
                what = "to S3" if to is Side.S3 else "from S3"
                task = self._task(progress, what, total or changes, in_bytes=total > 0)
                progress.update(task, said=f"0/{changes:,} files", made=0, of=changes, retries=0)
            case ChangeEnded(_, outcome):
                self._change(progress, outcome.sent)
            case TriedAgain():
                self._retry(progress, event)
            case ApplyEnded():
                pass

    def _begin(self, progress: Progress, style: str) -> None:
        """Another style: its bars take the place of the former one's."""
        for task in progress.task_ids:
            progress.remove_task(task)
        self._tasks, self._style = {}, style

    def _task(
        self, progress: Progress, what: str, total: int | None, *, in_bytes: bool = False
    ) -> TaskID:
        if what not in self._tasks:
            name = f"{shown(self._style)}: {what}"
            self._tasks[what] = progress.add_task(name, total=total, said="", in_bytes=in_bytes)
        return self._tasks[what]

    def _change(self, progress: Progress, sent: int) -> None:
        task = progress.tasks[-1]
        made, of = task.fields["made"] + 1, task.fields["of"]
        step = sent if task.fields["in_bytes"] else 1
        progress.update(task.id, advance=step, made=made, said=f"{made:,}/{of:,} files")

    def _retry(self, progress: Progress, event: TriedAgain) -> None:
        """Say why it takes longer, until the next change has ended."""
        task = progress.tasks[-1] if progress.tasks else None
        if task is None or "retries" not in task.fields:
            return  # objects are being read, and nothing is changed yet
        made, of, retries = task.fields["made"], task.fields["of"], task.fields["retries"] + 1
        why = f"{shown(event.why)}, {_retries(retries)}{_slowed(event)}"
        progress.update(task.id, retries=retries, said=f"{made:,}/{of:,} files: {why}")


def _retries(count: int) -> str:
    return many(count, "retry", "retries")


def _slowed(event: TriedAgain) -> str:
    """The little that S3 has asked for."""
    return f", slowed down to {event.at_a_time} at a time" if event.slowed else ""


class _OfBytes(ProgressColumn):
    """A column that only means something where the bar counts bytes."""

    def __init__(self, column: ProgressColumn) -> None:
        super().__init__()
        self._column = column

    def render(self, task: Task) -> Text:
        """Nothing, where it counts files."""
        if not task.fields["in_bytes"]:
            return Text("")
        made = self._column.render(task)
        return made if isinstance(made, Text) else Text(str(made))


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[said]}"),
        _OfBytes(DownloadColumn()),
        _OfBytes(TransferSpeedColumn()),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        refresh_per_second=8,
    )
