"""Listing both sides at the same time, without the files that are in step still."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.events import Listed
from manifest_sync.core.familiar import NOBODY, Familiar, Stranger
from manifest_sync.core.in_step import InStep
from manifest_sync.core.listing import Found, Problem, Shadow, self_and_parents
from manifest_sync.core.manifest import MANIFEST_NAME, Manifest
from manifest_sync.core.roll import Met, Roll, Still, rows_again, still_in_step
from manifest_sync.core.stamps import ABSENT, ObjectStamp, Stamp
from manifest_sync.engine.pool import together
from manifest_sync.engine.retrying import retrying
from manifest_sync.engine.watch import Watch
from manifest_sync.stores.base import Store

_EVERY = 1000
"""Rows between two reports of a listing's progress."""

Rows = list[Found | Problem]


class Listings(msgspec.Struct, frozen=True):
    """What both sides list."""

    here: Rows
    there: Rows
    still: Still | None = None
    """What is in no row because it is in step; None where every file has its row."""

    @property
    def published(self) -> Stamp:
        """The state of the published manifest, as the listing shows it."""
        for row in self.there:
            if isinstance(row, Found) and row.path == MANIFEST_NAME:
                return row.stamp
        return ABSENT


def list_folder(folder: Store, watch: Watch, known: InStep) -> Listings:
    """The folder alone, without the files that are as they were when they were in step."""
    roll = Roll(known)
    met_here, met_there = Met(roll, Side.LOCAL), Met(roll, Side.S3)
    met_there.meet_all()
    here = rows_of(folder, watch, met_here)
    still = _still(here, [], met_here, met_there)
    return Listings(_with(here, met_here, still.gone()), [], still)


def list_both(folder: Store, bucket: Store, watch: Watch, named: Iterable[str]) -> Listings:
    """Every file of both sides. Raises StoreError where a listing cannot be completed.

    `named` are the paths of the manifest, about those that S3 holds.
    """
    expected = Stranger(sorted(named))
    there, here = together(lambda: rows_of(bucket, watch, expected), lambda: rows_of(folder, watch))
    return Listings(here, there)


def list_unfamiliar(folder: Store, bucket: Store, watch: Watch, known: InStep) -> Listings:
    """The files of both sides that were not in step, or are so no more.

    A side has no row for what is in step still. What a problem covers is not in step.
    """
    roll = Roll(known)
    met_here, met_there = Met(roll, Side.LOCAL), Met(roll, Side.S3)
    there, here = together(
        lambda: rows_of(bucket, watch, met_there), lambda: rows_of(folder, watch, met_here)
    )
    return _unfamiliar(here, there, met_here, met_there)


def list_remembered(folder: Store, watch: Watch, known: InStep) -> Listings:
    """The same, with S3 as it was when it was remembered: nothing is asked of it."""
    roll = Roll(known)
    met_here, met_there = Met(roll, Side.LOCAL), Met(roll, Side.S3)
    met_there.meet_all()
    styles = {f"{folder}/{MANIFEST_NAME}" for folder in known.circumstances.nested}
    objects = {path: ObjectStamp(0, "") for path in styles} | known.objects
    there: Rows = [Found(path, stamp) for path, stamp in sorted(objects.items())]
    return _unfamiliar(rows_of(folder, watch, met_here), there, met_here, met_there)


def _unfamiliar(here: Rows, there: Rows, met_here: Met, met_there: Met) -> Listings:
    still = _still(here, there, met_here, met_there)
    gone = still.gone()
    return Listings(_with(here, met_here, gone), _with(there, met_there, gone), still)


def _still(here: Rows, there: Rows, met_here: Met, met_there: Met) -> Still:
    """What was met on both sides, but for what a problem covers."""
    still = still_in_step(met_here, met_there)
    if shadow := Shadow(row for row in (*here, *there) if isinstance(row, Problem)):
        still = still.without(path for path in met_here.roll.paths if shadow.over(path))
    return still


def with_rows(listings: Listings, still: Still | None) -> Listings:
    """With a row for what was in step, too, but for what is so `still`."""
    if listings.still is None or listings.still is still:
        return listings
    roll = listings.still.roll
    at = [roll.position[path] for path in listings.still if still is None or path not in still]
    here = [Found(roll.paths[position], roll.stamp(Side.LOCAL, position)) for position in at]
    there = [Found(roll.paths[position], roll.stamp(Side.S3, position)) for position in at]
    return Listings(_sorted(listings.here, here), _sorted(listings.there, there), still)


def rows_of(store: Store, watch: Watch, familiar: Familiar = NOBODY) -> Rows:
    """A store's whole listing, begun anew where it breaks off."""
    with watch.pace.reaching() if store.side is Side.S3 else nullcontext():
        return retrying(lambda: list(_reported(store, watch, familiar)))


def _reported(store: Store, watch: Watch, familiar: Familiar) -> Iterator[Found | Problem]:
    number = 0
    for number, row in enumerate(store.list(familiar), start=1):
        if number % _EVERY == 0:
            watch.tell(Listed(watch.style, store.side, number))
        yield row
    watch.tell(Listed(watch.style, store.side, number + familiar.count))


def _with(rows: Rows, met: Met, gone: Iterable[str]) -> Rows:
    """The rows, and those that were known before but are not in step on the other side."""
    return _sorted(rows, rows_again(met, gone))


def _sorted(rows: Rows, more: Iterable[Found]) -> Rows:
    return sorted([*rows, *more], key=lambda row: row.path)


def at_or_below(manifest: Manifest, there: Iterable[Found | Problem] = ()) -> Callable[[str], bool]:
    """Whether the manifest has a line, or S3 an object, at a path or anywhere below it."""
    places: set[str] = set()

    def listed(path: str) -> bool:
        if not places:
            held = (row.path for row in there if isinstance(row, Found))
            paths = (*manifest.lines, *held)
            places.update(place for path in paths for place in self_and_parents(path))
            places.add("")
        return path in places

    return listed
