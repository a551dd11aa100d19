"""How a style stands: folder, manifest and S3 side by side, in names."""

from collections.abc import Mapping

import msgspec

from manifest_sync.core.captions import pair
from manifest_sync.core.clashes import twins
from manifest_sync.core.listing import Problem
from manifest_sync.core.memory import BLANK
from manifest_sync.core.record import record
from manifest_sync.core.scope import Role
from manifest_sync.core.survey import Survey


class Standing(msgspec.Struct, frozen=True):
    """One style's state in names; every tuple is sorted."""

    style: str
    images: tuple[str, ...]
    captions: tuple[str, ...]
    uncaptioned: tuple[str, ...]
    orphan_captions: tuple[str, ...]
    unrecorded: tuple[str, ...]
    """Where `record` would change the manifest."""
    ahead: tuple[str, ...]
    """Changed here only: a push brings S3 up to it."""
    behind: tuple[str, ...]
    """Changed on S3 only: a pull brings the folder up to it."""
    different: tuple[str, ...]
    """Two contents that were never known to be equal."""
    conflicts: tuple[str, ...]
    """Changed on both sides since they were last equal."""
    deleted_here: tuple[str, ...]
    """Those of `ahead` that only a push with --delete brings S3 up to."""
    deleted_there: tuple[str, ...]
    """Those of `behind` that only a pull with --delete brings the folder up to."""
    not_downloaded: tuple[str, ...]
    """In the manifest, not in the folder, and never deleted here."""
    ignored: tuple[str, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    caption_troubles: Mapping[str, str]
    """Caption → `empty`, `blank` or `not_utf8`."""
    twins: tuple[tuple[str, ...], ...]
    """Names that differ only in case or Unicode composition."""

    @property
    def in_step(self) -> bool:
        """Whether neither push, pull nor record has anything to do."""
        return not (
            self.ahead
            or self.behind
            or self.different
            or self.conflicts
            or self.unrecorded
            or self.problems
        )


def stand(survey: Survey, troubles: Mapping[str, str]) -> Standing:
    """Say how a style stands. `troubles` are those of all captions of the folder."""
    folder, bucket, scope = survey.folder, survey.bucket, survey.scope
    pairing = pair(scope, folder.entries)
    recorded = record(scope, folder, survey.manifest.lines, survey.memory)
    groups: dict[str, list[str]] = {"ahead": [], "behind": [], "different": [], "conflicts": []}
    not_downloaded = []
    for path in survey.paths():
        local, there = folder.content(path), bucket.content(path)
        base = survey.memory.get(path, BLANK).base
        if local is None and path in recorded:
            not_downloaded.append(path)
        if local == there:
            continue
        if local == base:
            groups["behind"].append(path)
        elif there == base:
            groups["ahead"].append(path)
        else:
            groups["different" if base is None else "conflicts"].append(path)
    lines = survey.manifest.lines
    return Standing(
        style=survey.manifest.style,
        images=tuple(pairing.captions_of),
        captions=tuple(p for p in folder.entries if scope.role(p) is Role.CAPTION),
        uncaptioned=pairing.uncaptioned,
        orphan_captions=pairing.orphans,
        unrecorded=tuple(
            path
            for path in sorted(recorded.keys() | lines.keys())
            if recorded.get(path) != lines.get(path)
        ),
        ahead=tuple(groups["ahead"]),
        behind=tuple(groups["behind"]),
        different=tuple(groups["different"]),
        conflicts=tuple(groups["conflicts"]),
        deleted_here=tuple(path for path in groups["ahead"] if path not in folder.entries),
        deleted_there=tuple(path for path in groups["behind"] if path not in bucket.entries),
        not_downloaded=tuple(not_downloaded),
        ignored=tuple(sorted({*folder.ignored, *bucket.ignored})),
        problems=survey.problems,
        notices=folder.notices + bucket.notices,
        caption_troubles=dict(sorted(troubles.items())),
        twins=tuple(twins(folder.entries.keys() | bucket.entries.keys())),
    )
