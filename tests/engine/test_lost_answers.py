"""A change that took effect though its answer was lost is known for what it is."""

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Moved, Transient
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Change, Source
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.stamps import ABSENT
from manifest_sync.engine.retrying import TRIES
from manifest_sync.engine.transfer import Sides, transfer
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.memory import MemoryStore
from tests.stores.under_test import present

OLD, NEW = b"old", b"new bytes"
PATH = "a.jpg"


class Place:
    """A file in the folder, something else on S3, and a fault on the way."""

    def __init__(self, fault: Fault, *, opaque: bool = False, keeps: bool = True) -> None:
        self.folder = MemoryStore(Side.LOCAL)
        self.bucket = MemoryStore(Side.S3, opaque_etags=opaque, keeps=keeps)
        self.folder.put_out_of_band(PATH, NEW)
        self.before = present(self.bucket.put_out_of_band(PATH, OLD))
        self.sides = Sides(self.folder, FaultyStore(self.bucket, [fault]), {}, "an apply")

    def change(self, after: bytes | None) -> Change:
        stamp = present(self.folder.stat(PATH))
        return Change(
            side=Side.S3,
            path=PATH,
            before=content_of(OLD),
            after=content_of(after) if after is not None else None,
            reason=Reason.MODIFIED,
            precondition=self.before,
            source=Source(Side.LOCAL, PATH, stamp) if after is not None else None,
            base=None,
        )


def lost(call: Call) -> Fault:
    return Fault(call, Harm.AFTER, error=Transient("no answer"))


@pytest.mark.parametrize("opaque", [False, True])
def test_a_lost_answer_to_a_write_is_success(opaque: bool) -> None:
    place = Place(lost(Call.WRITE), opaque=opaque)
    outcome = transfer(place.change(NEW), place.sides).outcome
    assert outcome.status is Status.DONE
    assert outcome.kept_at is not None
    assert place.bucket.kept[outcome.kept_at] == OLD
    assert outcome.stamp == place.bucket.stat(PATH)


def test_a_lost_answer_to_a_delete_is_success() -> None:
    place = Place(lost(Call.DELETE))
    outcome = transfer(place.change(None), place.sides).outcome
    assert (outcome.status, outcome.stamp) == (Status.DONE, ABSENT)
    assert outcome.kept_at is not None
    assert place.bucket.kept[outcome.kept_at] == OLD


@pytest.mark.parametrize("after", [NEW, None])
def test_where_nothing_is_kept_a_lost_answer_is_taken_for_success(after: bytes | None) -> None:
    """There is to be a row of what is gone."""
    place = Place(lost(Call.WRITE if after is not None else Call.DELETE), keeps=False)
    outcome = transfer(place.change(after), place.sides).outcome
    assert (outcome.status, outcome.kept_at) == (Status.DONE, None)
    assert place.bucket.kept == {}


def test_what_somebody_else_did_meanwhile_is_not_our_doing() -> None:
    place = Place(Fault(Call.WRITE, Harm.BEFORE, error=Moved("a.jpg has changed on S3")))
    place.bucket.put_out_of_band(PATH, NEW)
    outcome = transfer(place.change(NEW), place.sides).outcome
    assert (outcome.status, outcome.kept_at) == (Status.ALREADY, None)


@pytest.mark.parametrize("after", [NEW, None])
def test_other_bytes_are_a_change_since_the_plan(after: bytes | None) -> None:
    place = Place(lost(Call.LIST))
    place.bucket.put_out_of_band(PATH, b"by others")
    outcome = transfer(place.change(after), place.sides).outcome
    assert outcome.status is Status.MOVED
    assert place.bucket.bytes_at(PATH) == b"by others"
    assert place.bucket.kept == {}


@pytest.mark.parametrize(
    ("times", "status", "unknown"), [(3, Status.DONE, False), (99, Status.MOVED, True)]
)
def test_where_nobody_can_look_it_is_not_believed(
    times: int, status: Status, unknown: bool
) -> None:
    blind = Fault(Call.STAT, Harm.BEFORE, error=Transient("nothing"), times=times)
    place = Place(lost(Call.WRITE))
    sides = Sides(place.folder, FaultyStore(place.bucket, [lost(Call.WRITE), blind]), {}, "a run")
    outcome = transfer(place.change(NEW), sides).outcome
    assert (outcome.status, outcome.unknown) == (status, unknown)


@pytest.mark.parametrize("after", [NEW, None])
def test_a_last_try_whose_answer_is_lost_is_success_too(after: bytes | None) -> None:
    """So long as somebody can be asked in the end."""
    call = Call.WRITE if after is not None else Call.DELETE
    place = Place(lost(call))
    tries = [Fault(call, Harm.BEFORE, error=Transient("busy"), times=TRIES - 1)]
    last = Fault(call, Harm.AFTER, error=Transient("no answer"), after=TRIES - 1)
    sides = Sides(place.folder, FaultyStore(place.bucket, [*tries, last]), {}, "a run")
    outcome = transfer(place.change(after), sides).outcome
    assert (outcome.status, outcome.error) == (Status.DONE, None)
    assert outcome.kept_at is not None
    assert place.bucket.kept[outcome.kept_at] == OLD
