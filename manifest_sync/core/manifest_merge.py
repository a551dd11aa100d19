"""Merging two manifests that grew apart in git, path by path, with the one they came from."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from manifest_sync.core.content import Content
from manifest_sync.core.header_merge import merge_headers
from manifest_sync.core.manifest import Manifest

_T = TypeVar("_T")


class Line(msgspec.Struct, frozen=True, gc=False):
    """What a manifest says of one path."""

    content: Content
    etag: str | None = None


class Choice(msgspec.Struct, frozen=True, gc=False):
    """What is left to a person: both sides changed a path, and not to the same. None: no line."""

    ours: Line | None
    theirs: Line | None


class Merge(msgspec.Struct, frozen=True):
    """Two manifests as one, as far as that is decided."""

    ours: Manifest
    """With the merged header; style and remote as ours has them."""
    theirs: Manifest
    """The same, with style and remote as theirs has them: where they differ, choose."""
    lines: Mapping[str, Line | Choice]
    """Sorted by path."""

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The choices that are left: keys of the head (style, remote), then paths."""
        ours, theirs = self.ours, self.theirs
        heads = {"style": ours.style != theirs.style, "remote": ours.remote != theirs.remote}
        return (
            *(key for key, differs in heads.items() if differs),
            *(path for path, line in self.lines.items() if isinstance(line, Choice)),
        )


def merge_manifests(base: Manifest | None, ours: Manifest, theirs: Manifest) -> Merge:
    """Take what only one side changed; without a common ancestor every line is a change."""
    style = _chosen(base and base.style, ours.style, theirs.style)
    remote = _chosen(base and base.remote, ours.remote, theirs.remote)
    schema = _chosen(base and base.schema_uri, ours.schema_uri, theirs.schema_uri)
    merged = msgspec.structs.replace(
        ours,
        header=merge_headers(base.header if base is not None else None, ours.header, theirs.header),
        schema_uri=schema[0],
        lines={},
        etags={},
    )
    return Merge(
        msgspec.structs.replace(merged, style=style[0], remote=remote[0]),
        msgspec.structs.replace(merged, style=style[1], remote=remote[1]),
        _merged_lines(base, ours, theirs),
    )


def _merged_lines(
    base: Manifest | None, ours: Manifest, theirs: Manifest
) -> dict[str, Line | Choice]:
    before = base.lines if base is not None else {}
    merged: dict[str, Line | Choice] = {}
    for path in sorted(ours.lines.keys() | theirs.lines.keys()):
        mine, other = ours.lines.get(path), theirs.lines.get(path)
        taken = _chosen(before.get(path), mine, other)
        if taken[0] != taken[1]:
            merged[path] = Choice(_line(ours, path), _line(theirs, path))
            continue
        line = _line(ours if taken[0] == mine else theirs, path)
        if line is not None:
            merged[path] = line
    return merged


def _chosen(before: _T, ours: _T, theirs: _T) -> tuple[_T, _T]:
    """What each side would have; the same twice where it is decided."""
    if ours == before:
        return theirs, theirs
    return (ours, ours) if theirs == before else (ours, theirs)


def _line(manifest: Manifest, path: str) -> Line | None:
    content = manifest.lines.get(path)
    return None if content is None else Line(content, manifest.etags.get(path))
