"""remove: taking files off S3 for the whole team, while the folders keep theirs (§5)."""

import re
from collections.abc import Collection, Iterable, Mapping

import msgspec

from manifest_sync.core.captions import stem
from manifest_sync.core.content import Side
from manifest_sync.core.listing import Entry, Listing
from manifest_sync.core.manifest import Header
from manifest_sync.core.plan import Basis, Change, StylePlan, summarise
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.scope import Role, Scope
from manifest_sync.core.selection import Selection
from manifest_sync.core.survey import Survey

_SPECIAL = re.compile(r"([\\*?\[\]!#])")


def ignore_pattern(path: str) -> str:
    """The gitignore pattern that names one file and nothing else (gitignore, "Pattern format")."""
    pattern = "/" + _SPECIAL.sub(r"\\\1", path)
    body = pattern.rstrip()
    # White space at the end of a pattern counts only where it is escaped; pathspec takes any of
    # Unicode's for white space, and a backslash only before a plain space.
    return body + "".join("\\ " if char == " " else f"[{char}]" for char in pattern[len(body) :])


def with_captions(scope: Scope, named: Iterable[str], present: Collection[str]) -> tuple[str, ...]:
    """The named files, and the captions among `present` that no image staying behind shares."""
    chosen = set(named)
    stems = {stem(path) for path in chosen if scope.role(path) is Role.IMAGE}
    staying = {
        stem(path) for path in present if path not in chosen and scope.role(path) is Role.IMAGE
    }
    chosen |= {
        path
        for path in present
        if scope.role(path) is Role.CAPTION and stem(path) in stems - staying
    }
    return tuple(sorted(chosen))


def removal(
    survey: Survey, objects: Mapping[str, Entry | None], basis: Basis, folder: str
) -> tuple[Survey, StylePlan]:
    """The plan that deletes these objects, and the survey in which their paths are ignored.

    None is an object that is gone already, and is to be ignored all the same.
    Every path outside stays as it was: lines, memory and what is published.
    """
    header = _ignoring(survey.manifest.header, survey.scope, objects)
    after = msgspec.structs.replace(
        survey,
        manifest=msgspec.structs.replace(survey.manifest, header=header),
        lines=survey.manifest.lines,
        scope=Scope(header, survey.scope.nested),
        folder=_without(survey.folder, objects),
        bucket=_without(survey.bucket, objects),
        selection=Selection(paths=frozenset(objects)),
    )
    changes = tuple(
        Change(
            side=Side.S3,
            path=path,
            before=entry.content,
            after=None,
            reason=Reason.REMOVED,
            precondition=entry.stamp,
        )
        for path, entry in sorted(objects.items())
        if entry is not None
    )
    plan = StylePlan(
        style=survey.manifest.style,
        folder=folder,
        to=Side.S3,
        basis=basis,
        changes=changes,
        summary=summarise(changes, 0, 0, 0),
    )
    return after, plan


def _ignoring(header: Header, scope: Scope, paths: Iterable[str]) -> Header:
    added = [ignore_pattern(path) for path in sorted(paths) if not scope.ignores(path)]
    return msgspec.structs.replace(header, ignore=(*header.ignore, *added))


def _without(listing: Listing, paths: Collection[str]) -> Listing:
    entries = {path: entry for path, entry in listing.entries.items() if path not in paths}
    return msgspec.structs.replace(listing, entries=entries)
