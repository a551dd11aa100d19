import threading

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Corrupted, Moved, StoreError
from manifest_sync.core.listing import Found
from manifest_sync.core.stamps import ABSENT, ObjectStamp
from manifest_sync.stores.base import Request
from manifest_sync.stores.bodies import BytesBody, bytes_body, content_of
from manifest_sync.stores.memory import MemoryStore
from tests.stores.contract import StoreContract
from tests.stores.under_test import StoreUnderTest


def under(store: MemoryStore) -> StoreUnderTest:
    return StoreUnderTest(
        store,
        put=lambda path, data: (store.put_out_of_band(path, data), None)[1],
        drop=store.drop_out_of_band,
        kept=store.kept.__getitem__,
    )


class TestAsFolder(StoreContract):
    @pytest.fixture
    def under_test(self) -> StoreUnderTest:
        return under(MemoryStore(Side.LOCAL))


class TestAsBucket(StoreContract):
    @pytest.fixture
    def under_test(self) -> StoreUnderTest:
        return under(MemoryStore(Side.S3))


class TestAsVersionedBucketWithOpaqueETags(StoreContract):
    @pytest.fixture
    def under_test(self) -> StoreUnderTest:
        return under(MemoryStore(Side.S3, versioned=True, opaque_etags=True))


def test_one_of_many_writers_wins() -> None:
    for side in Side:
        store = MemoryStore(side)
        barrier = threading.Barrier(8)
        won: list[bytes] = []

        def write(
            data: bytes,
            store: MemoryStore = store,
            barrier: threading.Barrier = barrier,
            won: list[bytes] = won,
        ) -> None:
            barrier.wait()
            try:
                store.write("a.txt", bytes_body(data, 1), expect=ABSENT, keep_under="k")
                won.append(data)
            except Moved:
                pass

        threads = [threading.Thread(target=write, args=(b"%d" % i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert won == [store.bytes_at("a.txt")]


def test_an_object_tells_its_md5_and_a_file_does_not() -> None:
    md5 = content_of(b"x").md5
    told = {}
    for side in Side:
        for opaque in (False, True):
            store = MemoryStore(side, opaque_etags=opaque)
            stamp = store.write("a", bytes_body(b"x", 1), expect=ABSENT, keep_under="k").stamp
            assert stamp != ABSENT
            [found] = store.list()
            told[side, opaque] = (store.told_md5(found.stamp), store.ask_md5("a", found.stamp))
    assert told == {
        (Side.LOCAL, False): (None, None),
        (Side.LOCAL, True): (None, None),
        (Side.S3, False): (md5, md5),
        (Side.S3, True): (None, md5),
    }


def test_an_object_of_others_remembers_no_md5() -> None:
    store = MemoryStore(Side.S3)
    store.put_out_of_band("a", b"x")
    [found] = store.list()
    assert store.ask_md5("a", found.stamp) is None


def test_a_listing_knows_no_version_ids() -> None:
    store = MemoryStore(Side.S3, versioned=True)
    store.put_out_of_band("a", b"x")
    etag = content_of(b"x").md5
    assert list(store.list()) == [Found("a", ObjectStamp(1, etag))]
    assert store.stat("a") == ObjectStamp(1, etag, "v2")


def test_counts_requests_of_a_bucket_and_none_of_a_folder() -> None:
    for side in Side:
        counted: dict[Request, int] = {}

        def count(kind: Request, n: int, counted: dict[Request, int] = counted) -> None:
            counted[kind] = counted.get(kind, 0) + n

        store = MemoryStore(side, on_request=count)
        written = store.write("a", bytes_body(b"x", 1), expect=ABSENT, keep_under="k")
        store.write("a", bytes_body(b"y", 1), expect=written.stamp, keep_under="k")
        list(store.list())
        expected = {Request.PUT: 2, Request.HEAD: 1, Request.COPY: 1, Request.LIST: 1}
        assert counted == (expected if side is Side.S3 else {})


def test_a_body_that_lies_is_not_taken() -> None:
    store = MemoryStore(Side.S3)
    lie = BytesBody(b"these bytes", content_of(b"other bytes"), 1)
    with pytest.raises(Corrupted):
        store.write("a", lie, expect=ABSENT, keep_under="k")
    assert store.contents() == {}


def test_a_folder_holds_no_file_and_folder_of_one_name_but_a_bucket_does() -> None:
    folder, bucket = MemoryStore(Side.LOCAL), MemoryStore(Side.S3)
    for store in (folder, bucket):
        store.put_out_of_band("a/b", b"x")
    with pytest.raises(StoreError):
        folder.put_out_of_band("a", b"x")
    with pytest.raises(StoreError):
        folder.put_out_of_band("a/b/c", b"x")
    bucket.put_out_of_band("a", b"x")
    assert [found.path for found in bucket.list()] == ["a", "a/b"]


def test_the_clock_never_stands_still() -> None:
    store = MemoryStore(Side.LOCAL, clock=lambda: 1000)
    stamps = [store.put_out_of_band("a", b"x", modified_ns=5) for _ in range(3)]
    assert len(set(stamps)) == 3
