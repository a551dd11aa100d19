"""Removing old kept bytes for good, on both sides; never those of another workspace."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.errors import StoreError
from manifest_sync.core.history import Deletion
from manifest_sync.core.pruning import expired
from manifest_sync.engine.pool import work_through
from manifest_sync.engine.tally import Tally
from manifest_sync.state import history, memories, prunes
from manifest_sync.stores.base import KeptFile, Trash
from manifest_sync.workspace.resources import Resources, myself
from manifest_sync.workspace.styles import Style

_BATCH = 500
"""Places that are removed before that is written down."""
VERSION = "?versionId="
"""In the place of what the bucket itself keeps."""


class Doomed(msgspec.Struct, frozen=True):
    """One kept file that is to go."""

    file: KeptFile
    side: Side
    trash: Trash


class PlannedPrune(msgspec.Struct, frozen=True):
    """What pruning would remove."""

    before: str
    """What runs have kept that began before this time."""
    doomed: tuple[Doomed, ...]
    deletions: tuple[Deletion, ...]
    """The lines of the history that can then no longer be restored."""
    gone: tuple[str, ...]
    """Places that the history has and the trash no longer: somebody has emptied them."""
    versions: int
    """Old versions, which are left to the bucket."""

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(each.file.size for each in self.doomed)


class Pruned(msgspec.Struct, frozen=True):
    """What became of it."""

    removed: tuple[str, ...]
    failed: Mapping[str, str]
    """Place → why it could not be removed."""


def plan_prune(resources: Resources, styles: Sequence[Style], age: timedelta) -> PlannedPrune:
    """Find what runs of this workspace have kept longer than that ago. Changes nothing."""
    state, before = resources.state, resources.long_ago(age)
    lineage, began = memories.lineage(state), history.beginnings(state)
    there = list(_kept(resources, styles, lineage))
    doomed = expired(there, lambda each: each.file.kept_at, lineage, began, before)
    going = {each.file.kept_at for each in doomed}
    rows = history.deletions(state, None)
    places = history.kept_places(state)
    expired_places = expired(places, lambda place: place[0], lineage, began, before)
    return PlannedPrune(
        before=before,
        doomed=tuple(doomed),
        deletions=tuple(row for row in rows if row.kept_at in going and row.pruned is None),
        gone=tuple(sorted(_gone(resources, styles, there, expired_places))),
        versions=sum(VERSION in (row.kept_at or "") and row.when < before for row in rows),
    )


def prune(resources: Resources, planned: PlannedPrune) -> Pruned:
    """Write down what is to go, and only then remove it: nothing that is gone is ever promised.

    Cut off between the two, the bytes are still there, and go with the next prune.
    """
    state, removed, failed = resources.state, list[str](), dict[str, str]()
    prunes.note_going(state, planned.gone, resources.when())
    if not planned.doomed:
        return Pruned((), {})
    number = prunes.begin(state, planned.before, resources.when(), myself())
    for start in range(0, len(planned.doomed), _BATCH):
        batch = planned.doomed[start : start + _BATCH]
        when, size = resources.when(), 0
        prunes.note_going(state, [each.file.kept_at for each in batch], when)
        stayed: dict[str, str] = {}
        for each, why in work_through(batch, _drop, threads=resources.jobs):
            if why is not None:
                stayed[each.file.kept_at] = why
            else:
                removed.append(each.file.kept_at)
                size += each.file.size
        prunes.note_staying(state, stayed, when)
        prunes.note_gone(state, number, len(batch) - len(stayed), size)
        failed |= stayed
    prunes.end(state, number, resources.when())
    return Pruned(tuple(removed), failed)


def _drop(doomed: Doomed) -> str | None:
    """Remove kept bytes; why not, where they cannot be."""
    try:
        doomed.trash.drop(doomed.file.kept_at)
    except StoreError as error:
        return str(error)
    return None


def _kept(resources: Resources, styles: Sequence[Style], lineage: str) -> Iterator[Doomed]:
    """Everything that this workspace has kept, locally and in the buckets."""
    buckets = {style.remote.bucket: style for style in styles}
    for number, style in enumerate(buckets.values()):
        if number == 0:
            trash: Trash = resources.folder_store(style).trash
            yield from (Doomed(file, Side.LOCAL, trash) for file in trash.list(lineage))
        trash = resources.bucket_store(style.remote, Tally()).trash
        yield from (Doomed(file, Side.S3, trash) for file in trash.list(lineage))


def _gone(
    resources: Resources,
    styles: Sequence[Style],
    there: Iterable[Doomed],
    places: Iterable[tuple[str, str]],
) -> Iterator[str]:
    """Old places, with their endpoints, that are empty though only we empty them."""
    held = {each.file.kept_at for each in there}
    prefix = resources.config.trash_prefix
    looked_at = {
        (f"s3://{style.remote.bucket}/{prefix}", resources.endpoint(style)) for style in styles
    }
    for place, endpoint in places:
        is_ours = not place.startswith("s3://") or any(
            place.startswith(start) and endpoint == at for start, at in looked_at
        )
        if is_ours and place not in held and VERSION not in place:
            yield place
