"""`manifest-sync diff`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.screen import Screen
from manifest_sync.core.amounts import size
from manifest_sync.core.errors import InvalidInput, UsageProblem
from manifest_sync.core.exits import Exit
from manifest_sync.core.manifest import MANIFEST_NAME, Manifest
from manifest_sync.core.manifest_diff import diff_manifests
from manifest_sync.core.paths import shown
from manifest_sync.core.scope import Scope
from manifest_sync.formats.documents import DiffDocument
from manifest_sync.workspace.manifest_file import read_state

_FROM_GIT = 7
"""How many arguments git gives an external diff: path, then file, digest and mode, twice."""


@command
def diff(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="OLD NEW",
            help="Two manifests, or style folders that hold one.",
            show_default=False,
        ),
    ],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")
    ] = False,
) -> Exit:
    """Say what changed between two states of a manifest: +3 images, 2 captions edited, −1 pair.

    A pair is an image and its caption that came or went together. With --json the paths are named.
    An empty file stands for a manifest that is not there.

    For git, as an external diff, or as a textconv that shows a line for each file:

        manifest-sync diff old.json styles/16
        git config diff.manifest.command 'manifest-sync diff'
        git config diff.manifest.textconv 'manifest-sync diff'
        echo 'manifest.json diff=manifest' >> .gitattributes
    """
    screen = Screen(as_json=as_json, quiet=False)
    if len(files) == 1:
        if as_json:
            raise UsageProblem("Name two manifests, OLD and NEW.")
        screen.show(*_listed(files[0]))
        return Exit.DONE
    prefix = ""
    if len(files) == _FROM_GIT:
        prefix = f"{shown(files[0])}: "
        files = [files[1], files[4]]
    if len(files) != len(("OLD", "NEW")):
        raise UsageProblem("Name two manifests, OLD and NEW.")
    found = diff_manifests(*map(_state, files))
    if not as_json:
        screen.show(prefix + found.summary)
    screen.document(
        DiffDocument(
            "manifest-sync/diff",
            1,
            found.summary,
            found.added,
            found.edited,
            found.removed,
            found.keys,
        )
    )
    return Exit.DONE


def _state(name: str) -> Manifest | None:
    place = _place(name)
    return read_state(place, shown(str(place)))


def _place(name: str) -> Path:
    place = Path(name)
    return place / MANIFEST_NAME if place.is_dir() else place


def _listed(name: str) -> Iterator[str]:
    """A line for each file, short enough to be read in a diff.

    What is no manifest is shown as it is: git would not go on with a history that holds one.
    """
    try:
        manifest = _state(name)
    except InvalidInput:
        yield from map(shown, _place(name).read_text("utf-8", "replace").splitlines())
        return
    if manifest is None:
        return
    scope = Scope(manifest.header)
    for path, content in sorted(manifest.lines.items()):
        yield f"{scope.role(path)} {shown(path)} ({size(content.size)}, md5 {content.md5[:8]})"
