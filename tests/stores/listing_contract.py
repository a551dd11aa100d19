"""What every store must do when it is listed; part of the contract."""

from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

from manifest_sync.core.listing import Found
from manifest_sync.core.stamps import ABSENT, agree
from tests.stores.acquainted import Acquainted
from tests.stores.under_test import ODD_NAMES, StoreUnderTest


class ListingContract:
    """Complete, in order, and without what is familiar."""

    more_than_a_page: ClassVar[int] = 1050
    """Files that do not fit in one answer to a listing."""

    def test_an_empty_store_lists_nothing(self, under_test: StoreUnderTest) -> None:
        assert under_test.paths() == []

    def test_lists_in_byte_order_whatever_the_folders(self, under_test: StoreUnderTest) -> None:
        # "-" < "." < "/" < "0"; U+FF5E sorts before U+1F600 in UTF-8, after it in UTF-16.
        paths = ["a-b", "a.txt", "a/b", "a/b.txt", "a0", "B", "b", "\uff5e.png", "\U0001f600.png"]
        for path in paths:
            under_test.put(path, path.encode())
        assert under_test.paths() == sorted(paths, key=str.encode)

    def test_lists_more_than_one_page(self, under_test: StoreUnderTest) -> None:
        paths = [f"{i % 7}/{i:04}.txt" for i in range(self.more_than_a_page)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda path: under_test.put(path, b"x"), paths))
        assert under_test.paths() == sorted(paths)

    def test_lists_stamps_as_stat_gives_them(self, under_test: StoreUnderTest) -> None:
        under_test.put("a.png", b"12345")
        under_test.create("b/c.txt", b"")
        listed = {found.path: found for found in under_test.store.list()}
        assert listed.keys() == {"a.png", "b/c.txt"}
        for path, found in listed.items():
            assert isinstance(found, Found)
            assert agree(found.stamp, under_test.stamp(path))
        assert [under_test.stamp(path).size for path in ("a.png", "b/c.txt")] == [5, 0]

    def test_does_not_list_what_is_familiar(self, under_test: StoreUnderTest) -> None:
        for name in ("a.png", "b/c.txt", "b/d.png", "e.txt"):
            under_test.create(name, name.encode())
        before = {row.path: row.stamp for row in under_test.store.list() if isinstance(row, Found)}
        familiar = Acquainted({path: before[path] for path in ("a.png", "b/d.png", "e.txt")})
        assert [row.path for row in under_test.store.list(familiar)] == ["b/c.txt"]
        assert familiar.met == {"a.png", "b/d.png", "e.txt"}
        under_test.put("e.txt", b"another")
        assert [row.path for row in under_test.store.list(familiar)] == ["b/c.txt", "e.txt"]
        assert familiar.met == {"a.png", "b/d.png"}  # of this listing, not of the one before

    def test_odd_names_make_the_round_trip(self, under_test: StoreUnderTest) -> None:
        for name in ODD_NAMES:
            under_test.create(name, name.encode())
        assert under_test.paths() == sorted(ODD_NAMES, key=str.encode)
        for name in ODD_NAMES:
            assert under_test.bytes_at(name) == name.encode()

    def test_odd_names_are_copied_kept_and_deleted(self, under_test: StoreUnderTest) -> None:
        store = under_test.store
        for name in ODD_NAMES:
            stamp = under_test.create(name, name.encode()).stamp
            copied = store.copy(
                name, under_test.stamp(name), f"copy of/{name}", expect=ABSENT, keep_under="copies"
            )
            assert under_test.bytes_at(f"copy of/{name}") == name.encode()
            assert agree(copied.stamp, under_test.stamp(f"copy of/{name}"))
            assert agree(stamp, under_test.stamp(name))
            gone = store.delete(name, expect=under_test.stamp(name), keep_under="an apply")
            assert gone.kept_at is not None
            assert under_test.kept(gone.kept_at) == name.encode()
        assert under_test.paths() == sorted((f"copy of/{n}" for n in ODD_NAMES), key=str.encode)
