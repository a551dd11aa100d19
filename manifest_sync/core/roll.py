"""Calling the roll: which of the files that were in step are met as they were, on both sides."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from manifest_sync.core.columns import (
    SIZE,
    STAMP,
    Columns,
    FileColumns,
    pack,
    signatures_of,
    sizes_of,
)
from manifest_sync.core.content import Content, Side
from manifest_sync.core.in_step import MD5_BYTES, InStep
from manifest_sync.core.listing import Entry, Found
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.stamps import FileStamp, ObjectStamp, Present


class Roll:
    """The files that were in step, by path; for the listings of both sides at the same time."""

    def __init__(self, known: InStep) -> None:
        """None is met yet."""
        self.known = known
        self.paths = known.names.split("\n") if known.names else []
        self._position: dict[str, int] | None = None

    @property
    def position(self) -> dict[str, int]:
        """Of each path: made where one is looked for, for where nothing has moved none is.

        Two threads may each make it, and either is right. A `cached_property` needs the
        `__dict__` of an object, and Python 3.11 crashes where two threads ask for it first.
        """
        if self._position is None:
            self._position = dict(zip(self.paths, range(len(self.paths)), strict=True))
        return self._position

    def content(self, position: int) -> Content:
        """What both sides held."""
        md5s = self.known.md5s
        md5 = md5s[position * MD5_BYTES : (position + 1) * MD5_BYTES].hex()
        (size,) = SIZE.unpack_from(self.known.stamps, position * STAMP.size)
        return Content(size, md5)

    def etags(self, paths: Sequence[str], first: int) -> list[str]:
        """Those of the objects of these paths, of which the first has that position."""
        md5s = self.known.md5s[first * MD5_BYTES : (first + len(paths)) * MD5_BYTES]
        etags = md5s.hex(" ", MD5_BYTES).split(" ")
        if not self.known.etags:
            return etags
        return [self.known.etags.get(path, md5) for path, md5 in zip(paths, etags, strict=True)]

    def stamp(self, side: Side, position: int) -> Present:
        """The state in which a side held it."""
        if side is Side.LOCAL:
            return FileStamp(*STAMP.unpack_from(self.known.stamps, position * STAMP.size))
        content = self.content(position)
        etag = self.known.etags.get(self.paths[position], content.md5)
        return ObjectStamp(content.size, etag)

    def entry(self, side: Side, position: int) -> Entry:
        """The same with its content."""
        return Entry(self.content(position), self.stamp(side, position))


class Met:
    """What one listing of a side has met of a roll; it is asked about every row (`Familiar`)."""

    def __init__(self, roll: Roll, side: Side) -> None:
        """None is met yet."""
        self.roll = roll
        self.side = side
        self.marks = bytearray(len(roll.paths))
        """A 1 for each that was met, by position."""
        self.unknown = self._unknown_files if side is Side.LOCAL else self._unknown_objects

    @property
    def paths(self) -> Sequence[str]:
        """All that S3 held when the roll was written down."""
        return sorted([*self.roll.paths, *self.roll.known.objects])

    @property
    def count(self) -> int:
        """How many were met."""
        return self.marks.count(1)

    def begin(self) -> None:
        """A listing begins, perhaps anew: none is met yet."""
        self.marks = bytearray(len(self.roll.paths))

    def meet_all(self) -> None:
        """Take every file for met, without a listing."""
        self.marks = bytearray(b"\1" * len(self.roll.paths))

    def has_met(self, path: str) -> bool:
        """Whether a row of this path was known."""
        position = self.roll.position.get(path)
        return position is not None and self.marks[position] == 1

    def is_above(self, path: str) -> bool:
        """Whether one of the files is below this path."""
        paths, below = self.roll.paths, path + "/"
        first = bisect_left(paths, below)
        return first < len(paths) and paths[first].startswith(below)

    def knows_all(self, columns: Columns) -> bool:
        """Whether these rows are as they were, and next to each other in the roll, too.

        Compared as a whole, which takes a tenth of the time that one by one takes: a page of a
        listing is mostly like this, and so are a thousand files of a folder.
        """
        roll, paths = self.roll, columns.paths
        if not paths:
            return True
        first = bisect_left(roll.paths, paths[0])
        past = first + len(paths)
        if roll.paths[first:past] != paths:
            return False
        stamps = roll.known.stamps[first * STAMP.size : past * STAMP.size]
        if isinstance(columns, FileColumns):
            is_known = self.side is Side.LOCAL and columns.signatures == signatures_of(stamps)
        else:
            is_known = (
                self.side is Side.S3
                and columns.etags == roll.etags(paths, first)
                and tuple(columns.sizes) == sizes_of(stamps)
            )
        if is_known:
            self.marks[first:past] = b"\1" * len(paths)
        return is_known

    # Two loops that look alike: what differs, called for every row, would cost as much as they do.

    def _unknown_files(self, rows: Iterable[tuple[str, Present]]) -> list[Found]:
        find, stamps, width = self.roll.position.get, self.roll.known.stamps, STAMP.size
        unknown = []
        for path, stamp in rows:
            position = find(path)
            if (
                position is not None
                and isinstance(stamp, FileStamp)
                and stamps[position * width : (position + 1) * width] == pack(stamp)
            ):
                self.marks[position] = 1
            else:
                unknown.append(Found(path, stamp))
        return unknown

    def _unknown_objects(self, rows: Iterable[tuple[str, Present]]) -> list[Found]:
        find, known = self.roll.position.get, self.roll.known
        md5s, etags, width = known.md5s, known.etags, MD5_BYTES
        unknown = []
        for path, stamp in rows:
            position = find(path)
            if (
                position is not None
                and isinstance(stamp, ObjectStamp)
                and (
                    stamp.etag == md5s[position * width : (position + 1) * width].hex()
                    or stamp.etag == etags.get(path)
                )
                and SIZE.unpack_from(known.stamps, position * STAMP.size) == (stamp.size,)
            ):
                self.marks[position] = 1
            else:
                unknown.append(Found(path, stamp))
        return unknown


class Still:
    """The files of a roll that are in step still: both sides were met as they were."""

    def __init__(self, roll: Roll, marks: bytes, others: frozenset[str] = frozenset()) -> None:
        """`marks` has a 1 for each of them, by position.

        `others` are paths that have a line by now and had none when the roll was written down.
        """
        self.roll = roll
        self._marks = marks
        self._others = others

    def __len__(self) -> int:
        """How many they are."""
        return self._marks.count(1)

    def __contains__(self, path: object) -> bool:
        """Whether a path is one of them."""
        return isinstance(path, str) and self._position(path) is not None

    def __iter__(self) -> Iterator[str]:
        """Their paths, sorted."""
        return (path for path, mark in zip(self.roll.paths, self._marks, strict=True) if mark)

    def _position(self, path: str) -> int | None:
        position = self.roll.position.get(path)
        return position if position is not None and self._marks[position] else None

    def entry(self, side: Side, path: str) -> Entry | None:
        """What a side holds at the path of one of them; None for any other path."""
        position = self._position(path)
        return self.roll.entry(side, position) if position is not None else None

    def gone(self) -> list[str]:
        """The paths that were in step and are not met as they were on both sides; sorted."""
        found = []
        position = self._marks.find(0)
        while position >= 0:
            found.append(self.roll.paths[position])
            position = self._marks.find(0, position + 1)
        return found

    def memory(self) -> dict[str, Memory]:
        """What is remembered of every path but those in step."""
        agreed = bool(self.roll.known.circumstances.published)
        remembered = dict.fromkeys(self._others, BLANK) | self.roll.known.aside
        for path in self.gone():
            content = self.roll.content(self.roll.position[path])
            remembered[path] = Memory(content, content, content if agreed else None)
        return remembered

    def without(self, paths: Iterable[str]) -> "Still":
        """The same without some."""
        marks = bytearray(self._marks)
        for path in paths:
            if (position := self.roll.position.get(path)) is not None:
                marks[position] = 0
        return Still(self.roll, bytes(marks), self._others)

    def in_line_with(self, lines: Mapping[str, Content]) -> "Still":
        """Those of which a manifest says that they are as they were."""
        roll = self.roll
        find, md5s, stamps = roll.position.get, roll.known.md5s, roll.known.stamps
        width, marks, others = MD5_BYTES, bytearray(len(roll.paths)), []
        # One by one, without a `Content` for each: what a pull of somebody's push waits for.
        for path, line in lines.items():
            position = find(path)
            if position is None:
                others.append(path)
            elif line.md5 == md5s[position * width : (position + 1) * width].hex():
                marks[position] = SIZE.unpack_from(stamps, position * STAMP.size) == (line.size,)
        return Still(roll, _both(self._marks, marks), self._others.union(others))


def still_in_step(here: Met, there: Met) -> Still:
    """Those that were met on both sides."""
    return Still(here.roll, _both(here.marks, there.marks))


def _both(some: bytes | bytearray, others: bytes | bytearray) -> bytes:
    """The marks that are in both."""
    return (int.from_bytes(some) & int.from_bytes(others)).to_bytes(len(some))


def rows_again(met: Met, paths: Iterable[str]) -> list[Found]:
    """The rows that were known and not listed, of those paths that were met."""
    roll = met.roll
    return [
        Found(path, roll.stamp(met.side, roll.position[path]))
        for path in paths
        if met.has_met(path)
    ]
