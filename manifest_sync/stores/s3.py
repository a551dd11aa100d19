"""One style's objects on S3: the keys below one prefix of a bucket."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from manifest_sync.core.abilities import Abilities
from manifest_sync.core.content import Side
from manifest_sync.core.errors import Moved, NotFound, StoreError
from manifest_sync.core.familiar import NOBODY, Familiar
from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.stamps import ABSENT, AbsentStamp, ObjectStamp, Present, Stamp
from manifest_sync.stores.base import (
    Body,
    Limits,
    Many,
    NewCopy,
    OnRequest,
    Reading,
    Replacement,
    Request,
    Whole,
    Written,
)
from manifest_sync.stores.one_by_one import OneByOne
from manifest_sync.stores.s3_bulk import expresses
from manifest_sync.stores.s3_conditions import condition, one_state
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_copying import KeyCopy, S3Copying
from manifest_sync.stores.s3_deleting import S3Deleting, deletes_together
from manifest_sync.stores.s3_doubting import doubting
from manifest_sync.stores.s3_headers import bare, looks_like_md5
from manifest_sync.stores.s3_lease import Lease
from manifest_sync.stores.s3_listing import S3Lister
from manifest_sync.stores.s3_looking import S3Looking
from manifest_sync.stores.s3_objects import S3Objects, noted_md5, stamp_of
from manifest_sync.stores.s3_reading import read_by_boto3, read_by_obstore
from manifest_sync.stores.s3_replacing import S3Replacing, replaces_together
from manifest_sync.stores.s3_small import KeyWrite, S3Small
from manifest_sync.stores.s3_trash import S3Trash
from manifest_sync.stores.s3_writing import S3Writer

if TYPE_CHECKING:
    from obstore.store import S3Store as BulkStore


class S3Store(OneByOne):
    """A style's side on S3."""

    side = Side.S3

    def __init__(
        self,
        connection: S3Connection,
        prefix: str,
        on_request: OnRequest = lambda _kind, _count: None,
    ) -> None:
        """`prefix` is empty or has its final slash. Nothing is asked yet."""
        self._connection = connection
        self._prefix = prefix
        self._on_request = on_request
        self._objects = S3Objects(connection, on_request)
        self._lister = S3Lister(connection, prefix, on_request)
        self._writer = S3Writer(self._objects, prefix)
        self._trash = S3Trash(self._objects, prefix)

    @property
    def keeps(self) -> bool:
        """Where the trash is off, a bucket with versions keeps them all the same."""
        return self._connection.settings.keeps or self._connection.is_versioned

    @property
    def trash(self) -> S3Trash:
        """The copies below the trash prefix, and the versions of the bucket."""
        return self._trash

    def list(self, familiar: Familiar = NOBODY) -> Iterator[Found | Problem]:
        """Every object below the prefix; it is all known before the first is told."""
        rows = self._lister.everything(familiar)
        if self._connection.etags_are_md5 is None:
            self._ask_what_etags_are(rows)
        return iter(rows)

    def stat(self, path: str) -> Stamp:
        """The state of an object, its version included where the bucket has versions."""
        return self._objects.stamp(self._prefix + path)

    def told_md5(self, stamp: Present) -> str | None:
        """The ETag, where it has the form of an MD5 and this bucket's ETags are MD5s."""
        if isinstance(stamp, ObjectStamp) and self._connection.etags_are_md5 is not False:
            return stamp.etag if looks_like_md5(stamp.etag) else None
        return None

    def ask_md5(self, path: str, stamp: Present) -> str | None:
        """What the metadata says (`md5chksum`), else a checksum of the whole object that is an MD5.

        Among objects whose ETags are no MD5s, S3 tells of the others that theirs are. Raises Moved
        where the object is in another state.
        """
        head = self._objects.head(self._prefix + path)
        if head is None or not _expected(stamp).agrees_with(stamp_of(head)):
            raise Moved(f"{path} has changed on S3")
        told, etag, connection = noted_md5(head), bare(head["ETag"]), self._connection
        if told is None and connection.etags_are_md5 is False and connection.learn_from(head):
            return etag if looks_like_md5(etag) else None
        return told

    @contextmanager
    def read(self, path: str, stamp: Present) -> Iterator[Reading]:
        """Open an object with its ETag as the condition."""
        key = self._prefix + path
        self._on_request(Request.GET, 1)
        with ExitStack() as open_until_read:
            # Only the opening is S3's: what goes wrong while reading may be the reader's own.
            try:
                with self._connection.doing(f"read {key}"):
                    reading = open_until_read.enter_context(self._opened(key, stamp))
            except NotFound as error:
                raise Moved(f"{path} is no longer on S3") from error
            yield reading

    def gains_by(self, many: Many) -> bool:
        """Where obstore does exactly what is wanted: by many requests at a time, or by only one."""
        if many is Many.DELETE and not deletes_together(self._connection):
            return False
        if many is Many.REPLACE and not replaces_together(self._connection):
            return False
        bulk = self._bulk() if many in {Many.READ, Many.DELETE} else self._writer.bulk()
        return bulk is not None

    def read_small(
        self, files: Sequence[tuple[str, Present]], *, limits: Limits
    ) -> Iterator[Whole | StoreError]:
        """Small objects, many at a time."""
        bulk = self._bulk()
        if bulk is None:
            return super().read_small(files, limits=limits)
        named = [(self._prefix + path, _expected(stamp)) for path, stamp in files]
        return S3Small(self._objects, bulk).read(named, limits)

    def create_small(
        self, files: Sequence[tuple[str, Body]], *, limits: Limits
    ) -> Iterator[Written | StoreError]:
        """New small objects, many at a time."""
        bulk = self._writer.bulk()
        if bulk is None or any(path == MANIFEST_NAME for path, _ in files):
            return super().create_small(files, limits=limits)
        named = [KeyWrite(self._prefix + path, body) for path, body in files]
        return S3Small(self._objects, bulk).write(named, limits)

    def replace_small(
        self, files: Sequence[Replacement], *, keep_under: str, limits: Limits
    ) -> Iterator[Written | StoreError]:
        """Small objects in the place of others, many at a time."""
        bulk = self._writer.bulk()
        if (
            bulk is None
            or not replaces_together(self._connection)
            or any(file.path == MANIFEST_NAME for file in files)
        ):
            return super().replace_small(files, keep_under=keep_under, limits=limits)
        named = [
            (KeyWrite(self._prefix + file.path, file.body, file.expect), _expected(file.expect))
            for file in files
        ]
        small, looking = S3Small(self._objects, bulk), S3Looking(self._objects, bulk, self._prefix)
        return S3Replacing(small, looking, keep_under).replace(named, limits)

    def write(self, path: str, body: Body, *, expect: Stamp, keep_under: str) -> Written:
        """Send a body; S3 shows an object only when it is complete."""
        key = self._prefix + path
        with self._doubting({key: expect}), self._alone_at(path, expect) as still:

            def make_way() -> str | None:
                kept_at = self._make_way(key, expect, keep_under)
                still()
                return kept_at

            return self._writer.write(key, body, expect, make_way)

    def copy(
        self, source: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Let S3 copy an object; looked at first, since not every server minds the condition."""
        origin, key = self._prefix + source, self._prefix + path
        now = self._objects.require(origin, _expected(stamp))
        with self._doubting({origin: now, key: expect}):
            kept_at = self._make_way(key, expect, keep_under)
            asked = condition(self._connection.abilities.copy, expect)
            return Written(self._objects.copy(origin, now, key, asked=asked), kept_at)

    def copy_many(
        self, copies: Sequence[NewCopy], *, limits: Limits
    ) -> Iterator[Written | StoreError]:
        """Copy to where nothing is, many at a time."""
        bulk = self._writer.bulk()
        if bulk is None:
            return super().copy_many(copies, limits=limits)
        named = [
            KeyCopy(self._prefix + new.source, _expected(new.stamp), self._prefix + new.path)
            for new in copies
        ]
        return S3Copying(S3Looking(self._objects, bulk, self._prefix)).copy(named, limits)

    def delete(self, path: str, *, expect: Present, keep_under: str) -> Written:
        """Delete an object whose bytes are kept."""
        key = self._prefix + path
        kept_at = self._make_way(key, expect, keep_under)
        asked = one_state(self._connection.abilities.delete, _expected(expect))
        with self._doubting({key: expect}):
            self._objects.delete(key, asked)
        return Written(ABSENT, kept_at)

    def delete_many(
        self, files: Sequence[tuple[str, Present]], *, keep_under: str, limits: Limits
    ) -> Iterator[Written | StoreError]:
        """Delete objects, many in one request where each of them stays behind as a version."""
        bulk = self._bulk()
        if bulk is None or not deletes_together(self._connection):
            return super().delete_many(files, keep_under=keep_under, limits=limits)
        named = [(self._prefix + path, _expected(stamp)) for path, stamp in files]
        looking = S3Looking(self._objects, bulk, self._prefix)
        return S3Deleting(looking, keep_under).delete(named, limits)

    def bring_back(
        self, kept_at: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Let S3 copy a version, or what is below the trash prefix, with its metadata.

        Looked at first even where nothing is expected: restoring is rare, and was asked about.
        """
        place, key = self._trash.place(kept_at), self._prefix + path
        if isinstance(expect, AbsentStamp) and self._objects.stamp(key) != ABSENT:
            raise Moved(f"{key} has appeared on S3 since it was looked at")
        replaced = self._make_way(key, expect, keep_under)
        version = place.version_id
        asked = condition(self._connection.abilities.copy, expect)
        written = self._objects.copy(
            place.key, _expected(stamp), key, source_version=version, asked=asked
        )
        return Written(written, replaced)

    def kept_at(self, path: str, stamp: Present, keep_under: str) -> str | None:
        """The version, or the copy below the trash prefix."""
        return self._objects.kept_at(self._prefix + path, _expected(stamp), keep_under)

    def flush(self) -> None:
        """Nothing to do: S3 has stored what it has acknowledged."""

    def _ask_what_etags_are(self, rows: Sequence[Found | Problem]) -> None:
        """Ask about one object of a bucket of which nobody told yet whether its ETags are MD5s.

        That of the published manifest, where there is one: it is written by every push. Where it
        may not be asked, ETags are believed until some bytes contradict theirs.
        """
        telling = (row for row in rows if isinstance(row, Found) and _may_tell_md5(row.stamp))
        first = next(telling, None)
        if first is None:
            return
        is_published = any(row.path == MANIFEST_NAME for row in rows)
        path = MANIFEST_NAME if is_published else first.path
        with suppress(StoreError):
            self._objects.head(self._prefix + path)

    def _opened(self, key: str, stamp: Present) -> AbstractContextManager[Reading]:
        bulk = self._bulk()
        if bulk is None:
            return read_by_boto3(self._connection, key, _expected(stamp))
        return read_by_obstore(self._connection, bulk, key, _expected(stamp))

    def _bulk(self) -> "BulkStore | None":
        """obstore, where it can name all keys below the prefix."""
        return self._connection.bulk if expresses(self._prefix) else None

    @contextmanager
    def _alone_at(self, path: str, expect: Stamp) -> Iterator[Callable[[], None]]:
        """Where S3 itself does not see to it: be the only one to write the published manifest.

        The published manifest is what workspaces meet at, so looking first and acting then is
        not enough for it. Gives what to call right before the write.
        """
        abilities = self._connection.abilities
        known, guarded = abilities != Abilities(), bool(condition(abilities.put, expect))
        if path != MANIFEST_NAME or guarded or not known:
            yield _nothing
            return
        key = self._prefix + path
        with Lease(self._connection, key, self._on_request).held() as still:
            if isinstance(expect, AbsentStamp) and self._objects.stamp(key) != ABSENT:
                raise Moved(f"{path} is on S3 now")
            yield still

    def _doubting(self, conditions: Mapping[str, Stamp]) -> AbstractContextManager[None]:
        return doubting(self._objects, conditions)

    def _make_way(self, key: str, expect: Stamp, keep_under: str) -> str | None:
        """Check that a key holds what is expected, and keep that; returns where it is kept.

        Nothing is asked for a key that this run's listing showed absent.
        """
        if isinstance(expect, AbsentStamp):
            return None
        now = self._objects.require(key, _expected(expect))
        return self._objects.keep(key, now, keep_under)


def _may_tell_md5(stamp: Stamp) -> bool:
    return isinstance(stamp, ObjectStamp) and looks_like_md5(stamp.etag)


def _nothing() -> None:
    """What a write needs to call that needs no lease."""


def _expected(stamp: Stamp) -> ObjectStamp:
    """A stamp of this side; a file's stamp here is a mistake of the caller's."""
    if not isinstance(stamp, ObjectStamp):
        raise TypeError(f"an object's stamp was expected, not {stamp}")
    return stamp
