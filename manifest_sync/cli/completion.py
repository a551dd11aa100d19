"""Completing style names in a shell."""

from collections.abc import Iterator
from pathlib import Path

import typer

from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.workspace.styles import choose_styles, find_root


def complete_styles(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The ids of the workspace's styles that begin like this, with their folders.

    A shell must never be disturbed: where nothing can be read, nothing is offered.
    """
    here = Path(ctx.params.get("workspace") or Path.cwd())
    root = find_root(here)
    if root is None:
        return
    try:
        styles = choose_styles(root, (), None, here).styles
    except (ManifestSyncError, OSError):
        return
    for style in styles:
        if style.id.startswith(incomplete):
            yield style.id, style.name
