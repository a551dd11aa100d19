"""One style where it lives: its two stores, and what is known of their files."""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.header_merge import merge_headers
from manifest_sync.core.in_step import NONE_IN_STEP, Circumstances, InStep
from manifest_sync.core.listing import Entries, Found, Listing
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.core.memory import Memories
from manifest_sync.core.record import record
from manifest_sync.core.roll import Still
from manifest_sync.core.rows import divide
from manifest_sync.core.scope import Scope, nested_styles
from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.core.survey import Survey
from manifest_sync.engine.bucket import BucketFacts, Evidence, observe_bucket
from manifest_sync.engine.folder import FolderFacts, observe_folder
from manifest_sync.engine.listings import (
    Listings,
    at_or_below,
    list_both,
    list_folder,
    list_remembered,
    list_unfamiliar,
    with_rows,
)
from manifest_sync.engine.publishing import (
    UNPUBLISHED,
    Published,
    Recall,
    read_published,
    recall_nothing,
)
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store

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
    in_step: InStep = NONE_IN_STEP
    """What was in step when the style was last worked on."""
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
    moved_only: bool = False,
    refresh: bool = True,
) -> Observation:
    """Look at both sides at the same time. Raises StoreError where a listing cannot be completed.

    `recorded` brings the lines up to what `record` would make them, as push and pull do. The
    header is the team's: merged with what is published. With `moved_only` what was in step when
    the style was last worked on, and is as it was, is not looked at one by one. Without `refresh`
    nothing is asked of S3: what is remembered of it counts; without `with_bucket` nothing does.
    """
    now_ns = site.now_ns()
    if refresh:
        listings = _list(site, watch, with_bucket=with_bucket, moved_only=moved_only)
    else:
        listings = list_remembered(site.folder, watch, site.in_step)
    published = read_published(
        site.bucket, listings.published, site.manifest, site.recall, own_md5=site.manifest_md5
    )
    manifest = site.manifest
    if published.manifest is not None:
        header = merge_headers(site.agreed, manifest.header, published.manifest.header)
        manifest = msgspec.structs.replace(manifest, header=header)
    scope = Scope(manifest.header, nested_styles(_found(listings)))
    still = listings.still or None
    if still is not None:
        says = published if with_bucket else None
        still = _at_rest(still, site, manifest, scope, says) if moved_only else None
        listings = with_rows(listings, still)
    listed = at_or_below(manifest, listings.there if with_bucket else ())
    rows = divide(listings.here, scope, listed)
    folder = observe_folder(site.folder, rows, scope, site.digests, now_ns=now_ns, watch=watch)
    bucket = NOTHING_ON_S3
    if with_bucket:
        # Where S3 is not listed, it is not asked about its ETags either.
        tell = still is not None or not refresh
        evidence = Evidence(site.object_md5s, manifest, folder.listing, etags_tell=tell)
        rows = divide(listings.there, scope, listed)
        bucket = observe_bucket(site.bucket, site.folder, rows, evidence, watch)
    here, there, memory = folder.listing, bucket.listing, site.memory
    if still is not None:
        here, there, memory = _resting(here, still), _resting(there, still), still.memory()
    lines = manifest.lines
    if recorded:
        lines = record(scope, here, lines, memory, selection)
    survey = Survey(
        manifest=manifest,
        manifest_md5=site.manifest_md5,
        lines=lines,
        scope=scope,
        folder=here,
        bucket=there,
        memory=memory,
        serial=site.serial,
        published=published.manifest,
        publication=published.publication,
        selection=selection,
        names_fold=site.names_fold,
    )
    return Observation(survey, folder, bucket, published)


def _list(site: Site, watch: Watch, *, with_bucket: bool, moved_only: bool) -> Listings:
    if not with_bucket:
        return list_folder(site.folder, watch, site.in_step if moved_only else NONE_IN_STEP)
    if moved_only and site.in_step.names:
        return list_unfamiliar(site.folder, site.bucket, watch, site.in_step)
    return list_both(site.folder, site.bucket, watch, site.manifest.lines)


def _found(listings: Listings) -> Iterator[str]:
    return (row.path for row in (*listings.here, *listings.there) if isinstance(row, Found))


def _at_rest(
    still: Still, site: Site, manifest: Manifest, scope: Scope, published: Published | None
) -> Still | None:
    """Those of which manifests say nothing else by now; None where more has changed than that.

    What is `published` counts as it was remembered where S3 is not looked at: None.
    """
    then = site.in_step.circumstances
    etag = published.etag if published is not None else then.published
    now = Circumstances(
        manifest_md5=then.manifest_md5,
        published=then.published,
        serial=site.serial,
        header=manifest.header,
        nested=tuple(sorted(scope.nested)),
    )
    if now != then or bool(etag) != bool(then.published):
        return None
    if site.manifest_md5 != then.manifest_md5:
        still = still.in_line_with(manifest.lines)
    theirs = published.manifest if published is not None else None
    if etag != then.published and theirs is not None and theirs.lines is not manifest.lines:
        still = still.in_line_with(theirs.lines)
    return still or None


def _resting(listing: Listing, still: Still) -> Listing:
    """A listing with what is in step still, which was not looked at one by one."""
    entries = Entries(listing.side, listing.entries, still)
    return msgspec.structs.replace(listing, entries=entries)
