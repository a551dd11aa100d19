"""A workspace for one request or one job: opened in its thread, closed at its end."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from manifest_sync.core.events import OnEvent, ignore_events
from manifest_sync.core.paths import shown
from manifest_sync.web.failures import UnknownStyle
from manifest_sync.workspace.styles import Style
from manifest_sync.workspace.workspace import Workspace


class Opener(msgspec.Struct, frozen=True):
    """Opens the workspace that a server is for; its files are read anew each time."""

    root: Path
    flags: Mapping[str, str | int | None] = {}

    @contextmanager
    def opened(
        self, tell: OnEvent = ignore_events, stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[Workspace]:
        """The workspace, for this thread and for as long as the block."""
        with Workspace.open(self.root, flags=self.flags, tell=tell, stopped=stopped) as workspace:
            yield workspace


def find_style(workspace: Workspace, style_id: str) -> Style:
    """The style of that id. Nothing else names one: what a request says never becomes a path.

    Raises UnknownStyle; where its manifest is broken, what is wrong with that.
    """
    chosen = workspace.styles()
    for style in chosen.styles:
        if style.id == style_id:
            return style
    for broken in chosen.broken:
        if broken.folder.name == style_id:
            raise broken.error
    raise UnknownStyle(f"There is no style “{shown(style_id)}” in this workspace.")
