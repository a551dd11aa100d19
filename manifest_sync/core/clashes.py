"""Names that one folder cannot hold together, though S3 can."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from manifest_sync.core.content import Side
from manifest_sync.core.listing import Problem, self_and_parents


def file_and_folder(created: Iterable[str], held: AbstractSet[str]) -> dict[str, Problem]:
    """The paths to be created that are a folder to another file, or that have a file above them.

    `held` are the files the folder will hold besides.
    """
    created = frozenset(created)
    files = created | held
    folders = {parent for path in files for parent in self_and_parents(path) if parent != path}
    problems = {}
    for path in created:
        above = next((p for p in self_and_parents(path) if p != path and p in files), None)
        if above is not None:
            problems[path] = _problem(path, f"“{above}” is a file, so it cannot be a folder too")
        elif path in folders:
            problems[path] = _problem(
                path, "is a folder for other files, so it cannot be a file too"
            )
    return problems


def twins(paths: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of paths that differ only in case or in Unicode composition."""
    groups: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        groups[path.casefold() if path.isascii() else _folded(path)].append(path)
    return sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1)


def merged_twins(created: Iterable[str], held: AbstractSet[str]) -> dict[str, Problem]:
    """The paths to be created that a case- or composition-blind folder would merge with another."""
    created = frozenset(created)
    return {
        path: _problem(path, f"this file system cannot hold it beside “{other}”")
        for group in twins(created | held)
        for path in group
        for other in [next(twin for twin in group if twin != path)]
        if path in created
    }


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _problem(path: str, message: str) -> Problem:
    return Problem(path, Side.LOCAL, "name_clash", message, hides_content=False)
