"""What a store does with many files, by what it does with one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from manifest_sync.core.errors import NotBegun, NotSignedIn, StoreError, Transient
from manifest_sync.core.stamps import ABSENT, Present
from manifest_sync.stores.base import (
    Body,
    Limits,
    Many,
    NewCopy,
    Replacement,
    Store,
    Whole,
    Written,
)

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


class OneByOne:
    """The methods for many of a store that gains nothing by taking them together.

    They leave off after an error that is not about one path alone.
    """

    def gains_by(self, many: Many) -> bool:  # noqa: ARG002 - the protocol's
        """Not by any."""
        return False

    def read_small(
        self: Store,
        files: Sequence[tuple[str, Present]],
        *,
        limits: Limits,
    ) -> Iterator[Whole | StoreError]:
        """Read files."""

        def read(file: tuple[str, Present]) -> Whole:
            with self.read(*file) as reading:
                data = b"".join(reading.chunks)
                return Whole(data, reading.modified_ns)

        return _as_long_as_it_goes_well(limits, files, read)

    def create_small(
        self: Store,
        files: Sequence[tuple[str, Body]],
        *,
        limits: Limits,
    ) -> Iterator[Written | StoreError]:
        """Write files where nothing is, so that nothing is kept."""
        return _as_long_as_it_goes_well(
            limits, files, lambda file: self.write(*file, expect=ABSENT, keep_under="")
        )

    def replace_small(
        self: Store,
        files: Sequence[Replacement],
        *,
        keep_under: str,
        limits: Limits,
    ) -> Iterator[Written | StoreError]:
        """Write files in the place of others."""

        def replace(new: Replacement) -> Written:
            return self.write(new.path, new.body, expect=new.expect, keep_under=keep_under)

        return _as_long_as_it_goes_well(limits, files, replace)

    def copy_many(
        self: Store,
        copies: Sequence[NewCopy],
        *,
        limits: Limits,
    ) -> Iterator[Written | StoreError]:
        """Copy to where nothing is, so that nothing is kept."""

        def copy(new: NewCopy) -> Written:
            return self.copy(new.source, new.stamp, new.path, expect=ABSENT, keep_under="")

        return _as_long_as_it_goes_well(limits, copies, copy)

    def delete_many(
        self: Store,
        files: Sequence[tuple[str, Present]],
        *,
        keep_under: str,
        limits: Limits,
    ) -> Iterator[Written | StoreError]:
        """Take files away."""
        return _as_long_as_it_goes_well(
            limits, files, lambda file: self.delete(file[0], expect=file[1], keep_under=keep_under)
        )


def each(jobs: Iterable[_Job], work: Callable[[_Job], _Result]) -> Iterator[_Result | StoreError]:
    """What comes of each job, or what went wrong with it."""
    for job in jobs:
        try:
            result = work(job)
        except StoreError as error:
            yield error
        else:
            yield result


def _as_long_as_it_goes_well(
    limits: Limits, jobs: Iterable[_Job], work: Callable[[_Job], _Result]
) -> Iterator[_Result | StoreError]:
    goes_well = True
    for job in jobs:
        if not goes_well or limits.stopped():
            yield NotBegun("not begun after something else failed")
            continue
        for result in each([job], work):
            goes_well = not isinstance(result, NotSignedIn | Transient)
            yield result
