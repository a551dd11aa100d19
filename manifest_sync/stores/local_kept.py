"""The trash of the local side, looked into: what `local_trash` has put there."""

import os
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import msgspec

from manifest_sync.core.errors import NotFound, StoreError
from manifest_sync.core.paths import shown
from manifest_sync.core.stamps import ABSENT, Present, Stamp
from manifest_sync.stores.base import Earlier, KeptFile, Reading
from manifest_sync.stores.local_errors import telling
from manifest_sync.stores.local_part import is_part
from manifest_sync.stores.local_read import reading
from manifest_sync.stores.local_tree import InTheWay, Tree, regular, split


class LocalTrash(msgspec.Struct, frozen=True):
    """A folder of kept files. Their `kept_at` begins with the folder's own name."""

    tree: Tree

    def stat(self, kept_at: str) -> Stamp:
        """The state of a kept file; Moved where something else has taken its place."""
        place = self._place(kept_at)
        if not self.tree.root.is_dir():
            return ABSENT  # it is made when the first file is kept
        try:
            status = self.tree.status(place)
        except (NotFound, InTheWay):
            return ABSENT
        return ABSENT if status is None else regular(status, kept_at)

    def read(self, kept_at: str, stamp: Present) -> AbstractContextManager[Reading]:
        """Open a kept file; the chunks end with Moved if it changes meanwhile."""
        return reading(self.tree, self._place(kept_at), stamp)

    def ask_md5(self, kept_at: str, stamp: Present) -> str | None:  # noqa: ARG002 - as S3's
        """Nothing is remembered beside a file."""
        return None

    def earlier(self, paths: Collection[str]) -> Iterator[Earlier]:  # noqa: ARG002 - as S3's
        """The history knows."""
        return iter(())

    def list(self, lineage: str) -> Iterator[KeptFile]:
        """Every file on the shelves of a lineage, temporary files of killed runs included."""
        for shelf in sorted(self.tree.root.glob(f"{lineage}-*")):
            for folder, _, names in os.walk(shelf):
                for name in names:
                    file = Path(folder, name)
                    place = file.relative_to(self.tree.root.parent).as_posix()
                    yield KeptFile(place, file.lstat().st_size)

    def drop(self, kept_at: str) -> None:
        """Unlink a kept file, and the folders that it leaves empty."""
        folder, name = split(self._place(kept_at))
        if not self.tree.root.is_dir():
            return
        with (
            suppress(NotFound, InTheWay),
            self.tree.folder(folder) as fd,
            telling(kept_at, "removed from the trash"),
        ):
            os.unlink(name, dir_fd=fd)
        self._drop_empty(folder)

    def remove_leftovers(self, shelf: str) -> int:
        """Remove the copies that a killed run has not finished; how many they were.

        Only for who holds the workspace's lock: those of another run at work look the same.
        """
        removed = 0
        for folder, _, names in os.walk(self.tree.root / shelf):
            for name in filter(is_part, names):
                with suppress(OSError):
                    Path(folder, name).unlink()
                    removed += 1
        return removed

    def _drop_empty(self, folder: str) -> None:
        while folder:
            above, _, name = folder.rpartition("/")
            try:
                with self.tree.folder(above) as fd:
                    os.rmdir(name, dir_fd=fd)
            except (OSError, StoreError):
                return  # something is left in it, or it is gone
            folder = above

    def _place(self, kept_at: str) -> str:
        """Relative to the trash. Raises StoreError for what cannot be in it."""
        top, _, place = kept_at.partition("/")
        if top != self.tree.root.name or not place:
            raise StoreError(f"“{shown(kept_at)}” is not a place in the trash")
        return place
