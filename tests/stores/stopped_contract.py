"""What every store does when it is told to stop in the middle of many files."""

import itertools
from collections.abc import Callable, Iterator

from manifest_sync.core.errors import NotBegun, StoreError
from manifest_sync.core.stamps import ABSENT, Present
from manifest_sync.stores.base import Limits, NewCopy, Replacement, Written
from manifest_sync.stores.bodies import bytes_body
from tests.stores.under_test import MTIME_NS, StoreUnderTest, new_name, present

_MOMENTS = 14
"""So often it is asked whether to stop before it is to: more often than any store asks."""
_OLD, _NEW = b"old", b"newer"


class _Stopping:
    """What is done with three files, stopped at each moment in turn."""

    def __init__(self, under_test: StoreUnderTest) -> None:
        self._under_test = under_test

    def check(
        self,
        held: bytes | None,
        after: bytes | None,
        do: Callable[[dict[str, Present | None], Limits], Iterator[Written | StoreError]],
    ) -> None:
        """Whatever is said not to be begun has not happened, and everything else has."""
        begun = set()
        for moment in range(_MOMENTS):
            paths = [f"{moment}/{name}.png" for name in "abc"]
            stamps = {path: self._put(path, held) for path in paths}
            times = itertools.count()
            limits = Limits(1, lambda moment=moment, times=times: next(times) >= moment)  # type: ignore[misc]  # defaults that nobody passes
            results = dict(zip(paths, do(stamps, limits), strict=True))
            for path, result in results.items():
                assert isinstance(result, NotBegun | Written)
                is_begun = isinstance(result, Written)
                assert self._bytes_at(path) == (after if is_begun else held)
            begun.add(sum(isinstance(result, Written) for result in results.values()))
        assert 3 in begun

    def _put(self, path: str, data: bytes | None) -> Present | None:
        if data is None:
            return None
        return present(self._under_test.create(path, data).stamp)

    def _bytes_at(self, path: str) -> bytes | None:
        if self._under_test.store.stat(path) == ABSENT:
            return None
        return self._under_test.bytes_at(path)


class StoppedContract:
    """A part of the mandatory suite."""

    def test_files_that_are_not_created_when_it_stops_are_not_there(
        self, under_test: StoreUnderTest
    ) -> None:
        _Stopping(under_test).check(
            None,
            _NEW,
            lambda stamps, limits: under_test.store.create_small(
                [(path, bytes_body(_NEW, MTIME_NS)) for path in stamps], limits=limits
            ),
        )

    def test_files_that_are_not_replaced_when_it_stops_are_as_before(
        self, under_test: StoreUnderTest
    ) -> None:
        _Stopping(under_test).check(
            _OLD,
            _NEW,
            lambda stamps, limits: under_test.store.replace_small(
                [
                    Replacement(path, bytes_body(_NEW, MTIME_NS), stamp)
                    for path, stamp in stamps.items()
                    if stamp is not None
                ],
                keep_under=new_name(),
                limits=limits,
            ),
        )

    def test_copies_that_are_not_made_when_it_stops_are_not_there(
        self, under_test: StoreUnderTest
    ) -> None:
        source = present(under_test.create("source.png", _NEW).stamp)
        _Stopping(under_test).check(
            None,
            _NEW,
            lambda stamps, limits: under_test.store.copy_many(
                [NewCopy("source.png", source, path) for path in stamps], limits=limits
            ),
        )

    def test_files_that_are_not_deleted_when_it_stops_are_there(
        self, under_test: StoreUnderTest
    ) -> None:
        _Stopping(under_test).check(
            _OLD,
            None,
            lambda stamps, limits: under_test.store.delete_many(
                [(path, stamp) for path, stamp in stamps.items() if stamp is not None],
                keep_under=new_name(),
                limits=limits,
            ),
        )
