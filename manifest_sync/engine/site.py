"""One style where it lives: its two stores, and what is known of their files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.events import Listed
from manifest_sync.core.header_merge import merge_headers
from manifest_sync.core.listing import Found, Listing, Problem, self_and_parents
from manifest_sync.core.manifest import MANIFEST_NAME, Header, Manifest
from manifest_sync.core.memory import Memories
from manifest_sync.core.record import record
from manifest_sync.core.rows import divide
from manifest_sync.core.scope import Scope, nested_styles
from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.core.stamps import ABSENT, Stamp
from manifest_sync.core.survey import Survey
from manifest_sync.engine.bucket import BucketFacts, Evidence, observe_bucket
from manifest_sync.engine.folder import FolderFacts, observe_folder
from manifest_sync.engine.pool import together
from manifest_sync.engine.publishing import (
    UNPUBLISHED,
    Published,
    Recall,
    read_published,
    recall_nothing,
)
from manifest_sync.engine.retrying import retrying
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store

_EVERY = 1000
"""Rows between two reports of a listing's progress."""

NOTHING_ON_S3 = BucketFacts(Listing(Side.S3, {}), ())
"""For commands that ask the folder alone."""


class Site(msgspec.Struct, frozen=True):
    """A style's stores, its intent and its memory, before anything was looked at."""

    manifest: Manifest
    manifest_md5: str
    folder: Store
    bucket: Store
    memory: Memories
    serial: int
    digests: Mapping[str, Digest]
    """The cache's, by path."""
    object_md5s: Mapping[str, tuple[str, str]]
    """Path → (ETag, MD5) where the ETag is not the MD5."""
    now_ns: Callable[[], int]
    """The clock of the folder's file system."""
    names_fold: bool = False
    agreed: Header | None = None
    """The header that was last agreed on with the published manifest."""
    recall: Recall = recall_nothing
    """Published manifests that were read before, by their ETag."""
    tidy: Callable[[], object] = lambda: None
    """Removes the temporary files of killed runs that the last listing of the folder saw."""


class Observation(msgspec.Struct, frozen=True):
    """A style as it was found: what decides, and what the cache is to remember."""

    survey: Survey
    folder: FolderFacts
    bucket: BucketFacts
    published: Published = UNPUBLISHED


def observe(
    site: Site,
    watch: Watch,
    *,
    with_bucket: bool = True,
    recorded: bool = False,
    selection: Selection = EVERYTHING,
) -> Observation:
    """Look at both sides at the same time. Raises StoreError where a listing cannot be completed.

    `recorded` brings the lines up to what `record` would make them, as push and pull do. The
    header is the team's: merged with what is published.
    """
    now_ns = site.now_ns()
    if with_bucket:
        there, here = together(
            lambda: rows_of(site.bucket, watch), lambda: rows_of(site.folder, watch)
        )
    else:
        there, here = [], rows_of(site.folder, watch)
    nested = nested_styles(row.path for row in (*here, *there) if isinstance(row, Found))
    published = read_published(site.bucket, _manifest_among(there), site.manifest, site.recall)
    manifest = site.manifest
    if published.manifest is not None:
        header = merge_headers(site.agreed, manifest.header, published.manifest.header)
        manifest = msgspec.structs.replace(manifest, header=header)
    scope = Scope(manifest.header, nested)
    listed = at_or_below(manifest, there)
    folder = observe_folder(
        site.folder, divide(here, scope, listed), scope, site.digests, now_ns=now_ns, watch=watch
    )
    bucket = NOTHING_ON_S3
    if with_bucket:
        evidence = Evidence(site.object_md5s, manifest, folder.listing)
        rows = divide(there, scope, listed)
        bucket = observe_bucket(site.bucket, site.folder, rows, evidence, watch)
    lines = manifest.lines
    if recorded:
        lines = record(scope, folder.listing, lines, site.memory, selection)
    survey = Survey(
        manifest=manifest,
        manifest_md5=site.manifest_md5,
        lines=lines,
        scope=scope,
        folder=folder.listing,
        bucket=bucket.listing,
        memory=site.memory,
        serial=site.serial,
        published=published.manifest,
        publication=published.publication,
        selection=selection,
        names_fold=site.names_fold,
    )
    return Observation(survey, folder, bucket, published)


def _manifest_among(rows: Iterable[Found | Problem]) -> Stamp:
    """The state of the published manifest, as the listing shows it."""
    for row in rows:
        if isinstance(row, Found) and row.path == MANIFEST_NAME:
            return row.stamp
    return ABSENT


def rows_of(store: Store, watch: Watch) -> list[Found | Problem]:
    """A store's whole listing, begun anew where it breaks off."""
    with watch.pace.reaching() if store.side is Side.S3 else nullcontext():
        return retrying(lambda: list(_reported(store, watch)))


def _reported(store: Store, watch: Watch) -> Iterator[Found | Problem]:
    number = 0
    for number, row in enumerate(store.list(), start=1):
        if number % _EVERY == 0:
            watch.tell(Listed(watch.style, store.side, number))
        yield row
    watch.tell(Listed(watch.style, store.side, number))


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
