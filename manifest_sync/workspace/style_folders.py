"""Finding style folders on disk, and the folders that nobody can look into."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from manifest_sync.core.manifest import MANIFEST_NAME


class Closed(msgspec.Struct, frozen=True):
    """A folder that cannot be looked into. Whatever styles are in it are not seen, yet not gone."""

    folder: Path
    why: str
    """The operating system's words, without capital."""


class Search(msgspec.Struct, frozen=True):
    """What was found on disk."""

    folders: tuple[Path, ...]
    """Those with a manifest."""
    closed: tuple[Closed, ...] = ()


def find_style_folders(root: Path, globs: Sequence[str] | None) -> Search:
    """Every style folder of a workspace, or those that the globs match."""
    if globs is not None:
        matched = (folder for pattern in globs for folder in root.glob(pattern))
        return Search(tuple(folder for folder in matched if holds_manifest(folder)))
    closed: list[Closed] = []
    folders = tuple(_below(root, closed))
    # Inside a style it is a problem of that style's, which is told when it is worked on.
    inside = [each for each in closed if not set(each.folder.parents).isdisjoint(folders)]
    return Search(folders, tuple(each for each in closed if each not in inside))


def holds_manifest(folder: Path) -> bool:
    """Whether a folder has a manifest, as far as one can see."""
    try:
        return (folder / MANIFEST_NAME).is_file()
    except OSError:
        return False


def lacks_manifest(folder: Path) -> bool:
    """Whether there is certainly no manifest: where nobody can look, there may be one."""
    try:
        (folder / MANIFEST_NAME).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def closed_above(root: Path, folder: Path) -> Closed | None:
    """The folder that hides a folder of the workspace from a search; itself, or one above it."""
    inside = folder.relative_to(root).parts
    for number in range(len(inside) + 1):
        place = root.joinpath(*inside[:number])
        try:
            os.scandir(place).close()
        except FileNotFoundError:
            return None
        except OSError as error:
            return _closed(place, error)
    return None


def _below(root: Path, closed: list[Closed]) -> Iterator[Path]:
    """Every folder with a manifest, the root included; hidden folders are not looked into.

    A folder of the workspace's own level may be a link (§9); deeper links are not followed, so
    that the walk ends. A style that cannot be listed says so itself when it is worked on.
    """
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        if holds_manifest(folder):
            yield folder
        try:
            with os.scandir(folder) as entries:
                # Nearly all are files: this line is what the time of a search is spent in.
                others = [entry for entry in entries if not entry.is_file(follow_symlinks=False)]
        except FileNotFoundError:  # deleted while this walk was on its way
            continue
        except OSError as error:
            if not holds_manifest(folder):
                closed.append(_closed(folder, error))
            continue
        for entry in others:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    waiting.append(folder / entry.name)
            elif entry.is_symlink() and holds_manifest(folder / entry.name):
                yield folder / entry.name


def _closed(folder: Path, error: OSError) -> Closed:
    return Closed(folder, (error.strerror or str(error)).lower())
