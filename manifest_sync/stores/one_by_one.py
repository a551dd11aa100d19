"""What a store does with many files, by what it does with one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from manifest_sync.core.errors import StoreError
from manifest_sync.core.stamps import ABSENT, Present
from manifest_sync.stores.base import Body, NewCopy, Store, Whole, Written

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")


class OneByOne:
    """The methods for many of a store that gains nothing by taking them together."""

    def read_small(
        self: Store,
        files: Sequence[tuple[str, Present]],
        *,
        at_a_time: int,  # noqa: ARG002 - the protocol's
    ) -> Iterator[Whole | StoreError]:
        """Read files."""

        def read(file: tuple[str, Present]) -> Whole:
            with self.read(*file) as reading:
                data = b"".join(reading.chunks)
                return Whole(data, reading.modified_ns)

        return each(files, read)

    def create_small(
        self: Store,
        files: Sequence[tuple[str, Body]],
        *,
        at_a_time: int,  # noqa: ARG002 - the protocol's
    ) -> Iterator[Written | StoreError]:
        """Write files where nothing is, so that nothing is kept."""
        return each(files, lambda file: self.write(*file, expect=ABSENT, keep_under=""))

    def copy_many(
        self: Store,
        copies: Sequence[NewCopy],
        *,
        at_a_time: int,  # noqa: ARG002 - the protocol's
    ) -> Iterator[Written | StoreError]:
        """Copy to where nothing is, so that nothing is kept."""

        def copy(new: NewCopy) -> Written:
            return self.copy(new.source, new.stamp, new.path, expect=ABSENT, keep_under="")

        return each(copies, copy)

    def delete_many(
        self: Store,
        files: Sequence[tuple[str, Present]],
        *,
        keep_under: str,
        at_a_time: int,  # noqa: ARG002 - the protocol's
    ) -> Iterator[Written | StoreError]:
        """Take files away."""
        return each(files, lambda file: self.delete(file[0], expect=file[1], keep_under=keep_under))


def each(jobs: Iterable[_Job], work: Callable[[_Job], _Result]) -> Iterator[_Result | StoreError]:
    """What comes of each job, or what went wrong with it."""
    for job in jobs:
        try:
            result = work(job)
        except StoreError as error:
            yield error
        else:
            yield result
