"""One change, end to end: what is done, checked, tried again, and told when it cannot be."""

from collections.abc import Iterable

import pytest

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Corrupted, Denied, Moved, NotFound, StoreError, Transient
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Change, Source
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.stamps import ABSENT, AbsentStamp, FileStamp, ObjectStamp, Present, Stamp
from manifest_sync.engine.retrying import TRIES
from manifest_sync.engine.transfer import Sides, Transferred, transfer
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Body, Written
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.memory import MemoryStore

OLD, NEW = b"what was there", b"what is to be there"


class Pair:
    """A folder and a bucket, one of which may fail."""

    def __init__(self, bucket: MemoryStore | None = None) -> None:
        self.folder = MemoryStore(Side.LOCAL)
        self.bucket = bucket or MemoryStore(Side.S3)
        self.digests: dict[str, Digest] = {}
        self.calls: list[str] = []

    def store(self, side: Side) -> MemoryStore:
        return self.folder if side is Side.LOCAL else self.bucket

    def put(self, side: Side, path: str, data: bytes) -> Present:
        stamp = self.store(side).put_out_of_band(path, data)
        assert not isinstance(stamp, AbsentStamp)
        return stamp

    def make(self, change: Change, faults: Iterable[Fault] = ()) -> Transferred:
        """Make a change; the faults are of the side that is changed."""
        stores = {side: FaultyStore(self.store(side), before_each=self._note) for side in Side}
        stores[change.side] = FaultyStore(self.store(change.side), faults, before_each=self._note)
        return transfer(change, Sides(stores[Side.LOCAL], stores[Side.S3], self.digests, "run"))

    def _note(self, call: Call, path: str) -> None:
        self.calls.append(f"{call} {path}")


def put_here(pair: Pair, side: Side, precondition: Stamp = ABSENT, promised: bytes = NEW) -> Change:
    """A change that brings NEW to a side from the other."""
    before = None if isinstance(precondition, AbsentStamp) else content_of(OLD)
    source = Source(side.other, "a.png", pair.put(side.other, "a.png", NEW))
    return Change(
        side, "a.png", before, content_of(promised), Reason.MODIFIED, precondition, source
    )


BOTH = pytest.mark.parametrize("side", list(Side))


@BOTH
def test_a_file_is_created_and_its_bytes_are_counted(side: Side) -> None:
    pair = Pair()
    outcome = pair.make(put_here(pair, side)).outcome
    assert (outcome.status, outcome.error, outcome.kept_at) == (Status.DONE, None, None)
    assert outcome.sent == len(NEW)
    assert outcome.stamp == pair.store(side).stat("a.png")
    assert pair.store(side).bytes_at("a.png") == NEW


@BOTH
def test_what_is_replaced_or_deleted_is_kept_under_the_runs_name(side: Side) -> None:
    pair = Pair()
    outcome = pair.make(put_here(pair, side, pair.put(side, "a.png", OLD))).outcome
    assert outcome.kept_at is not None
    assert pair.store(side).kept[outcome.kept_at] == OLD
    doomed = pair.put(side, "b.png", OLD)
    change = Change(side, "b.png", content_of(OLD), None, Reason.DELETED, doomed)
    outcome = pair.make(change).outcome
    assert (outcome.status, outcome.stamp, outcome.sent) == (Status.DONE, ABSENT, 0)
    assert outcome.kept_at is not None
    assert "run" in outcome.kept_at
    assert pair.store(side).kept[outcome.kept_at] == OLD


@BOTH
def test_a_copy_on_one_side_sends_nothing(side: Side) -> None:
    pair = Pair()
    source = Source(side, "b.png", pair.put(side, "b.png", NEW))
    change = Change(side, "a.png", None, content_of(NEW), Reason.NEW, ABSENT, source)
    outcome = pair.make(change).outcome
    assert (outcome.status, outcome.sent) == (Status.DONE, 0)
    assert pair.store(side).bytes_at("a.png") == NEW
    assert not [call for call in pair.calls if call.startswith(("read", "write"))]


# What has moved since the plan


@BOTH
@pytest.mark.parametrize("before", [None, OLD])
def test_a_target_that_moved_is_left_as_it_is(side: Side, before: bytes | None) -> None:
    pair = Pair()
    precondition = pair.put(side, "a.png", before) if before is not None else ABSENT
    change = put_here(pair, side, precondition)
    pair.put(side, "a.png", b"by others")
    outcome = pair.make(change).outcome
    assert (outcome.status, outcome.kept_at) == (Status.MOVED, None)
    assert outcome.error
    assert pair.store(side).bytes_at("a.png") == b"by others"
    assert pair.store(side).kept == {}


@BOTH
@pytest.mark.parametrize("what", ["vanishes", "changes"])
def test_a_source_that_moved_brings_nothing(side: Side, what: str) -> None:
    pair = Pair()
    change = put_here(pair, side, pair.put(side, "a.png", OLD))
    if what == "vanishes":
        pair.store(side.other).drop_out_of_band("a.png")
    else:
        pair.put(side.other, "a.png", b"by others")
    outcome = pair.make(change).outcome
    assert outcome.status is Status.MOVED
    assert pair.store(side).bytes_at("a.png") == OLD
    assert pair.store(side).kept == {}


@BOTH
def test_a_delete_of_what_was_not_there_is_no_delete(side: Side) -> None:
    pair = Pair()
    change = Change(side, "a.png", content_of(OLD), None, Reason.DELETED, ABSENT)
    outcome = pair.make(change).outcome
    assert not [call for call in pair.calls if call.startswith("delete")]
    assert outcome.kept_at is None


# Bytes that are not what was promised


def test_a_download_with_other_bytes_than_s3_announced_fails_and_leaves_the_file() -> None:
    pair = Pair()
    change = put_here(pair, Side.LOCAL, pair.put(Side.LOCAL, "a.png", OLD), promised=NEW[::-1])
    outcome = pair.make(change).outcome
    assert outcome.status is Status.FAILED
    assert "not the bytes S3 announced" in (outcome.error or "")
    assert pair.folder.bytes_at("a.png") == OLD


def test_an_upload_of_other_bytes_than_were_hashed_is_no_upload() -> None:
    pair = Pair()
    change = put_here(pair, Side.S3, promised=NEW[::-1])
    outcome = pair.make(change).outcome
    assert outcome.status is Status.MOVED
    assert pair.bucket.bytes_at("a.png") is None


class LyingBucket(MemoryStore):
    """Stores something else than it was sent, and says so with its answer."""

    answer: Stamp = ObjectStamp(len(NEW), "0" * 32)

    def write(self, path: str, body: Body, *, expect: Stamp, keep_under: str) -> Written:
        written = super().write(path, body, expect=expect, keep_under=keep_under)
        return Written(self.answer, written.kept_at)


@pytest.mark.parametrize(
    "answer", [LyingBucket.answer, ObjectStamp(1, content_of(NEW).md5), ABSENT]
)
def test_an_answer_that_tells_of_other_bytes_is_a_failure(answer: Stamp) -> None:
    bucket = LyingBucket(Side.S3)
    bucket.answer = answer
    pair = Pair(bucket)
    outcome = pair.make(put_here(pair, Side.S3)).outcome
    assert outcome.status is Status.FAILED
    assert outcome.stamp is None


def test_an_answer_whose_etag_tells_nothing_is_believed() -> None:
    pair = Pair(MemoryStore(Side.S3, opaque_etags=True))
    assert pair.make(put_here(pair, Side.S3)).outcome.status is Status.DONE


# The digest that comes of it, and the one that spares an MD5


def test_what_was_downloaded_has_its_digest() -> None:
    pair = Pair()
    made = pair.make(put_here(pair, Side.LOCAL))
    assert made.digest is not None
    assert (made.digest.stamp, made.digest.md5) == (made.outcome.stamp, content_of(NEW).md5)
    assert not made.digest.trusted
    assert len(made.digest.xxh3) == 32


def test_what_was_uploaded_has_none() -> None:
    pair = Pair()
    assert pair.make(put_here(pair, Side.S3)).digest is None


@pytest.mark.parametrize(
    ("is_of_this_state", "status"), [(True, Status.MOVED), (False, Status.DONE)]
)
def test_a_remembered_xxh3_counts_for_the_very_state_it_was_made_of(
    is_of_this_state: bool,
    status: Status,
) -> None:
    pair = Pair()
    change = put_here(pair, Side.S3)
    assert change.source is not None
    stamp = change.source.stamp
    assert isinstance(stamp, FileStamp)
    other = FileStamp(stamp.size, stamp.mtime_ns + 1, stamp.ctime_ns, stamp.inode)
    # A wrong one: where it is looked at, the bytes are not what was hashed.
    pair.digests["a.png"] = Digest(
        stamp if is_of_this_state else other,
        change.after.md5 if change.after else "",
        "0" * 32,
        True,
    )
    assert pair.make(change).outcome.status is status


# Failures


@pytest.mark.parametrize("error", [Denied("no"), StoreError("odd"), Corrupted("other bytes")])
def test_a_failure_is_an_outcome_with_its_sentence_and_not_tried_again(error: StoreError) -> None:
    pair = Pair()
    fault = Fault(Call.WRITE, Harm.BEFORE, error=error, times=9)
    outcome = pair.make(put_here(pair, Side.S3), [fault]).outcome
    assert (outcome.status, outcome.error) == (Status.FAILED, str(error))
    assert pair.calls.count("write a.png") == 1


@pytest.mark.parametrize("error", [Moved("moved"), NotFound("not there")])
def test_what_is_not_there_any_more_has_moved(error: StoreError) -> None:
    pair = Pair()
    fault = Fault(Call.WRITE, Harm.BEFORE, error=error)
    outcome = pair.make(put_here(pair, Side.S3), [fault]).outcome
    assert (outcome.status, outcome.error) == (Status.MOVED, str(error))


class TestTransient:
    """What may pass by itself is tried again, a few times."""

    @pytest.mark.parametrize(("times", "status"), [(1, Status.DONE), (3, Status.DONE)])
    def test_it_is_tried_again_until_it_goes_through(self, times: int, status: Status) -> None:
        pair = Pair()
        fault = Fault(Call.WRITE, Harm.BEFORE, times=times)
        outcome = pair.make(put_here(pair, Side.S3), [fault]).outcome
        assert outcome.status is status
        assert outcome.sent == len(NEW)
        assert pair.calls.count("write a.png") == times + 1

    def test_in_the_end_it_is_a_failure_with_the_last_sentence(self) -> None:
        pair = Pair()
        fault = Fault(Call.WRITE, Harm.BEFORE, error=Transient("no answer"), times=99)
        outcome = pair.make(put_here(pair, Side.S3), [fault]).outcome
        assert (outcome.status, outcome.error) == (Status.FAILED, "no answer")
        assert pair.calls.count("write a.png") == TRIES
        assert pair.bucket.bytes_at("a.png") is None

    def test_a_body_that_was_begun_is_read_from_its_beginning(self) -> None:
        pair = Pair()
        change = put_here(pair, Side.LOCAL)
        broken = FaultyStore(pair.bucket, [Fault(Call.READ, Harm.AFTER)])
        outcome = transfer(change, Sides(pair.folder, broken, {}, "run")).outcome
        assert outcome.status is Status.DONE
        assert pair.folder.bytes_at("a.png") == NEW


def test_an_empty_file_is_a_file() -> None:
    pair = Pair()
    source = Source(Side.LOCAL, "a.txt", pair.put(Side.LOCAL, "a.txt", b""))
    change = Change(
        Side.S3, "a.txt", None, Content(0, content_of(b"").md5), Reason.NEW, ABSENT, source
    )
    outcome = pair.make(change).outcome
    assert (outcome.status, outcome.sent) == (Status.DONE, 0)
    assert pair.bucket.bytes_at("a.txt") == b""
