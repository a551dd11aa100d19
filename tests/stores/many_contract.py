"""What every store does with many files at once: what it does with each, in their order."""

from typing import ClassVar

import msgspec
import pytest

from manifest_sync.core.errors import Moved, StoreError
from manifest_sync.core.stamps import ABSENT
from manifest_sync.stores.base import Body, Limits, NewCopy, Replacement, Whole, Written
from manifest_sync.stores.bodies import bytes_body, content_of
from tests.stores.under_test import MTIME_NS, ODD_NAMES, Cut, StoreUnderTest, new_name, present


def written(result: Written | StoreError) -> Written:
    assert isinstance(result, Written)
    return result


def without_md5(read: Whole | StoreError) -> Whole:
    """What was read, but for the MD5 that it may tell; then it has to be right."""
    assert isinstance(read, Whole)
    assert read.md5 in (None, content_of(read.data).md5)
    return msgspec.structs.replace(read, md5=None)


class ManyContract:
    """A part of the mandatory suite."""

    checks_creates: ClassVar[bool]
    checks_copies: ClassVar[bool]

    # Reading

    def test_small_files_are_read_together(self, under_test: StoreUnderTest) -> None:
        texts = {f"{number % 2}/{number}.txt": b"x" * number for number in range(5)}
        for path, data in texts.items():
            under_test.create(path, data)
        files = [(path, present(under_test.stamp(path))) for path in texts]
        wholes = list(under_test.store.read_small(files, limits=Limits(2)))
        assert [*map(without_md5, wholes)] == [Whole(data, MTIME_NS) for data in texts.values()]

    def test_what_is_wrong_with_one_read_is_in_its_place(self, under_test: StoreUnderTest) -> None:
        paths = ["a.txt", "b.txt", "c.txt", "d.txt"]
        for path in paths:
            under_test.create(path, b"before")
        files = [(path, present(under_test.stamp(path))) for path in paths]
        under_test.put("b.txt", b"another")
        under_test.drop("c.txt")
        first, *wrong, last = under_test.store.read_small(files, limits=Limits(2))
        assert without_md5(first) == without_md5(last) == Whole(b"before", MTIME_NS)
        assert [type(each) for each in wrong] == [Moved, Moved]

    # Creating

    def test_small_files_are_created_together(self, under_test: StoreUnderTest) -> None:
        texts = {name: name.encode() for name in ODD_NAMES} | {"empty.txt": b""}
        files = [(path, bytes_body(data, MTIME_NS)) for path, data in texts.items()]
        results = [written(each) for each in under_test.store.create_small(files, limits=Limits(3))]
        under_test.store.flush()
        assert [each.kept_at for each in results] == [None] * len(files)
        for (path, body), result in zip(files, results, strict=True):
            assert under_test.bytes_at(path) == body.data
            with under_test.store.read(path, present(result.stamp)) as reading:
                assert reading.modified_ns == MTIME_NS

    def test_what_is_wrong_with_one_created_is_in_its_place(
        self, under_test: StoreUnderTest
    ) -> None:
        cut = Cut(b"x" * 100, Moved("it changed while it was being read"))
        good = bytes_body(b"good", MTIME_NS)
        files: list[tuple[str, Body]] = [("a/1.txt", good), ("a/2.txt", cut), ("a/3.txt", good)]
        results = [*under_test.store.create_small(files, limits=Limits(2))]
        assert [type(each) for each in results] == [Written, Moved, Written]
        assert under_test.paths() == ["a/1.txt", "a/3.txt"]

    def test_nothing_is_created_where_something_is(self, under_test: StoreUnderTest) -> None:
        if not self.checks_creates:
            pytest.skip("this server minds no conditions")
        under_test.put("b.txt", b"theirs")
        body = bytes_body(b"ours", MTIME_NS)
        files = [("a.txt", body), ("b.txt", body), ("c.txt", body)]
        results = [*under_test.store.create_small(files, limits=Limits(2))]
        assert [type(each) for each in results] == [Written, Moved, Written]
        assert under_test.bytes_at("b.txt") == b"theirs"

    # Replacing

    def test_small_files_are_replaced_together_and_kept(self, under_test: StoreUnderTest) -> None:
        files = [
            Replacement(
                name,
                bytes_body(b"new " + name.encode(), MTIME_NS),
                present(under_test.create(name, name.encode()).stamp),
            )
            for name in ODD_NAMES
        ]
        new = under_test.store.replace_small(files, keep_under=new_name(), limits=Limits(3))
        for file, result in zip(files, new, strict=True):
            kept_at = written(result).kept_at
            assert kept_at is not None
            assert under_test.kept(kept_at) == file.path.encode()
            with under_test.store.read(file.path, present(written(result).stamp)) as reading:
                assert b"".join(reading.chunks) == b"new " + file.path.encode()

    def test_what_is_wrong_with_one_replacement_is_in_its_place(
        self, under_test: StoreUnderTest
    ) -> None:
        names = ("a.png", "b.png", "c.png", "d.png")
        body = bytes_body(b"ours", MTIME_NS)
        files = [
            Replacement(name, body, present(under_test.create(name, b"before").stamp))
            for name in names
        ]
        under_test.put("b.png", b"another")
        under_test.drop("c.png")
        new = under_test.store.replace_small(files, keep_under=new_name(), limits=Limits(2))
        assert [type(each) for each in new] == [Written, Moved, Moved, Written]
        assert under_test.paths() == ["a.png", "b.png", "d.png"]
        assert under_test.bytes_at("b.png") == b"another"

    # Copying

    def test_files_are_copied_together(self, under_test: StoreUnderTest) -> None:
        stamps = {f"old/{n}.png": under_test.create(f"old/{n}.png", b"%d" % n) for n in range(5)}
        copies = [
            NewCopy(path, present(made.stamp), path.replace("old", "new/er"))
            for path, made in stamps.items()
        ]
        for copy, result in zip(
            copies, under_test.store.copy_many(copies, limits=Limits(2)), strict=True
        ):
            assert written(result).kept_at is None
            with under_test.store.read(copy.path, present(written(result).stamp)) as reading:
                assert reading.modified_ns == MTIME_NS
                assert b"".join(reading.chunks) == under_test.bytes_at(copy.source)

    def test_what_is_wrong_with_one_copy_is_in_its_place(self, under_test: StoreUnderTest) -> None:
        copies = []
        for name in ("a", "b", "c", "d"):
            stamp = present(under_test.create(f"{name}.png", name.encode()).stamp)
            copies.append(NewCopy(f"{name}.png", stamp, f"new/{name}.png"))
        under_test.put("b.png", b"changed")
        under_test.drop("c.png")
        results = [*under_test.store.copy_many(copies, limits=Limits(2))]
        assert [type(each) for each in results] == [Written, Moved, Moved, Written]
        assert under_test.paths() == ["a.png", "b.png", "d.png", "new/a.png", "new/d.png"]

    def test_nothing_is_copied_over_something(self, under_test: StoreUnderTest) -> None:
        if not (self.checks_creates and self.checks_copies):
            pytest.skip("this server minds no conditions of copies")
        stamp = present(under_test.create("a.png", b"a").stamp)
        under_test.put("b.png", b"theirs")
        copies = [NewCopy("a.png", stamp, path) for path in ("b.png", "c.png")]
        results = [*under_test.store.copy_many(copies, limits=Limits(2))]
        assert [type(each) for each in results] == [Moved, Written]
        assert under_test.bytes_at("b.png") == b"theirs"

    # Deleting

    def test_files_are_deleted_together_and_kept(self, under_test: StoreUnderTest) -> None:
        files = [
            (name, present(under_test.create(name, name.encode()).stamp)) for name in ODD_NAMES
        ]
        gone = under_test.store.delete_many(files, keep_under=new_name(), limits=Limits(2))
        for (path, _), result in zip(files, gone, strict=True):
            assert written(result).stamp == ABSENT
            kept_at = written(result).kept_at
            assert kept_at is not None
            assert under_test.kept(kept_at) == path.encode()
        assert under_test.paths() == []

    def test_what_is_wrong_with_one_deletion_is_in_its_place(
        self, under_test: StoreUnderTest
    ) -> None:
        names = ("a.png", "b.png", "c.png", "d.png")
        files = [(name, present(under_test.create(name, b"before").stamp)) for name in names]
        under_test.put("b.png", b"another")
        under_test.drop("c.png")
        results = [*under_test.store.delete_many(files, keep_under=new_name(), limits=Limits(2))]
        assert [type(each) for each in results] == [Written, Moved, Moved, Written]
        assert under_test.paths() == ["b.png"]
        assert under_test.bytes_at("b.png") == b"another"
