"""Styles that are known from before but not to be seen: refused, or told of, until they are."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from manifest_sync import __version__
from manifest_sync.core.errors import Denied, ManifestSyncError, Refused
from manifest_sync.core.events import Warned
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.paths import shown
from manifest_sync.state.memories import Remembered, remembered
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.style_folders import (
    Closed,
    closed_above,
    holds_manifest,
    lacks_manifest,
)
from manifest_sync.workspace.styles import Broken, Chosen, choose_styles


class _Unseen(msgspec.Struct, frozen=True):
    """A style that is known, but cannot be worked on."""

    known: Remembered
    error: ManifestSyncError


def choose_present(resources: Resources, names: Sequence[str], here: Path) -> Chosen:
    """The styles that are named, or all, as `choose_styles`; one that is not seen is a broken one.

    A disk that is not mounted, a manifest that was deleted by mistake, or a folder that may not
    be read must not look like a workspace in which there is nothing to do.
    """
    root, globs = resources.root, resources.config.styles
    known = _known(resources)
    closed = {each.folder: closed_above(root, root / each.folder) for each in known}
    hidden = [root / folder for folder, why in closed.items() if why is not None]
    also = [folder for folder in hidden if holds_manifest(folder)]
    unseen = [each for each in known if not holds_manifest(root / each.folder)]
    choose = partial(
        choose_styles, root, globs=globs, here=here, also=also, manifests=_read_before(resources)
    )
    if not unseen:
        chosen = choose(names)
        _warn(resources, chosen.closed if not names else ())
        return chosen
    there = choose(())
    gone = _gone(root, unseen, closed, there)
    ids = {style.id for style in there.styles}
    wanted: list[_Unseen] = []
    others: list[str] = []
    for name in names:
        meant = [each for each in gone if _means(name, each.known, root, here) and name not in ids]
        wanted += meant[:1]
        others += [] if meant else [name]
    if not names:
        # A folder that was deleted with its manifest is no accident, unless all of them were.
        wanted = [each for each in gone if not there or not _was_deleted(root, each.known)]
        told = {closed[each.known.folder] for each in wanted}
        _warn(resources, (each for each in there.closed if each not in told))
    chosen = Chosen(())
    if others or not names:
        chosen = choose(others)
    broken = (Broken(root / each.known.folder, each.known.folder, each.error) for each in wanted)
    return Chosen(chosen.styles, (*chosen.broken, *broken), chosen.closed)


def _read_before(resources: Resources) -> frozenset[str]:
    """The MD5s of manifests that this version has read and found sound."""
    if not resources.state_path.is_file():
        return frozenset()
    return resources.cache.manifests(__version__)


def _known(resources: Resources) -> list[Remembered]:
    """What state.db knows, by folder."""
    if not resources.state_path.is_file():
        return []
    known = {each.folder: each for each in remembered(resources.state)}
    return [known[folder] for folder in sorted(known)]


def _gone(
    root: Path, unseen: Iterable[Remembered], closed: dict[str, Closed | None], there: Chosen
) -> list[_Unseen]:
    """Those of the unseen whose style is nowhere else, and why they are not to be seen."""
    remotes = {style.manifest.remote for style in there.styles}
    found = {broken.name for broken in there.broken}
    gone = []
    for each in unseen:
        if each.remote in remotes or each.folder in found:  # it has moved, or tells of itself
            continue
        why = closed[each.folder]
        gone.append(_Unseen(each, _missing(each) if why is None else _hidden(root, each, why)))
    return gone


def _was_deleted(root: Path, each: Remembered) -> bool:
    return lacks_manifest(root / each.folder) and not (root / each.folder).is_dir()


def _means(name: str, each: Remembered, root: Path, here: Path) -> bool:
    return name == each.style or (here / name).resolve() == (root / each.folder).resolve()


def _missing(each: Remembered) -> Refused:
    where = MANIFEST_NAME if each.folder == "." else f"{each.folder}/{MANIFEST_NAME}"
    return Refused(
        f"{shown(where)} is missing, which style “{shown(each.style)}” was synced by. Bring it "
        f"back, from git for example, or begin anew with “manifest-sync init "
        f"{shown(each.folder)} --remote {shown(each.remote)}”; until then nothing is done."
    )


def _hidden(root: Path, each: Remembered, closed: Closed) -> Denied:
    return Denied(
        f"“{_name(root, closed)}”, where style “{shown(each.style)}” is, cannot be looked into: "
        f"{closed.why}"
    )


def _warn(resources: Resources, closed: Iterable[Closed]) -> None:
    """Say where styles may be that are left out."""
    for each in closed:
        resources.tell(
            Warned(
                f"“{_name(resources.root, each)}” cannot be looked into: {each.why}. Styles in it "
                "are left out."
            )
        )


def _name(root: Path, closed: Closed) -> str:
    return shown(str(closed.folder.relative_to(root)))
