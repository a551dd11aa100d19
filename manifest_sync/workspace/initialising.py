"""Making a style: `init` in a folder, `clone` from what is on S3."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from manifest_sync.core.errors import InvalidInput, ManifestSyncError, UsageProblem
from manifest_sync.core.manifest import DEFAULT_IMAGES, MANIFEST_NAME, Manifest
from manifest_sync.core.paths import shown
from manifest_sync.core.remote import Remote, parse_remote
from manifest_sync.formats.config_toml import CONFIG_NAME, TEMPLATE
from manifest_sync.state import memories
from manifest_sync.stores.local_part import is_part
from manifest_sync.workspace.manifest_file import replace_file, write_manifest
from manifest_sync.workspace.resources import STATE_FOLDER, Resources
from manifest_sync.workspace.styles import Style, choose_styles, find_root, load_style

GITIGNORE_LINES = tuple(f"*{suffix}" for suffix in DEFAULT_IMAGES)
"""Images stay out of git: the manifest stands for them."""
GITATTRIBUTES_LINES = ("*.txt -text", "*.caption -text")
"""Captions keep their bytes: git must not convert their line ends."""


def root_for(folder: Path, here: Path) -> Path:
    """The workspace a new style belongs to; made in `here` where there is none.

    Raises UsageProblem where the folder would not be inside it.
    """
    root = find_root(folder) or find_root(here)
    if root is None:
        root = here.absolute()
        if not folder.absolute().is_relative_to(root):
            raise UsageProblem(
                f"{folder} is not below {root}, which would become the workspace; run the command "
                "in a folder above both."
            )
    return root


@contextmanager
def made_workspace(root: Path) -> Iterator[tuple[str, ...]]:
    """Make a folder a workspace, where it is none, and say which files were written for that.

    Where what follows fails, a workspace that was made here is taken away again, the state that
    it was begun with included.
    """
    if (root / CONFIG_NAME).is_file():
        yield ()
        return
    had_state = (root / STATE_FOLDER).exists()
    replace_file(root / CONFIG_NAME, TEMPLATE.encode())
    try:
        yield (CONFIG_NAME,)
    except BaseException:
        (root / CONFIG_NAME).unlink(missing_ok=True)
        if not had_state:
            shutil.rmtree(root / STATE_FOLDER, ignore_errors=True)
        raise


def read_remote(text: str) -> Remote:
    """A remote from the command line. Raises UsageProblem."""
    try:
        return parse_remote(text)
    except ValueError as error:
        raise UsageProblem(f"“{shown(text)}” is no remote: {error}.") from error


def init_style(resources: Resources, folder: Path, remote: Remote, style_id: str | None) -> Style:
    """Make a folder a style: write its manifest, without lines. Raises UsageProblem."""
    if (folder / MANIFEST_NAME).exists():
        raise UsageProblem(f"{folder} is a style already: it has a {MANIFEST_NAME}.")
    if not folder.is_dir():
        raise UsageProblem(f"{folder} is not a folder.")
    return _write(resources, folder, _manifest(style_id or folder.resolve().name, remote))


def style_to_clone(
    resources: Resources, folder: Path, remote: Remote, published: Manifest | None
) -> Style:
    """The style a clone makes, as S3 has it: header and id from what is published there."""
    if (folder / MANIFEST_NAME).exists():
        raise UsageProblem(f"{folder} is a style already: pull instead.")
    if published is None:
        return _write(resources, folder, _manifest(remote.last_segment, remote))
    manifest = msgspec.structs.replace(published, remote=str(remote), lines={}, etags={})
    return _write(resources, folder, manifest)


def is_empty(folder: Path) -> bool:
    """Whether a folder holds nothing, but for what a killed run has left in it."""
    return all(is_part(file.name) for file in folder.iterdir())


@contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """A folder that is there; where what follows fails, one that was made is taken away again."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ManifestSyncError(f"{folder} cannot be made: {error.strerror}.") from error
    try:
        yield
    except BaseException:
        for place in missing:
            if any(place.iterdir()):
                break
            place.rmdir()
        raise


def _manifest(style_id: str, remote: Remote) -> Manifest:
    if shown(style_id) != style_id or "/" in style_id or not style_id.strip():
        raise UsageProblem(f"“{shown(style_id)}” is no style id; name one with --style.")
    return Manifest(style=style_id, remote=str(remote))


def _write(resources: Resources, folder: Path, manifest: Manifest) -> Style:
    """Write the manifest, and take it back where the workspace has such a style already."""
    path = folder / MANIFEST_NAME
    write_manifest(path, manifest)
    try:
        choose_styles(resources.root, (), resources.config.styles, resources.root)
        style = load_style(resources.root, folder)
    except (InvalidInput, UsageProblem):
        path.unlink()
        raise
    known = resources.known(style)
    # Nothing was ever recorded of the new manifest: what is absent here was never deleted here.
    memories.forget_recorded(resources.state, known.id)
    return style
