"""What every store must do. The docstrings of `manifest_sync.stores.base`, executable.

A store's tests subclass `StoreContract` and provide the fixture `under_test`.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from manifest_sync.core.errors import Moved, NotFound
from manifest_sync.core.stamps import ABSENT, agree
from manifest_sync.stores.base import CHUNK
from manifest_sync.stores.bodies import bytes_body
from tests.stores.listing_contract import ListingContract
from tests.stores.many_contract import ManyContract
from tests.stores.stopped_contract import StoppedContract
from tests.stores.trash_contract import TrashContract
from tests.stores.under_test import (
    MTIME_NS,
    Cut,
    StoreUnderTest,
    patterned,
    present,
)

__all__ = ["MTIME_NS", "StoreContract", "StoreUnderTest"]


class StoreContract(ListingContract, ManyContract, StoppedContract, TrashContract):
    """The mandatory suite."""

    checks_creates: ClassVar[bool] = True
    """Whether `expect=ABSENT` is checked at the last moment (S3: only with conditional writes)."""
    checks_copies: ClassVar[bool] = True
    """Whether it is for copies, too."""

    @pytest.fixture
    def under_test(self) -> StoreUnderTest:
        raise NotImplementedError

    # Stat

    def test_nothing_is_absent(self, under_test: StoreUnderTest) -> None:
        assert under_test.store.stat("nothing.png") == ABSENT
        assert under_test.store.stat("no/where/nothing.png") == ABSENT

    def test_a_folder_is_no_file(self, under_test: StoreUnderTest) -> None:
        under_test.put("folder/a.png", b"x")
        assert under_test.store.stat("folder") == ABSENT

    def test_every_state_has_its_own_stamp(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.txt", b"one")
        one = under_test.stamp("a.txt")
        under_test.put("a.txt", b"two")
        assert not agree(one, under_test.stamp("a.txt"))

    # Reading

    def test_reads_what_is_there(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.png", b"bytes")
        stamp = under_test.stamp("a.png")
        with under_test.store.read("a.png", stamp) as reading:
            assert agree(reading.stamp, stamp)
            assert reading.modified_ns > 0
            assert b"".join(reading.chunks) == b"bytes"

    def test_reads_an_empty_file(self, under_test: StoreUnderTest) -> None:
        under_test.put("empty.txt", b"")
        assert under_test.bytes_at("empty.txt") == b""

    def test_a_reading_may_be_left_before_its_end(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.bin", b"0123456789" * 500_000)
        with under_test.store.read("a.bin", under_test.stamp("a.bin")) as reading:
            assert next(reading.chunks).startswith(b"0123456789")
        assert under_test.bytes_at("a.bin").endswith(b"789")

    def test_does_not_read_another_state(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.png", b"one")
        stamp = under_test.stamp("a.png")
        under_test.put("a.png", b"two")
        with pytest.raises(Moved), under_test.store.read("a.png", stamp) as reading:
            b"".join(reading.chunks)

    def test_does_not_read_what_is_gone(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.png", b"one")
        stamp = under_test.stamp("a.png")
        under_test.drop("a.png")
        with pytest.raises(Moved), under_test.store.read("a.png", stamp) as reading:
            b"".join(reading.chunks)

    @pytest.mark.parametrize("error", [FileNotFoundError(), NotFound("mine"), KeyboardInterrupt()])
    def test_what_goes_wrong_with_the_reader_is_not_the_stores(
        self, under_test: StoreUnderTest, error: BaseException
    ) -> None:
        under_test.put("a.png", b"bytes")
        stamp = under_test.stamp("a.png")
        with pytest.raises(type(error)) as raised, under_test.store.read("a.png", stamp):
            raise error
        assert raised.value is error

    # MD5

    def test_an_md5_that_is_told_is_right(self, under_test: StoreUnderTest) -> None:
        under_test.put("theirs.png", b"theirs")
        under_test.create("ours.png", b"ours")
        for path, data in (("theirs.png", b"theirs"), ("ours.png", b"ours")):
            md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
            stamp = under_test.stamp(path)
            assert under_test.store.told_md5(stamp) in (None, md5)
            assert under_test.store.ask_md5(path, stamp) in (None, md5)

    # Writing

    def test_creates(self, under_test: StoreUnderTest) -> None:
        written = under_test.create("new/a.txt", b"hello")
        assert written.kept_at is None
        assert agree(written.stamp, under_test.stamp("new/a.txt"))
        assert under_test.bytes_at("new/a.txt") == b"hello"

    def test_creates_an_empty_file(self, under_test: StoreUnderTest) -> None:
        under_test.create("empty.txt", b"")
        assert under_test.stamp("empty.txt").size == 0
        assert under_test.bytes_at("empty.txt") == b""

    def test_keeps_the_mtime(self, under_test: StoreUnderTest) -> None:
        under_test.create("a.png", b"x")
        with under_test.store.read("a.png", under_test.stamp("a.png")) as reading:
            assert reading.modified_ns == MTIME_NS

    def test_replaces_what_is_expected_and_keeps_it(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.txt", b"old")
        written = under_test.write("a.txt", b"new, and longer", under_test.stamp("a.txt"))
        assert under_test.bytes_at("a.txt") == b"new, and longer"
        assert agree(written.stamp, under_test.stamp("a.txt"))
        assert written.kept_at is not None
        assert under_test.kept(written.kept_at) == b"old"

    def test_keeps_every_state_that_was_replaced(self, under_test: StoreUnderTest) -> None:
        states = [b"one", b"two", b"three", b"four"]
        stamp = under_test.create("a.txt", states[0]).stamp
        kept = []
        for data in states[1:]:
            written = under_test.write("a.txt", data, stamp)
            stamp = written.stamp
            assert written.kept_at is not None
            kept.append(written.kept_at)
        assert [under_test.kept(place) for place in kept] == states[:-1]
        assert under_test.paths() == ["a.txt"]

    def test_does_not_replace_another_state(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.txt", b"planned")
        stamp = under_test.stamp("a.txt")
        under_test.put("a.txt", b"edited")
        with pytest.raises(Moved):
            under_test.write("a.txt", b"ours", stamp)
        assert under_test.bytes_at("a.txt") == b"edited"

    def test_does_not_write_where_what_it_replaces_is_gone(
        self, under_test: StoreUnderTest
    ) -> None:
        under_test.put("a.txt", b"planned")
        stamp = under_test.stamp("a.txt")
        under_test.drop("a.txt")
        with pytest.raises(Moved):
            under_test.write("a.txt", b"ours", stamp)
        assert under_test.paths() == []

    def test_does_not_create_over_a_file(self, under_test: StoreUnderTest) -> None:
        if not self.checks_creates:
            pytest.skip("needs conditional writes")
        under_test.put("a.txt", b"theirs")
        with pytest.raises(Moved):
            under_test.create("a.txt", b"ours")
        assert under_test.bytes_at("a.txt") == b"theirs"

    @pytest.mark.parametrize("error", [Moved("it moved"), KeyboardInterrupt()])
    @pytest.mark.parametrize("megabytes", [0.001, 6])
    def test_a_body_that_breaks_off_changes_nothing(
        self, under_test: StoreUnderTest, error: BaseException, megabytes: float
    ) -> None:
        under_test.put("a.png", b"old")
        stamp = under_test.stamp("a.png")
        body = Cut(bytes(int(megabytes * CHUNK)), error)
        with pytest.raises(type(error)):
            under_test.store.write("a.png", body, expect=stamp, keep_under="an apply")
        with pytest.raises(type(error)):
            under_test.store.write("b.png", body, expect=ABSENT, keep_under="an apply")
        assert under_test.bytes_at("a.png") == b"old"
        assert under_test.paths() == ["a.png"]

    def test_a_large_file_makes_the_round_trip(self, under_test: StoreUnderTest) -> None:
        data = patterned(20 * CHUNK)
        under_test.create("large.png", data)
        assert under_test.bytes_at("large.png") == data

    @pytest.mark.slow
    def test_a_very_large_file_makes_the_round_trip(self, under_test: StoreUnderTest) -> None:
        data = patterned(68 * CHUNK + 4)
        stamp = under_test.create("very large.tif", data).stamp
        assert agree(stamp, under_test.stamp("very large.tif"))
        assert under_test.bytes_at("very large.tif") == data
        written = under_test.write("very large.tif", data[:-1], stamp)
        assert written.kept_at is not None
        assert under_test.kept(written.kept_at) == data
        assert under_test.bytes_at("very large.tif") == data[:-1]

    @pytest.mark.slow
    def test_a_very_large_body_that_breaks_off_changes_nothing(
        self, under_test: StoreUnderTest
    ) -> None:
        under_test.put("a.tif", b"old")
        stamp = under_test.stamp("a.tif")
        body = Cut(bytes(80 * CHUNK), Moved("it moved"))
        with pytest.raises(Moved):
            under_test.store.write("a.tif", body, expect=stamp, keep_under="an apply")
        assert under_test.bytes_at("a.tif") == b"old"
        assert under_test.paths() == ["a.tif"]

    # Copying

    def test_copies(self, under_test: StoreUnderTest) -> None:
        under_test.create("a.png", b"bytes")
        source = under_test.stamp("a.png")
        copied = under_test.store.copy("a.png", source, "b/a.png", expect=ABSENT, keep_under="k")
        assert copied.kept_at is None
        assert agree(copied.stamp, under_test.stamp("b/a.png"))
        assert agree(source, under_test.stamp("a.png"))
        assert under_test.bytes_at("b/a.png") == b"bytes"
        with under_test.store.read("b/a.png", under_test.stamp("b/a.png")) as reading:
            assert reading.modified_ns == MTIME_NS

    def test_copies_over_what_is_expected_and_keeps_it(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.png", b"bytes")
        under_test.put("b.png", b"old")
        copied = under_test.store.copy(
            "a.png",
            under_test.stamp("a.png"),
            "b.png",
            expect=under_test.stamp("b.png"),
            keep_under="an apply",
        )
        assert under_test.bytes_at("b.png") == b"bytes"
        assert copied.kept_at is not None
        assert under_test.kept(copied.kept_at) == b"old"

    @pytest.mark.parametrize("gone", [False, True])
    def test_does_not_copy_another_state(self, under_test: StoreUnderTest, gone: bool) -> None:
        under_test.put("a.png", b"planned")
        source = under_test.stamp("a.png")
        under_test.drop("a.png") if gone else under_test.put("a.png", b"edited")
        with pytest.raises(Moved):
            under_test.store.copy("a.png", source, "b.png", expect=ABSENT, keep_under="an apply")
        assert under_test.store.stat("b.png") == ABSENT

    @pytest.mark.parametrize("gone", [False, True])
    def test_does_not_copy_over_another_state(self, under_test: StoreUnderTest, gone: bool) -> None:
        under_test.put("a.png", b"bytes")
        under_test.put("b.png", b"planned")
        expect = under_test.stamp("b.png")
        under_test.drop("b.png") if gone else under_test.put("b.png", b"edited")
        before = under_test.store.stat("b.png")
        with pytest.raises(Moved):
            under_test.store.copy(
                "a.png", under_test.stamp("a.png"), "b.png", expect=expect, keep_under="an apply"
            )
        assert agree(before, under_test.store.stat("b.png"))

    # Deleting

    def test_deletes_what_is_expected_and_keeps_it(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.png", b"bytes")
        under_test.put("b.png", b"stays")
        gone = under_test.store.delete(
            "a.png", expect=under_test.stamp("a.png"), keep_under="an apply"
        )
        assert gone.stamp == ABSENT
        assert gone.kept_at is not None
        assert under_test.kept(gone.kept_at) == b"bytes"
        assert under_test.store.stat("a.png") == ABSENT
        assert under_test.paths() == ["b.png"]

    def test_does_not_delete_another_state(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.png", b"planned")
        stamp = under_test.stamp("a.png")
        under_test.put("a.png", b"edited")
        with pytest.raises(Moved):
            under_test.store.delete("a.png", expect=stamp, keep_under="an apply")
        assert under_test.bytes_at("a.png") == b"edited"

    def test_does_not_delete_what_is_gone(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.png", b"planned")
        stamp = under_test.stamp("a.png")
        under_test.drop("a.png")
        with pytest.raises(Moved):
            under_test.store.delete("a.png", expect=stamp, keep_under="an apply")

    def test_what_was_deleted_can_be_created_again(self, under_test: StoreUnderTest) -> None:
        stamp = present(under_test.create("a/b.png", b"one").stamp)
        gone = under_test.store.delete("a/b.png", expect=stamp, keep_under="an apply")
        under_test.create("a/b.png", b"two")
        assert under_test.bytes_at("a/b.png") == b"two"
        assert gone.kept_at is not None
        assert under_test.kept(gone.kept_at) == b"one"

    # Finding what was kept

    def test_what_was_kept_is_found_again(self, under_test: StoreUnderTest) -> None:
        store = under_test.store
        for path in ("a/b.png", "a/b.png.png"):
            under_test.create(path, b"old")
        old = under_test.stamp("a/b.png")
        assert store.kept_at("a/b.png", old, "an apply") is None
        body = bytes_body(b"newer", MTIME_NS)
        replaced = store.write("a/b.png", body, expect=old, keep_under="an apply")
        assert replaced.kept_at is not None
        assert store.kept_at("a/b.png", old, "an apply") == replaced.kept_at
        new = under_test.stamp("a/b.png")
        gone = store.delete("a/b.png", expect=new, keep_under="another apply")
        assert store.kept_at("a/b.png", old, "an apply") == replaced.kept_at
        assert store.kept_at("a/b.png", new, "another apply") == gone.kept_at != replaced.kept_at
        assert store.kept_at("a/b.png.png", under_test.stamp("a/b.png.png"), "an apply") is None

    # Threads

    def test_may_be_used_by_several_threads(self, under_test: StoreUnderTest) -> None:
        paths = [f"{i % 3}/{i}.txt" for i in range(40)]

        def come_and_go(path: str) -> None:
            stamp = under_test.create(path, b"first").stamp
            written = under_test.write(path, path.encode(), stamp)
            assert written.kept_at is not None
            assert under_test.kept(written.kept_at) == b"first"
            assert under_test.bytes_at(path) == path.encode()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(come_and_go, paths))
        under_test.store.flush()
        assert under_test.paths() == sorted(paths)
