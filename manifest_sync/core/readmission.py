"""Letting in again what `remove` has put out of scope: the way back of `core/removal.py` (§5)."""

from collections.abc import Iterable, Mapping

import msgspec

from manifest_sync.core.listing import Entry, Listing
from manifest_sync.core.manifest import Header
from manifest_sync.core.removal import ignore_pattern
from manifest_sync.core.scope import Scope
from manifest_sync.core.scope_rule import Why, scope_rule
from manifest_sync.core.survey import Survey


class Readmission(msgspec.Struct, frozen=True):
    """What becomes of files that come back to S3 while the header's `ignore` names them."""

    header: Header
    """Without the patterns that kept only these files out."""
    paths: tuple[str, ...] = ()
    """In scope again."""
    ignored: tuple[tuple[str, str], ...] = ()
    """Path and pattern of those that another pattern still names."""


def readmission(scope: Scope, paths: Iterable[str]) -> Readmission:
    """Which of these paths their own pattern alone keeps out: that pattern goes."""
    out = sorted({path for path in paths if not scope.holds(path)})
    bare = Scope(_without(scope.header, out), scope.nested)
    back = tuple(path for path in out if bare.holds(path))
    rules = {path: scope_rule(bare, path) for path in out if path not in back}
    return Readmission(
        _without(scope.header, back),
        back,
        tuple(
            (path, rule.pattern)
            for path, rule in rules.items()
            if rule.why is Why.IGNORED and rule.pattern is not None
        ),
    )


def readmitted(
    survey: Survey, header: Header, files: Mapping[str, Entry], objects: Mapping[str, Entry]
) -> Survey:
    """The survey with a header that lets these files and objects in."""
    return msgspec.structs.replace(
        survey,
        manifest=msgspec.structs.replace(survey.manifest, header=header),
        scope=Scope(header, survey.scope.nested),
        folder=_with(survey.folder, files),
        bucket=_with(survey.bucket, objects),
    )


def _without(header: Header, paths: Iterable[str]) -> Header:
    """The header without the patterns that `remove` adds for these paths."""
    theirs = {ignore_pattern(path) for path in paths}
    kept = tuple(pattern for pattern in header.ignore if pattern not in theirs)
    return msgspec.structs.replace(header, ignore=kept)


def _with(listing: Listing, entries: Mapping[str, Entry]) -> Listing:
    return msgspec.structs.replace(
        listing, entries=dict(sorted({**listing.entries, **entries}.items()))
    )
