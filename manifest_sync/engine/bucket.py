"""Observing S3: which objects belong to the style, and what they contain."""

from collections.abc import Mapping
from contextlib import suppress

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import StoreError
from manifest_sync.core.listing import Entry, Found, Listing, Problem
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.rows import Rows
from manifest_sync.core.stamps import FileStamp, ObjectStamp
from manifest_sync.engine.inquiry import find_md5
from manifest_sync.engine.multipart_etag import gives_etag
from manifest_sync.engine.pool import work_through
from manifest_sync.engine.retrying import Persistence
from manifest_sync.engine.watch import Watch
from manifest_sync.stores.base import Store


class BucketFacts(msgspec.Struct, frozen=True):
    """A prefix's listing, and what had to be asked for it."""

    listing: Listing
    learned: tuple[tuple[str, str, str], ...]
    """(path, ETag, MD5) of objects whose ETag does not tell their MD5."""


class Evidence(msgspec.Struct, frozen=True):
    """What is already known of objects whose ETag does not tell their MD5 (§5, "Content is")."""

    remembered: Mapping[str, tuple[str, str]]
    """Path → (ETag, MD5), from our own transfers and from what was asked before."""
    manifest: Manifest
    folder: Listing
    """To recognise a multipart ETag by the local file."""
    etags_tell: bool = False
    """Whether ETags need no doubt: some object was just met whose ETag is its MD5."""


def observe_bucket(
    store: Store, folder_store: Store, rows: Rows, evidence: Evidence, watch: Watch
) -> BucketFacts:
    """Make a listing of the store's rows. Where the ETags are MD5s this costs no request.

    Unless not one of them is that of its line or file: then they may be MD5s no more. Raises
    StoreError where nothing gets through any more.
    """
    learned = _asked_of_etags(store, rows, evidence)
    entries: dict[str, Entry] = {}
    opaque: list[Found] = []
    for row in rows.found:
        md5 = _known_md5(store, row, evidence)
        if md5 is None:
            opaque.append(row)
        else:
            entries[row.path] = Entry(Content(row.stamp.size, md5), row.stamp)
    problems = list(rows.problems)

    def ask(row: Found) -> str | Problem:
        return _find_out(store, folder_store, row, evidence, watch)

    for row, answer in work_through(
        opaque, ask, threads=watch.jobs, stopped=watch.pace.is_over, turn=watch.pace.turn
    ):
        if isinstance(answer, Problem):
            problems.append(answer)
        elif isinstance(row.stamp, ObjectStamp):
            entries[row.path] = Entry(Content(row.stamp.size, answer), row.stamp)
            learned.append((row.path, row.stamp.etag, answer))
    watch.pace.check()
    if opaque:
        entries = dict(sorted(entries.items()))
    listing = Listing(Side.S3, entries, tuple(sorted(problems)), rows.ignored)
    return BucketFacts(listing, tuple(learned))


def _asked_of_etags(store: Store, rows: Rows, evidence: Evidence) -> list[tuple[str, str, str]]:
    """What one object says of itself, where the ETags may be MD5s no more; asked only once."""
    doubtful = None if evidence.etags_tell else _contradicting(store, rows, evidence)
    if doubtful is None or not isinstance(doubtful.stamp, ObjectStamp):
        return []
    with suppress(StoreError):
        said = store.ask_md5(doubtful.path, doubtful.stamp)
        if (md5 := said or store.told_md5(doubtful.stamp)) is not None:
            return [(doubtful.path, doubtful.stamp.etag, md5)]
    return []


def _contradicting(store: Store, rows: Rows, evidence: Evidence) -> Found | None:
    """An object as large as its line or its file but with another ETag, where none fits any.

    So it is when a bucket was encrypted anew (KMS); to be asked about, the store learns of it.
    """
    first = None
    for row in rows.found:
        told = store.told_md5(row.stamp)
        here = (evidence.manifest.lines.get(row.path), evidence.folder.content(row.path))
        alike = [each.md5 for each in here if each is not None and each.size == row.stamp.size]
        if told is None or not alike:
            continue
        was_asked = evidence.remembered.get(row.path, ("", ""))[0] == told
        if told in alike or was_asked:
            return None
        first = first or row
    return first


def _known_md5(store: Store, row: Found, evidence: Evidence) -> str | None:
    """The MD5 as far as it is known without asking anybody."""
    path, stamp = row.path, row.stamp
    if not isinstance(stamp, ObjectStamp):
        return None
    etag, md5 = evidence.remembered.get(path, ("", ""))
    if etag == stamp.etag:
        return md5
    if (told := store.told_md5(stamp)) is not None:
        return told
    line, noted = evidence.manifest.lines.get(path), evidence.manifest.etags.get(path)
    if line is not None and (line.size, noted) == (stamp.size, stamp.etag):
        return line.md5
    return None


def _find_out(
    store: Store, folder_store: Store, row: Found, evidence: Evidence, watch: Watch
) -> str | Problem:
    """The MD5 by recomputing a multipart ETag, by asking (HEAD), at last by reading (GET)."""
    if (recognised := _md5_of_local_file(folder_store, row, evidence, watch)) is not None:
        return recognised
    try:
        trying = Persistence(watch, row.path)
        md5, was_read = trying(lambda: find_md5(store, row.path, row.stamp))
    except StoreError as error:
        return Problem(row.path, Side.S3, "unreadable", str(error))
    if was_read:
        watch.tally.hashed()
    return md5


def _md5_of_local_file(
    folder_store: Store, row: Found, evidence: Evidence, watch: Watch
) -> str | None:
    """The MD5 of the file at the same path, where its bytes give the object's multipart ETag."""
    local = evidence.folder.entries.get(row.path)
    if (
        local is None
        or not isinstance(local.stamp, FileStamp)
        or not isinstance(row.stamp, ObjectStamp)
        or local.stamp.size != row.stamp.size
    ):
        return None
    try:
        etag = row.stamp.etag
        recognised = gives_etag(folder_store, row.path, local.stamp, etag, watch.tally)
    except StoreError:  # the file's trouble, and not the object's
        return None
    return local.content.md5 if recognised else None
