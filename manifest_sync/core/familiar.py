"""Whom a store asks which rows are known already, so that they need not be listed."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from manifest_sync.core.columns import Columns
from manifest_sync.core.listing import Found
from manifest_sync.core.stamps import Present


class Familiar(Protocol):
    """Knows files that nothing has happened to. Asked from any thread, once about each row.

    A store that has rows in columns may ask about many at once, and one by one where that is in
    vain.
    """

    @property
    def paths(self) -> Sequence[str]:
        """About which paths there are, sorted: a guess, by which a listing may be shared out."""
        ...

    @property
    def count(self) -> int:
        """How many rows were known."""
        ...

    def begin(self) -> None:
        """A listing begins, perhaps anew: none is met yet."""
        ...

    def knows_all(self, columns: Columns) -> bool:
        """Whether all of them, and none between them, are remembered as they are: noted as met.

        Else nothing is noted, and which of them are known is to be asked.
        """
        ...

    def unknown(self, rows: Iterable[tuple[str, Present]]) -> list[Found]:
        """Those that are not as they were remembered; the others are noted as met."""
        ...

    def has_met(self, path: str) -> bool:
        """Whether a row of this path was known before in this listing."""
        ...

    def is_above(self, path: str) -> bool:
        """Whether a file that may be known is below this path."""
        ...


class Stranger:
    """Knows no row, so everything is listed; at most about which paths there are."""

    count = 0

    def __init__(self, paths: Sequence[str] = ()) -> None:
        """`paths` are sorted."""
        self.paths = paths

    def begin(self) -> None:
        """Nothing is noted."""

    def knows_all(self, columns: Columns) -> bool:
        """Where there is none."""
        return not columns.paths

    def unknown(self, rows: Iterable[tuple[str, Present]]) -> list[Found]:
        """All of them."""
        return [Found(path, stamp) for path, stamp in rows]

    def has_met(self, path: str) -> bool:  # noqa: ARG002 - the protocol's
        """Never."""
        return False

    def is_above(self, path: str) -> bool:  # noqa: ARG002 - the protocol's
        """Never."""
        return False


NOBODY: Familiar = Stranger()
