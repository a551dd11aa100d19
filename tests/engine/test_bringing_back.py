"""Kept bytes come back as they were kept, or not at all."""

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Transient
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Change
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import ABSENT, AbsentStamp, Stamp
from manifest_sync.engine.transfer import Sides, Transferred, transfer
from manifest_sync.stores.base import Store
from manifest_sync.stores.bodies import bytes_body, content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.memory import MemoryStore

OLD = b"the old bytes"


def deleted(store: MemoryStore) -> str:
    """A file that was deleted; where it is kept."""
    stamp = store.write("a.png", bytes_body(OLD, 5), expect=ABSENT, keep_under="w-1").stamp
    assert not isinstance(stamp, AbsentStamp)
    kept_at = store.delete("a.png", expect=stamp, keep_under="w-2").kept_at
    assert kept_at is not None
    return kept_at


def restored(store: Store, kept_at: str, expect: Stamp = ABSENT) -> Transferred:
    kept = store.trash.stat(kept_at)
    assert not isinstance(kept, AbsentStamp)
    change = Change(
        side=store.side,
        path="a.png",
        before=None,
        after=content_of(OLD),
        reason=Reason.RESTORED,
        precondition=expect,
        source=KeptSource(store.side, "a.png", kept, kept_at),
    )
    other = MemoryStore(store.side.other)
    folder, bucket = (store, other) if store.side is Side.LOCAL else (other, store)
    return transfer(change, Sides(folder, bucket, {}, "w-3"))


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("opaque", [False, True])
def test_the_bytes_come_back_with_a_digest_for_the_cache(side: Side, opaque: bool) -> None:
    store = MemoryStore(side, opaque_etags=opaque)
    done = restored(store, deleted(store))
    assert done.outcome.status is Status.DONE
    assert store.contents() == {"a.png": OLD}
    assert done.outcome.stamp == store.stat("a.png")
    assert (done.digest is not None) is (side is Side.LOCAL)
    if done.digest is not None:
        assert (done.digest.md5, done.digest.stamp) == (content_of(OLD).md5, store.stat("a.png"))
        assert not done.digest.trusted


@pytest.mark.parametrize("damaged", [b"the 0ld bytes", b"the old bytes!", b""])
def test_damaged_bytes_are_not_brought_back(damaged: bytes) -> None:
    store = MemoryStore(Side.LOCAL)
    kept_at = deleted(store)
    store.kept[kept_at] = damaged
    done = restored(store, kept_at)
    assert done.outcome.status is Status.FAILED
    assert "are not the ones that were kept there" in (done.outcome.error or "")
    assert store.contents() == {}


def test_what_appeared_meanwhile_is_left_alone() -> None:
    store = MemoryStore(Side.S3)
    kept_at = deleted(store)
    store.put_out_of_band("a.png", b"newer")
    done = restored(store, kept_at)
    assert done.outcome.status is Status.MOVED
    assert store.contents() == {"a.png": b"newer"}


@pytest.mark.parametrize("harm", [Harm.BEFORE, Harm.AFTER])
def test_a_lost_answer_is_tried_again_and_our_own_success_known(harm: Harm) -> None:
    inner = MemoryStore(Side.S3)
    kept_at = deleted(inner)
    store = FaultyStore(inner, [Fault(Call.BRING_BACK, harm, error=Transient("lost"))])
    done = restored(store, kept_at)
    assert done.outcome.status is Status.DONE
    assert inner.contents() == {"a.png": OLD}
    assert store.pending == []
