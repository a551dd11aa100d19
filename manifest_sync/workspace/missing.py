"""Styles whose manifest has gone: known from before, and refused until it is back."""

from collections.abc import Sequence
from pathlib import Path

from manifest_sync.core.errors import Refused
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.paths import shown
from manifest_sync.state.memories import Remembered, remembered
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Broken, Chosen, choose_styles


def choose_present(resources: Resources, names: Sequence[str], here: Path) -> Chosen:
    """The styles that are named, or all, as `choose_styles`; one that has gone is a broken one.

    A disk that is not mounted, or a manifest that was deleted by mistake, must not look like a
    workspace in which there is nothing to do.
    """
    root, globs = resources.root, resources.config.styles
    candidates = _without_manifest(resources)
    if not candidates:
        return choose_styles(root, names, globs, here)
    there = choose_styles(root, (), globs, here)
    ids = {style.id for style in there.styles}
    remotes = {style.manifest.remote for style in there.styles}
    gone = [each for each in candidates if each.remote not in remotes]  # else it has moved
    wanted: list[Remembered] = []
    others: list[str] = []
    for name in names:
        meant = [each for each in gone if _means(name, each, root, here) and name not in ids]
        wanted += meant[:1]
        others += [] if meant else [name]
    if not names:
        # A folder that was deleted with its manifest is no accident, unless all of them were.
        wanted = [each for each in gone if (root / each.folder).is_dir() or not there]
    chosen = choose_styles(root, others, globs, here) if others or not names else Chosen(())
    return Chosen(chosen.styles, (*chosen.broken, *(_broken(root, each) for each in wanted)))


def _without_manifest(resources: Resources) -> list[Remembered]:
    """What state.db knows, by folder, where there is no manifest now."""
    if not resources.state_path.is_file():
        return []
    known = {each.folder: each for each in remembered(resources.state)}
    return [
        each
        for folder, each in sorted(known.items())
        if not (resources.root / folder / MANIFEST_NAME).exists()
    ]


def _means(name: str, each: Remembered, root: Path, here: Path) -> bool:
    return name == each.style or (here / name).resolve() == (root / each.folder).resolve()


def _broken(root: Path, each: Remembered) -> Broken:
    where = MANIFEST_NAME if each.folder == "." else f"{each.folder}/{MANIFEST_NAME}"
    return Broken(
        root / each.folder,
        each.folder,
        Refused(
            f"{shown(where)} is missing, which style “{shown(each.style)}” was synced by. Bring it "
            f"back, from git for example, or begin anew with “manifest-sync init "
            f"{shown(each.folder)} --remote {shown(each.remote)}”; until then nothing is done."
        ),
    )
