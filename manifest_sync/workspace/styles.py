"""Finding the workspace and its styles on disk."""

import os
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Self

import msgspec

from manifest_sync.core.errors import InvalidInput, ManifestSyncError, UsageProblem
from manifest_sync.core.manifest import MANIFEST_NAME, Header, Manifest
from manifest_sync.core.paths import shown
from manifest_sync.core.remote import Remote, parse_remote
from manifest_sync.engine.publishing import UNPUBLISHED, Published
from manifest_sync.formats.config_toml import CONFIG_NAME
from manifest_sync.workspace.manifest_file import read_manifest, write_changes
from manifest_sync.workspace.style_folders import Closed, find_style_folders, holds_manifest


class Style(msgspec.Struct, frozen=True):
    """A style folder with its manifest as it is on disk."""

    folder: Path
    name: str
    """The folder relative to the workspace, with "/"; "." for the workspace itself."""
    manifest: Manifest
    manifest_md5: str

    @property
    def id(self) -> str:
        """The style's id."""
        return self.manifest.style

    @property
    def remote(self) -> Remote:
        """Where it lives on S3."""
        return parse_remote(self.manifest.remote)

    def with_header(self, header: Header) -> Self:
        """The style as it is under another header, the team's; on disk nothing changes."""
        manifest = msgspec.structs.replace(self.manifest, header=header)
        return msgspec.structs.replace(self, manifest=manifest)

    def write(self, after: Manifest, rendered: Published = UNPUBLISHED) -> str | None:
        """Give the manifest on disk other lines and another header, durably and at once.

        `rendered` may be the same with its text. Returns its MD5, or None where a person has
        changed it meanwhile.
        """
        path, read = self.folder / MANIFEST_NAME, (self.manifest, self.manifest_md5)
        return write_changes(path, _where(self.name), read, after, rendered)


class Broken(msgspec.Struct, frozen=True):
    """A style folder whose manifest cannot be read: its id is not known."""

    folder: Path
    name: str
    """As a style's."""
    error: ManifestSyncError


class Chosen(msgspec.Struct, frozen=True):
    """The styles that a command is about. One with a broken manifest does not stop the others."""

    styles: tuple[Style, ...]
    broken: tuple[Broken, ...] = ()
    closed: tuple[Closed, ...] = ()
    """Where styles may be that were not seen."""

    def __bool__(self) -> bool:
        """Whether there is any, sound or not."""
        return bool(self.styles or self.broken)

    def sound(self) -> tuple[Style, ...]:
        """The styles, where none is broken; else raises what is wrong with the first."""
        for broken in self.broken:
            raise broken.error
        return self.styles


def find_root(start: Path) -> Path | None:
    """The nearest ancestor that holds a configuration, the start itself included."""
    start = start.absolute()
    return next(
        (place for place in (start, *start.parents) if (place / CONFIG_NAME).is_file()), None
    )


def choose_styles(
    root: Path,
    names: Sequence[str],
    globs: Sequence[str] | None,
    here: Path,
    *,
    also: Iterable[Path] = (),
    manifests: Container[str] = (),
) -> Chosen:
    """The styles that are named by id or by folder, or all of the workspace, by folder name.

    A broken manifest's style is named by its folder, or by the folder's last segment, the usual
    id. `also` are style folders that a search may not come upon, `manifests` the MD5s of those
    that were read before and are sound. Raises UsageProblem for a name
    that is no style, InvalidInput for two styles with one id or one remote.
    """
    search = find_style_folders(root, globs)
    folders = sorted({*search.folders, *also}, key=_links_last)
    folders += [here / name for name in names if holds_manifest(here / name)]
    # One folder under two names, by a link or by overlapping globs, is one style.
    places: dict[Path, Path] = {}
    for folder in folders:
        places.setdefault(folder.resolve(), folder)
    known = [_load(root, folder, manifests) for folder in sorted(places.values())]
    _check_unique(style for style in known if isinstance(style, Style))
    chosen = {style.name: style for style in (_named(known, name, here) for name in names)}
    found = chosen.values() if names else known
    return Chosen(
        styles=tuple(style for style in found if isinstance(style, Style)),
        broken=tuple(style for style in found if isinstance(style, Broken)),
        closed=search.closed,
    )


def load_style(root: Path, folder: Path, manifests: Container[str] = ()) -> Style:
    """Read a style's manifest. Raises InvalidInput where it is not valid."""
    name = _name(root, folder)
    manifest, md5 = read_manifest(folder / MANIFEST_NAME, _where(name), manifests)
    return Style(folder, name, manifest, md5)


def _load(root: Path, folder: Path, manifests: Container[str]) -> Style | Broken:
    """A style, or why its manifest cannot be read."""
    try:
        return load_style(root, folder, manifests)
    except InvalidInput as error:
        return Broken(folder, _name(root, folder), error)


def _name(root: Path, folder: Path) -> str:
    """A style's folder as it is called in the workspace. Raises UsageProblem outside of it."""
    name = os.path.relpath(folder.absolute(), root).replace(os.sep, "/")
    if name == ".." or name.startswith("../"):
        raise UsageProblem(f"{folder} is not inside the workspace {root}.")
    return name


def _where(name: str) -> str:
    """What a style's manifest is called in messages."""
    return MANIFEST_NAME if name == "." else f"{name}/{MANIFEST_NAME}"


def _named(known: Sequence[Style | Broken], name: str, here: Path) -> Style | Broken:
    """The style with that id, else the one in that folder."""
    for style in known:
        if isinstance(style, Style) and style.id == name:
            return style
    folder = (here / name).resolve()
    for style in known:
        if style.folder.resolve() == folder:
            return style
    for style in known:
        if isinstance(style, Broken) and style.folder.resolve().name == name:
            return style
    if (here / name).is_dir():
        raise UsageProblem(
            f"“{shown(name)}” has no {MANIFEST_NAME}; make it a style with "
            f"“manifest-sync init {shown(name)} --remote s3://BUCKET/PREFIX/”."
        )
    ids = ", ".join(_called(style) for style in known[:10]) or "none"
    raise UsageProblem(f"There is no style “{shown(name)}”; this workspace has: {ids}.")


def _called(style: Style | Broken) -> str:
    """A style's id, or its folder where the id is not known."""
    return shown(style.id if isinstance(style, Style) else style.name)


def _links_last(folder: Path) -> tuple[bool, Path]:
    return folder.is_symlink(), folder


def _check_unique(styles: Iterable[Style]) -> None:
    ids: dict[str, Style] = {}
    remotes: dict[str, Style] = {}
    for style in styles:
        for seen, key, what in (
            (ids, style.id, "id"),
            (remotes, style.manifest.remote, "remote"),
        ):
            other = seen.setdefault(key, style)
            if other is not style:
                raise InvalidInput(
                    f"The styles in {other.name} and {style.name} have one {what}, “{shown(key)}”; "
                    "give one of them another."
                )
