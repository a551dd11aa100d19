"""Telling how a run is going on a terminal: one bar for each thing that is going on."""

from collections.abc import Iterator
from contextlib import contextmanager

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

from manifest_sync.cli.progress import ITEMS, SIDES, Silence, retries, slowed
from manifest_sync.cli.screen import Screen
from manifest_sync.cli.terminal import Terminal
from manifest_sync.core.amounts import many
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


class Bars:
    """One bar for each thing that is going on."""

    def __init__(self, screen: Screen, terminal: Terminal) -> None:
        """Draw on the terminal; warnings go to the screen."""
        self._silence = Silence(screen)
        self._console = terminal.console
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
                task = self._task(progress, f"listing {SIDES[side]}", None)
                progress.update(task, completed=files, said=many(files, "file"))
            case Hashed(_, files, of, read, of_bytes, side):
                items = f"{ITEMS[side]}s"
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
        made, of, again = task.fields["made"], task.fields["of"], task.fields["retries"] + 1
        why = f"{shown(event.why)}, {retries(again)}{slowed(event)}"
        progress.update(task.id, retries=again, said=f"{made:,}/{of:,} files: {why}")


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
