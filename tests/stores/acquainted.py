"""Somebody who knows some files already: what a listing need not tell."""

from collections.abc import Iterable, Mapping

from manifest_sync.core.columns import Columns
from manifest_sync.core.listing import Found
from manifest_sync.core.stamps import Present


class Acquainted:
    """Knows files by their stamps, and notes which were met."""

    def __init__(self, known: Mapping[str, Present]) -> None:
        self.known = known
        self.met: set[str] = set()

    @property
    def paths(self) -> list[str]:
        return sorted(self.known)

    @property
    def count(self) -> int:
        return len(self.met)

    def begin(self) -> None:
        self.met = set()

    def knows_all(self, columns: Columns) -> bool:
        knows = all(self.known.get(path) == stamp for path, stamp in columns.rows())
        self.met.update(columns.paths if knows else ())
        return knows

    def unknown(self, rows: Iterable[tuple[str, Present]]) -> list[Found]:
        seen = [Found(path, stamp) for path, stamp in rows]
        unknown = [row for row in seen if self.known.get(row.path) != row.stamp]
        self.met.update(row.path for row in seen if row not in unknown)
        return unknown

    def has_met(self, path: str) -> bool:
        return path in self.met

    def is_above(self, path: str) -> bool:
        return any(known.startswith(path + "/") for known in self.known)
