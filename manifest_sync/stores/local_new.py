"""Small new files, many of a folder at a time."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from manifest_sync.core.errors import Moved, StoreError
from manifest_sync.core.paths import shown
from manifest_sync.core.stamps import FileStamp
from manifest_sync.stores.base import Body
from manifest_sync.stores.local_part import PartFile
from manifest_sync.stores.local_tree import Tree, look, same_but_for_ctime, split, stamp_of
from manifest_sync.stores.one_by_one import each


def create_small(tree: Tree, files: Sequence[tuple[str, Body]]) -> Iterator[FileStamp | StoreError]:
    """Put files where nothing is; a folder is opened once for those of it that follow each other.

    The state of each, or what went wrong with it.
    """
    for parent, group in groupby(files, lambda file: file[0].rpartition("/")[0]):
        here = [*group]
        try:
            yield from _in_folder(tree, parent, here)
        except StoreError as error:
            yield from [error] * len(here)


class _Complete(msgspec.Struct, frozen=True):
    """A file that has all it is to have, but for its name."""

    part: PartFile
    name: str
    path: str
    stamp: FileStamp


def _in_folder(
    tree: Tree, parent: str, files: list[tuple[str, Body]]
) -> list[FileStamp | StoreError]:
    """Raises StoreError where none of the files can be put there."""
    parts: list[PartFile] = []
    with tree.folder(parent, create=True) as folder:

        def fill(file: tuple[str, Body]) -> _Complete:
            path, body = file
            _, name = split(path)
            part = PartFile(folder, path)
            try:
                part.fill(body.chunks(), body.content.size)
                stamp = stamp_of(part.finish(body.modified_ns, None))
            except BaseException:
                part.discard()  # now, so that many that fail hold neither room nor descriptors
                raise
            parts.append(part)
            return _Complete(part, name, path, stamp)

        def place(complete: _Complete | StoreError) -> FileStamp:
            if isinstance(complete, StoreError):
                raise complete
            complete.part.become(complete.name)
            return result(folder, complete.name, complete.path, complete.stamp)

        try:
            complete = [*each(files, fill)]
            # While the bytes were written, their folder may have been moved away.
            tree.require(parent, folder)
            return [*each(complete, place)]
        finally:
            for part in parts:
                part.discard()


def result(folder: int, name: str, path: str, new: FileStamp) -> FileStamp:
    """The state of the file just put in place, which must be ours."""
    status = look(folder, name)
    # Only ctime may differ, by the renaming. Another program's file must not pass for ours.
    if status is None or not same_but_for_ctime(stamp_of(status), new):
        raise Moved(f"“{shown(path)}” was written, and changed again by another program at once")
    return stamp_of(status)
