from collections.abc import Callable

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Denied, Moved, Transient
from manifest_sync.core.stamps import ABSENT, AbsentStamp, Present
from manifest_sync.stores.base import Store, Written
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.memory import MemoryStore
from tests.stores.contract import StoreContract
from tests.stores.under_test import StoreUnderTest


@pytest.fixture
def inner() -> MemoryStore:
    store = MemoryStore(Side.S3)
    store.put_out_of_band("a.png", b"bytes")
    store.put_out_of_band("b.png", b"more")
    gone = store.write("gone.png", bytes_body(b"gone", 1), expect=ABSENT, keep_under="k").stamp
    assert not isinstance(gone, AbsentStamp)
    store.delete("gone.png", expect=gone, keep_under="before-1")
    return store


class TestWithoutFaults(StoreContract):
    @pytest.fixture
    def under_test(self) -> StoreUnderTest:
        store = MemoryStore(Side.LOCAL)
        return StoreUnderTest(
            FaultyStore(store),
            put=lambda path, data: (store.put_out_of_band(path, data), None)[1],
            drop=store.drop_out_of_band,
            kept=store.kept.__getitem__,
        )


def read(store: Store, stamp: Present) -> bytes:
    with store.read("a.png", stamp) as reading:
        return b"".join(reading.chunks)


CALLS: dict[Call, Callable[[Store, Present], object]] = {
    Call.LIST: lambda store, _: list(store.list()),
    Call.STAT: lambda store, _: store.stat("a.png"),
    Call.ASK_MD5: lambda store, stamp: store.ask_md5("a.png", stamp),
    Call.READ: read,
    Call.WRITE: lambda store, _: write(store, "c.png"),
    Call.COPY: lambda store, stamp: store.copy(
        "a.png", stamp, "c.png", expect=ABSENT, keep_under="k"
    ),
    Call.DELETE: lambda store, stamp: store.delete("a.png", expect=stamp, keep_under="k"),
    Call.BRING_BACK: lambda store, _: bring_back(store),
    Call.KEPT_AT: lambda store, stamp: store.kept_at("a.png", stamp, "k"),
    Call.FLUSH: lambda store, _: store.flush(),
}
CHANGED_BY = {
    Call.WRITE: {"c.png"},
    Call.COPY: {"c.png"},
    Call.DELETE: {"a.png"},
    Call.BRING_BACK: {"c.png"},
}


def write(store: Store, path: str) -> Written:
    return store.write(path, bytes_body(b"new", 1), expect=ABSENT, keep_under="k")


def bring_back(store: Store) -> Written:
    [kept] = store.trash.list("before")
    stamp = store.trash.stat(kept.kept_at)
    assert not isinstance(stamp, AbsentStamp)
    return store.bring_back(kept.kept_at, stamp, "c.png", expect=ABSENT, keep_under="k")


def present(inner: MemoryStore) -> Present:
    stamp = inner.stat("a.png")
    assert not isinstance(stamp, AbsentStamp)
    return stamp


@pytest.mark.parametrize("call", Call)
@pytest.mark.parametrize("harm", [Harm.BEFORE, Harm.AFTER])
def test_fails_once_before_or_after_it_happened(inner: MemoryStore, call: Call, harm: Harm) -> None:
    stamp, before = present(inner), inner.contents()
    store = FaultyStore(inner, [Fault(call, harm)])
    with pytest.raises(Transient):
        CALLS[call](store, stamp)
    changed = {path for path, _ in before.items() ^ inner.contents().items()}
    assert changed == (CHANGED_BY.get(call, set()) if harm is Harm.AFTER else set())
    assert store.pending == []
    if not changed:
        CALLS[call](store, stamp)


def test_a_listing_or_a_read_breaks_off_midway(inner: MemoryStore) -> None:
    faults = [Fault(Call.LIST, Harm.AFTER), Fault(Call.READ, Harm.AFTER)]
    store = FaultyStore(inner, faults)
    listing = store.list()
    assert next(listing).path == "a.png"
    with pytest.raises(Transient):
        next(listing)
    with store.read("a.png", present(inner)) as reading:
        assert next(reading.chunks) == b"by"
        with pytest.raises(Transient):
            next(reading.chunks)


def test_corrupts_what_is_read_and_what_is_written(inner: MemoryStore) -> None:
    faults = [Fault(Call.READ, Harm.CORRUPT), Fault(Call.WRITE, Harm.CORRUPT)]
    store = FaultyStore(inner, faults)
    assert read(store, present(inner)) == b"\x9dytes"
    write(store, "c.png")
    assert inner.bytes_at("c.png") == b"\x91ew"
    assert read(store, present(inner)) == b"bytes"


def test_a_fault_has_its_path_its_turn_and_its_error(inner: MemoryStore) -> None:
    store = FaultyStore(
        inner,
        [Fault(Call.WRITE, Harm.BEFORE, path="1*.txt", after=1, times=2, error=Denied("no"))],
    )
    write(store, "2.txt")
    write(store, "11.txt")
    for path in ("12.txt", "13.txt"):
        assert len(store.pending) == 1
        with pytest.raises(Denied):
            write(store, path)
    assert store.pending == []
    write(store, "14.txt")


def test_something_may_happen_before_each_call(inner: MemoryStore) -> None:
    def meddle(call: Call, path: str) -> None:
        if call is Call.READ:
            inner.put_out_of_band(path, b"edited")

    store = FaultyStore(inner, before_each=meddle)
    with pytest.raises(Moved):
        read(store, present(inner))
