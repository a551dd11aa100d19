"""`manifest-sync merge-driver`."""

from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.screen import Screen
from manifest_sync.core.amounts import many
from manifest_sync.core.errors import InvalidInput
from manifest_sync.core.exits import Exit
from manifest_sync.core.manifest_merge import merge_manifests
from manifest_sync.core.paths import shown
from manifest_sync.formats.documents import MergeDocument
from manifest_sync.formats.manifest_conflicts import render_merge
from manifest_sync.workspace.manifest_file import read_manifest, read_state, replace_file


@command
def merge_driver(
    base: Annotated[Path, typer.Argument(metavar="%O", help="The common ancestor.")],
    ours: Annotated[Path, typer.Argument(metavar="%A", help="Our version; the merge goes here.")],
    theirs: Annotated[Path, typer.Argument(metavar="%B", help="Their version.")],
    marker_size: Annotated[
        int, typer.Argument(metavar="%L", min=1, help="How long conflict markers are.")
    ] = 7,
    path: Annotated[
        str, typer.Argument(metavar="%P", help="What the file is called in messages.")
    ] = "manifest.json",
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")
    ] = False,
) -> Exit:
    """Merge two versions of a manifest for git: path by path, and the lists of its header by entry.

    Where both sides changed the same path differently, both lines are left between conflict
    markers, and the exit status is 1, as git wants it. Tell git once in each clone, and once in
    .gitattributes:

        manifest-sync merge-driver base.json ours.json theirs.json
        git config merge.manifest.driver 'manifest-sync merge-driver %O %A %B %L %P'
        echo 'manifest.json merge=manifest' >> .gitattributes
    """
    try:
        merge = merge_manifests(
            read_state(base, f"the ancestor of {path}"),
            read_manifest(ours, f"our {path}")[0],
            read_manifest(theirs, f"their {path}")[0],
        )
    except InvalidInput as error:
        raise InvalidInput(
            f"{error} Nothing was merged; git has both versions (git checkout --ours or --theirs)."
        ) from error
    replace_file(ours, render_merge(merge, marker_size))
    screen = Screen(as_json=as_json, quiet=False)
    left = len(merge.conflicts)
    if left:
        screen.say(f"{shown(path)}: {many(left, 'conflict')} left to choose, between markers.")
    screen.document(MergeDocument("manifest-sync/merge", 1, merge.conflicts))
    return Exit.ERROR if left else Exit.DONE
