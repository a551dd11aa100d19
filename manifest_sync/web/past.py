"""What was done in a workspace, as it was last read, and shown a part at a time."""

import threading
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from manifest_sync.core.errors import NotFound
from manifest_sync.core.history import Apply, Deletion
from manifest_sync.web.opening import Opener

AT_A_TIME = 100
"""Rows that are shown at a time."""


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


_Row = TypeVar("_Row", bound=_Identified)


class Past(msgspec.Struct, frozen=True):
    """Deletions and runs, newest first."""

    deletions: Mapping[str, Deletion]
    """By their ids."""
    applies: Mapping[str, Apply]
    """By their ids."""
    undoable: frozenset[str]
    """The ids of runs that took away what can be brought back."""


class Pasts:
    """The last reading of one workspace. Safe to ask from several threads."""

    def __init__(self, opener: Opener) -> None:
        """Nothing was read yet."""
        self._opener = opener
        self._past: Past | None = None
        self._lock = threading.Lock()

    def look(self) -> Past:
        """Read it now."""
        with self._opener.opened() as workspace:
            deletions, applies = workspace.deletions(), workspace.applies()
        past = Past(
            {each.id: each for each in deletions},
            {each.id: each for each in applies},
            frozenset(each.apply for each in deletions if each.is_kept),
        )
        with self._lock:
            self._past = past
        return past

    def last(self) -> Past:
        """What was read last; reads where nothing was read yet."""
        with self._lock:
            past = self._past
        return past or self.look()


def part(rows: Mapping[str, _Row], after: str = "") -> tuple[Sequence[_Row], str | None]:
    """Some rows, after the one of an id; and the id of their last one where older ones follow.

    Raises NotFound where there is no such row.
    """
    if after and after not in rows:
        raise NotFound("There is no such row in the history.")
    ids = list(rows)
    begin = ids.index(after) + 1 if after else 0
    shown = ids[begin : begin + AT_A_TIME]
    return [rows[each] for each in shown], shown[-1] if begin + AT_A_TIME < len(ids) else None
