"""One change, end to end: precondition, bytes, check, outcome. Errors on one path are data."""

from collections.abc import Mapping
from contextlib import suppress

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import (
    Corrupted,
    Moved,
    NotFound,
    NotSignedIn,
    StoreError,
    Transient,
)
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change, Source
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import AbsentStamp, FileStamp, ObjectStamp
from manifest_sync.engine.body import CheckedBody
from manifest_sync.engine.bringing_back import bring_back
from manifest_sync.engine.inquiry import holds
from manifest_sync.engine.retrying import Trying, retrying
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store, Written


class Sides(msgspec.Struct, frozen=True):
    """The two stores of a style, what is known of the folder's files, and where bytes are kept."""

    folder: Store
    bucket: Store
    digests: Mapping[str, Digest]
    keep_under: str

    def store(self, side: Side) -> Store:
        """The store of one side."""
        return self.folder if side is Side.LOCAL else self.bucket

    def known_xxh3(self, source: Source) -> str | None:
        """The XXH3 of a source, where it is a file that was hashed in that very state."""
        known = self.digests.get(source.path) if source.side is Side.LOCAL else None
        return known.xxh3 if known is not None and known.stamp == source.stamp else None


class Transferred(msgspec.Struct, frozen=True):
    """A change's outcome, and the digest of the file that it left in the folder."""

    outcome: Outcome
    digest: Digest | None = None


def transfer(
    change: Change, sides: Sides, trying: Trying = retrying, tried: StoreError | None = None
) -> Transferred:
    """Make one change. Never raises StoreError.

    `tried` is what a first try raised that was made together with others.
    """
    doubtful = False
    failed = [tried] if tried is not None else []

    def make() -> Transferred:
        nonlocal doubtful
        try:
            if failed:
                raise failed.pop()
            return _make(change, sides)
        except Transient:
            doubtful = True  # It may have taken effect all the same.
            raise

    try:
        return trying(make)
    except (Moved, NotFound, NotSignedIn, Transient) as error:
        return Transferred(_found_out(change, sides, trying, error, doubtful=doubtful))
    except Corrupted as error:
        why = f"{error}" if _is_md5(change, sides.bucket) else _NO_MD5.format(change.path)
        return Transferred(Outcome(change, Status.FAILED, why))
    except StoreError as error:
        return Transferred(Outcome(change, Status.FAILED, f"{error}"))


def _found_out(
    change: Change, sides: Sides, trying: Trying, error: StoreError, *, doubtful: bool
) -> Outcome:
    """The outcome where the last try failed, though it or one before may have taken effect."""
    status = Status.MOVED if isinstance(error, Moved | NotFound) else Status.FAILED
    failed = Outcome(change, status, f"{error}")
    try:
        achieved = trying(lambda: _achieved(change, sides))
        if achieved is None and doubtful:
            # Somebody else may have come after a try of which nobody knows: whose doing it was
            # cannot be told, but what was kept is not to be forgotten.
            kept_at = trying(lambda: _kept_at(change, sides))
            return msgspec.structs.replace(failed, kept_at=kept_at)
    except StoreError:
        return msgspec.structs.replace(failed, unknown=True)
    return achieved or failed


_NO_MD5 = (
    "S3's ETag of “{}” was taken for its MD5, which it turned out not to be (the bucket is "
    "encrypted); it is asked for next time"
)


def _is_md5(change: Change, bucket: Store) -> bool:
    """Whether bytes that are not what their object's ETag promised were promised rightly.

    S3 tells when it is asked for the object; then the store takes no ETag of the bucket for an
    MD5 any more, so that the next run finds out what it contains.
    """
    source, stamp = change.source, change.source.stamp if change.source is not None else None
    if (
        source is None
        or source.side is not Side.S3
        or not isinstance(stamp, ObjectStamp)
        or change.after is None
        or stamp.etag != change.after.md5
    ):
        return True
    with suppress(StoreError):
        bucket.ask_md5(source.path, stamp)
    return bucket.told_md5(stamp) is not None


def _make(change: Change, sides: Sides) -> Transferred:
    target = sides.store(change.side)
    source = change.source
    if change.after is None or source is None:
        return transferred(change, _delete(change, target, sides.keep_under))
    xxh3 = sides.known_xxh3(source)
    if isinstance(source, KeptSource) and source.side is change.side:
        written, digest = bring_back(change, source, change.after, target, sides.keep_under)
        return Transferred(_done(change, written), digest)
    if source.side is change.side:
        written = target.copy(
            source.path,
            source.stamp,
            change.path,
            expect=change.precondition,
            keep_under=sides.keep_under,
        )
        return transferred(change, written, xxh3)
    body = CheckedBody(sides.store(source.side), source, change.after, xxh3)
    written = target.write(
        change.path, body, expect=change.precondition, keep_under=sides.keep_under
    )
    check_answer(change.after, target, written)
    return transferred(change, written, body.xxh3)


def transferred(change: Change, written: Written, xxh3: str | None = None) -> Transferred:
    """What came of a change that was made, and leaves bytes whose XXH3 may be known, or none."""
    outcome = _done(change, written)
    if change.after is None or xxh3 is None or not isinstance(written.stamp, FileStamp):
        return Transferred(outcome)
    # Written a moment ago, so a later edit may still hide behind this very stamp.
    return Transferred(outcome, Digest(written.stamp, change.after.md5, xxh3, trusted=False))


def _achieved(change: Change, sides: Sides) -> Outcome | None:
    """The outcome of a change whose result holds, though no try has told so; None where not.

    An earlier try took effect and its answer was lost. The bytes it took away tell whether it
    was us: they were kept under a name of our own. Where the trash is off, nothing tells, and it
    is taken for ours: what is gone for good is rather told once too often than not at all.
    """
    target = sides.store(change.side)
    stamp = target.stat(change.path)
    if not holds(target, change.path, stamp, change.after):
        return None
    kept_at = _kept_at(change, sides)
    if kept_at is None and target.keeps and not isinstance(change.precondition, AbsentStamp):
        return Outcome(change, Status.ALREADY, stamp=stamp)
    return Outcome(change, Status.DONE, stamp=stamp, kept_at=kept_at, sent=_size_sent(change))


def _kept_at(change: Change, sides: Sides) -> str | None:
    """Where this run kept what was at the path; None where it has not, or nothing was there."""
    if isinstance(change.precondition, AbsentStamp):
        return None
    target = sides.store(change.side)
    return target.kept_at(change.path, change.precondition, sides.keep_under)


def _size_sent(change: Change) -> int:
    """Bytes that travel for a change: none where a side has them already."""
    source, after = change.source, change.after
    if source is None or after is None or source.side is change.side:
        return 0
    return after.size


def _delete(change: Change, target: Store, keep_under: str) -> Written:
    if isinstance(change.precondition, AbsentStamp):
        raise Moved(f"“{change.path}” was not there to delete")
    return target.delete(change.path, expect=change.precondition, keep_under=keep_under)


def check_answer(promised: Content, target: Store, written: Written) -> None:
    """Raise Corrupted where the answer to a write tells of other bytes than were sent."""
    stamp = written.stamp
    if isinstance(stamp, AbsentStamp):
        raise Corrupted("nothing is there after writing")
    told = target.told_md5(stamp)
    if stamp.size != promised.size or told not in (None, promised.md5):
        kept = f"; what was there before is at {written.kept_at}" if written.kept_at else ""
        raise Corrupted(f"other bytes arrived than were sent{kept}")


def _done(change: Change, written: Written) -> Outcome:
    sent = _size_sent(change)
    return Outcome(change, Status.DONE, stamp=written.stamp, kept_at=written.kept_at, sent=sent)
