"""What every store's trash must do: part of the contract that each store's tests run."""

import hashlib
import itertools

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Moved, StoreError
from manifest_sync.core.stamps import ABSENT, AbsentStamp, Present, agree
from manifest_sync.stores.base import CHUNK, Written
from manifest_sync.stores.bodies import bytes_body
from tests.stores.under_test import MTIME_NS, ODD_NAMES, StoreUnderTest, patterned, present

_numbers = itertools.count(1)


def name_of(lineage: str = "0a1b2c3d") -> str:
    """A `keep_under` as applies have it."""
    return f"{lineage}-{next(_numbers)}"


def delete(under_test: StoreUnderTest, path: str, data: bytes, keep_under: str = "") -> str:
    """Write a file, delete it, and return where it is kept."""
    stamp = present(under_test.create(path, data).stamp)
    gone = under_test.store.delete(path, expect=stamp, keep_under=keep_under or name_of())
    assert gone.kept_at is not None
    return gone.kept_at


def kept_stamp(under_test: StoreUnderTest, kept_at: str) -> Present:
    return present(under_test.store.trash.stat(kept_at))


def bring_back(under_test: StoreUnderTest, kept_at: str, path: str) -> Written:
    """Bring back to a path where nothing is."""
    stamp = kept_stamp(under_test, kept_at)
    return under_test.store.bring_back(kept_at, stamp, path, expect=ABSENT, keep_under=name_of())


class TrashContract:
    """The part of the suite that is about kept bytes."""

    def test_what_was_deleted_can_be_read_in_the_trash(self, under_test: StoreUnderTest) -> None:
        data = patterned(CHUNK + 5)
        kept_at = delete(under_test, "sub/a.png", data)
        stamp = kept_stamp(under_test, kept_at)
        assert stamp.size == len(data)
        with under_test.store.trash.read(kept_at, stamp) as reading:
            assert b"".join(reading.chunks) == data

    def test_odd_names_come_back(self, under_test: StoreUnderTest) -> None:
        for name in ODD_NAMES:
            kept_at = delete(under_test, name, name.encode())
            assert bring_back(under_test, kept_at, name).kept_at is None
            assert under_test.bytes_at(name) == name.encode()
        assert under_test.paths() == sorted(ODD_NAMES, key=str.encode)

    def test_what_comes_back_has_its_mtime_and_stays_in_the_trash(
        self, under_test: StoreUnderTest
    ) -> None:
        kept_at = delete(under_test, "a.txt", b"bytes")
        for path in ("a.txt", "b.txt"):
            written = bring_back(under_test, kept_at, path)
            assert agree(written.stamp, under_test.stamp(path))
            with under_test.store.read(path, under_test.stamp(path)) as reading:
                assert reading.modified_ns == MTIME_NS
                assert b"".join(reading.chunks) == b"bytes"

    def test_notes_stay_with_the_bytes_wherever_s3_puts_them(
        self, under_test: StoreUnderTest
    ) -> None:
        store, notes = under_test.store, {"published-by": "%C3%A4@home", "published-at": "now"}
        body = bytes_body(b"bytes", MTIME_NS, notes)
        store.write("a.txt", body, expect=ABSENT, keep_under=name_of())
        kept_at = store.delete(
            "a.txt", expect=under_test.stamp("a.txt"), keep_under=name_of()
        ).kept_at
        assert kept_at is not None
        bring_back(under_test, kept_at, "a.txt")
        store.copy("a.txt", under_test.stamp("a.txt"), "b.txt", expect=ABSENT, keep_under=name_of())
        with store.read("b.txt", under_test.stamp("b.txt")) as reading:
            said = {name: reading.notes.get(name) for name in notes}
        assert said == (notes if store.side is Side.S3 else dict.fromkeys(notes))

    def test_what_was_replaced_comes_back_and_keeps_what_it_replaces(
        self, under_test: StoreUnderTest
    ) -> None:
        store = under_test.store
        old = present(under_test.create("a.txt", b"old").stamp)
        new = under_test.write("a.txt", b"newer", old)
        assert new.kept_at is not None
        back = store.bring_back(
            new.kept_at,
            kept_stamp(under_test, new.kept_at),
            "a.txt",
            expect=new.stamp,
            keep_under=name_of(),
        )
        assert under_test.bytes_at("a.txt") == b"old"
        assert back.kept_at is not None
        assert under_test.kept(back.kept_at) == b"newer"
        assert under_test.kept(new.kept_at) == b"old"

    def test_nothing_comes_back_over_what_was_not_expected(
        self, under_test: StoreUnderTest
    ) -> None:
        store = under_test.store
        kept_at = delete(under_test, "a.txt", b"old")
        seen = present(under_test.create("a.txt", b"newer").stamp)
        under_test.put("a.txt", b"of somebody else")
        kept = kept_stamp(under_test, kept_at)
        for expect in (seen, ABSENT):
            with pytest.raises(Moved):
                store.bring_back(kept_at, kept, "a.txt", expect=expect, keep_under=name_of())
        assert under_test.bytes_at("a.txt") == b"of somebody else"

    def test_dropped_bytes_are_gone_and_may_be_dropped_again(
        self, under_test: StoreUnderTest
    ) -> None:
        trash = under_test.store.trash
        kept_at, other = delete(under_test, "a.txt", b"one"), delete(under_test, "a.txt", b"two")
        if self.keeps_versions(kept_at):
            with pytest.raises(StoreError):
                trash.drop(kept_at)
            assert under_test.kept(kept_at) == b"one"
            return
        stamp = kept_stamp(under_test, kept_at)
        trash.drop(kept_at)
        trash.drop(kept_at)
        assert isinstance(trash.stat(kept_at), AbsentStamp)
        with pytest.raises(Moved), trash.read(kept_at, stamp) as reading:
            list(reading.chunks)
        with pytest.raises(Moved):
            under_test.store.bring_back(
                kept_at, stamp, "a.txt", expect=ABSENT, keep_under=name_of()
            )
        assert under_test.paths() == []
        assert under_test.kept(other) == b"two"

    def test_tells_every_earlier_state_of_an_object_and_of_no_other(
        self, under_test: StoreUnderTest
    ) -> None:
        states = [b"one", b"two", b"three"]
        stamp = under_test.create("sub/a.txt", states[0]).stamp
        for data in states[1:]:
            stamp = under_test.write("sub/a.txt", data, stamp).stamp
        for other in ("sub/a.txt.png", "sub/a.tx", "a.txt"):
            delete(under_test, other, b"not asked for")
        many = ["sub/a.txt", *(f"sub/none {number}.txt" for number in range(20))]
        for paths in (["sub/a.txt"], many):
            earlier = list(under_test.store.trash.earlier(paths))
            if under_test.store.side is Side.LOCAL:
                assert earlier == []
                continue
            assert {each.path for each in earlier} == {"sub/a.txt"}
            kept = {under_test.kept(each.kept_at): each for each in earlier}
            assert kept.keys() - {states[-1]} == set(states[:-1])
            for data, each in kept.items():
                assert each.stamp == kept_stamp(under_test, each.kept_at)
                md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
                assert under_test.store.trash.ask_md5(each.kept_at, each.stamp) == md5

    def test_lists_what_one_workspace_has_kept_and_nothing_of_others(
        self, under_test: StoreUnderTest
    ) -> None:
        mine, other = f"{next(_numbers):08x}", f"{next(_numbers):08x}"
        assert list(under_test.store.trash.list(mine)) == []
        kept = {
            delete(under_test, path, path.encode(), name_of(mine)): len(path.encode())
            for path in ("a.txt", "sub/b.txt", "b?&#%.txt")
        }
        delete(under_test, "c.txt", b"c", name_of(other))
        if not any(map(self.keeps_versions, kept)):
            listed = {each.kept_at: each.size for each in under_test.store.trash.list(mine)}
            assert listed == kept

    @staticmethod
    def keeps_versions(kept_at: str) -> bool:
        """Whether the bucket itself keeps these bytes."""
        return "?versionId=" in kept_at

    def test_a_write_after_it_came_back_is_expected_as_usual(
        self, under_test: StoreUnderTest
    ) -> None:
        kept_at = delete(under_test, "a.txt", b"bytes")
        stamp = present(bring_back(under_test, kept_at, "a.txt").stamp)
        body = bytes_body(b"more", MTIME_NS)
        under_test.store.write("a.txt", body, expect=stamp, keep_under=name_of())
        assert under_test.bytes_at("a.txt") == b"more"
