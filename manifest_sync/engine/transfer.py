"""One change, end to end: precondition, bytes, check, outcome. Errors on one path are data."""

from collections.abc import Mapping

import msgspec
import tenacity

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Corrupted, Moved, NotFound, StoreError, Transient
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change
from manifest_sync.core.stamps import AbsentStamp, FileStamp
from manifest_sync.engine.body import CheckedBody
from manifest_sync.engine.inquiry import holds
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store, Written

_TRIES = 4
"""Of ours, each of which the SDKs try a few times by themselves."""


class Sides(msgspec.Struct, frozen=True):
    """The two stores of a style, what is known of the folder's files, and where bytes are kept."""

    folder: Store
    bucket: Store
    digests: Mapping[str, Digest]
    keep_under: str

    def store(self, side: Side) -> Store:
        """The store of one side."""
        return self.folder if side is Side.LOCAL else self.bucket


class Transferred(msgspec.Struct, frozen=True):
    """A change's outcome, and the digest of the file that it left in the folder."""

    outcome: Outcome
    digest: Digest | None = None


def transfer(change: Change, sides: Sides) -> Transferred:
    """Make one change. Never raises StoreError."""
    try:
        return _retrying(_make, change, sides)
    except (Moved, NotFound) as error:
        achieved = achieved_before(change, sides)
        return Transferred(achieved or Outcome(change, Status.MOVED, f"{error}"))
    except StoreError as error:
        return Transferred(Outcome(change, Status.FAILED, f"{error}"))


_retrying = tenacity.Retrying(
    retry=tenacity.retry_if_exception_type(Transient),
    wait=tenacity.wait_random_exponential(multiplier=0.2, max=10),
    stop=tenacity.stop_after_attempt(_TRIES),
    reraise=True,
)


def _make(change: Change, sides: Sides) -> Transferred:
    target = sides.store(change.side)
    source = change.source
    if change.after is None or source is None:
        return Transferred(_done(change, _delete(change, target, sides.keep_under)))
    if source.side is change.side:
        written = target.copy(
            source.path,
            source.stamp,
            change.path,
            expect=change.precondition,
            keep_under=sides.keep_under,
        )
        return Transferred(_done(change, written))
    known = sides.digests.get(source.path) if source.side is Side.LOCAL else None
    xxh3 = known.xxh3 if known is not None and known.stamp == source.stamp else None
    body = CheckedBody(sides.store(source.side), source, change.after, xxh3)
    written = target.write(
        change.path, body, expect=change.precondition, keep_under=sides.keep_under
    )
    _check_answer(change.after, target, written)
    outcome = _done(change, written, sent=change.after.size)
    if isinstance(written.stamp, FileStamp) and body.xxh3 is not None:
        # Written a moment ago, so a later edit may still hide behind this very stamp.
        digest = Digest(written.stamp, change.after.md5, body.xxh3, trusted=False)
        return Transferred(outcome, digest)
    return Transferred(outcome)


def achieved_before(change: Change, sides: Sides) -> Outcome | None:
    """The outcome of a change whose result holds, though nobody knows of it; None where not.

    An earlier try took effect and its answer was lost, or the run was cut off before it could
    write the outcome down. The bytes it took away tell whether it was us: they were kept under
    a name of our own.
    """
    target = sides.store(change.side)
    try:
        stamp = target.stat(change.path)
        if not holds(target, change.path, stamp, change.after):
            return None
        if isinstance(change.precondition, AbsentStamp):
            return Outcome(change, Status.DONE, stamp=stamp)
        kept_at = target.kept_at(change.path, change.precondition, sides.keep_under)
    except StoreError:
        return None
    status = Status.DONE if kept_at is not None else Status.ALREADY
    return Outcome(change, status, stamp=stamp, kept_at=kept_at)


def _delete(change: Change, target: Store, keep_under: str) -> Written:
    if isinstance(change.precondition, AbsentStamp):
        raise Moved(f"“{change.path}” was not there to delete")
    return target.delete(change.path, expect=change.precondition, keep_under=keep_under)


def _check_answer(promised: Content, target: Store, written: Written) -> None:
    """Raise Corrupted where the answer to a write tells of other bytes than were sent."""
    stamp = written.stamp
    if isinstance(stamp, AbsentStamp):
        raise Corrupted("nothing is there after writing")
    told = target.told_md5(stamp)
    if stamp.size != promised.size or told not in (None, promised.md5):
        kept = f"; what was there before is at {written.kept_at}" if written.kept_at else ""
        raise Corrupted(f"other bytes arrived than were sent{kept}")


def _done(change: Change, written: Written, sent: int = 0) -> Outcome:
    return Outcome(change, Status.DONE, stamp=written.stamp, kept_at=written.kept_at, sent=sent)
