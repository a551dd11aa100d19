"""A store in memory: the strict reference, for tests and for trying scripts out.

It can play the folder or the bucket. Nothing is approximated: every condition is checked, under
one lock, and nothing that is replaced or deleted is lost.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Corrupted, Moved, StoreError
from manifest_sync.core.familiar import NOBODY, Familiar
from manifest_sync.core.listing import Found
from manifest_sync.core.paths import why_unsafe
from manifest_sync.core.stamps import (
    ABSENT,
    AbsentStamp,
    FileStamp,
    ObjectStamp,
    Present,
    Stamp,
    agree,
)
from manifest_sync.stores.base import (
    CHUNK,
    Body,
    Many,
    OnRequest,
    Reading,
    Request,
    Written,
)
from manifest_sync.stores.bodies import NO_NOTES, content_of
from manifest_sync.stores.memory_trash import KeptState, MemoryTrash
from manifest_sync.stores.one_by_one import OneByOne

PAGE = 1000
"""Keys of one LIST answer (S3's limit)."""


class _File(msgspec.Struct, frozen=True):
    """One state of one path."""

    data: bytes
    content: Content
    stamp: Present
    modified_ns: int
    notes: Mapping[str, str]
    remembers_md5: bool
    """Whether the MD5 is beside the bytes: with every object that was written through a store."""


class MemoryStore(OneByOne):
    """One side of one style, in memory."""

    def __init__(
        self,
        side: Side,
        *,
        versioned: bool = False,
        keeps: bool = True,
        opaque_etags: bool = False,
        gains: bool = False,
        clock: Callable[[], int] = lambda: 0,
        on_request: OnRequest = lambda _kind, _count: None,
    ) -> None:
        """Begin empty.

        `versioned` gives objects version ids (known to `stat`, not to `list`, as on S3);
        `opaque_etags` gives them ETags that tell no MD5; without `keeps` the trash is off;
        with `gains` it says that it does many things together sooner than each by itself;
        `clock` tells nanoseconds, and what it tells is made strictly increasing.
        """
        self.side = side
        self.keeps = keeps
        self.kept: dict[str, bytes] = {}
        """What was replaced or deleted, by `kept_at`."""
        self._states: dict[str, KeptState] = {}
        """By `kept_at`, too."""
        self._shelves: dict[tuple[str, str], tuple[Present, str]] = {}
        """(keep_under, path) → the state that was kept last, and its `kept_at`."""
        self._versioned = versioned
        self._opaque_etags = opaque_etags
        self._gains = gains
        self._clock = clock
        self._on_request = on_request
        self._files: dict[str, _File] = {}
        self._lock = threading.RLock()
        self._last_tick = 0

    # The protocol

    @property
    def trash(self) -> MemoryTrash:
        """What was kept."""
        return MemoryTrash(self.kept, self._states)

    def list(self, familiar: Familiar = NOBODY) -> Iterator[Found]:
        """Every file, as of the moment the listing began."""
        with self._lock:
            files = sorted(self._files.items())
        familiar.begin()
        self._asked(Request.LIST, max(1, -(-len(files) // PAGE)))
        yield from familiar.unknown((path, _as_listed(file.stamp)) for path, file in files)

    def stat(self, path: str) -> Stamp:
        """The state of a path."""
        self._asked(Request.HEAD)
        return self._stamp(path)

    def told_md5(self, stamp: Present) -> str | None:
        """The ETag, unless it is opaque; a file's stamp tells nothing."""
        return stamp.etag if isinstance(stamp, ObjectStamp) and not self._opaque_etags else None

    def ask_md5(self, path: str, stamp: Present) -> str | None:
        """What was remembered when the object was written; a folder remembers nothing."""
        self._asked(Request.HEAD)
        file = self._expected(path, stamp)
        return file.content.md5 if self.side is Side.S3 and file.remembers_md5 else None

    @contextmanager
    def read(self, path: str, stamp: Present) -> Iterator[Reading]:
        """Open a file; later writes do not show in it."""
        self._asked(Request.GET)
        file = self._expected(path, stamp)
        yield Reading(file.stamp, _pieces(file.data), file.modified_ns, file.notes)

    def gains_by(self, many: Many) -> bool:  # noqa: ARG002 - the protocol's
        """By nothing, but as it was told to."""
        return self._gains

    def write(self, path: str, body: Body, *, expect: Stamp, keep_under: str) -> Written:
        """Take the body in whole, then put it in place at once."""
        data = b"".join(body.chunks())
        if content_of(data) != body.content:
            raise Corrupted(f"{path}: the bytes that came are not the ones that were promised")
        with self._lock:
            self._require(path, expect)
            kept_at = self._keep(path, keep_under)
            self._asked(Request.PUT)
            written = self._put(path, data, body.modified_ns, body.notes)
            return Written(written, kept_at)

    def copy(
        self, source: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Copy within this store, mtime and all."""
        with self._lock:
            file = self._expected(source, stamp)
            self._require(path, expect)
            kept_at = self._keep(path, keep_under)
            self._asked(Request.COPY)
            copied = self._put(
                path, file.data, file.modified_ns, file.notes, remembers_md5=file.remembers_md5
            )
            return Written(copied, kept_at)

    def delete(self, path: str, *, expect: Present, keep_under: str) -> Written:
        """Take a file away."""
        with self._lock:
            self._require(path, expect)
            kept_at = self._keep(path, keep_under)
            self._asked(Request.DELETE)
            del self._files[path]
            return Written(ABSENT, kept_at)

    def bring_back(
        self, kept_at: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Copy what was kept to a path, mtime and all."""
        with self._lock, self.trash.read(kept_at, stamp) as reading:
            data = b"".join(reading.chunks)
            self._require(path, expect)
            replaced = self._keep(path, keep_under)
            self._asked(Request.COPY)
            written = self._put(path, data, reading.modified_ns, reading.notes)
            return Written(written, replaced)

    def kept_at(self, path: str, stamp: Present, keep_under: str) -> str | None:
        """Where a file in that state was kept."""
        self._asked(Request.HEAD)
        kept = self._shelves.get((keep_under, path))
        return kept[1] if kept is not None and agree(stamp, kept[0]) else None

    def flush(self) -> None:
        """Nothing to do: memory is not durable."""

    # What happens behind the back of who uses the protocol

    def put_out_of_band(self, path: str, data: bytes, modified_ns: int | None = None) -> Stamp:
        """Somebody else writes a file; nothing is kept, no MD5 remembered."""
        with self._lock:
            when = self._tick() if modified_ns is None else modified_ns
            return self._put(path, data, when, NO_NOTES, remembers_md5=False)

    def drop_out_of_band(self, path: str) -> None:
        """Somebody else deletes a file; nothing is kept."""
        with self._lock:
            del self._files[path]

    def bytes_at(self, path: str) -> bytes | None:
        """What is at a path; None where nothing is."""
        file = self._files.get(path)
        return file.data if file is not None else None

    def contents(self) -> dict[str, bytes]:
        """Everything, in path order."""
        with self._lock:
            return {path: file.data for path, file in sorted(self._files.items())}

    # Inside

    def _stamp(self, path: str) -> Stamp:
        file = self._files.get(path)
        return file.stamp if file is not None else ABSENT

    def _expected(self, path: str, stamp: Present) -> _File:
        """The file, where it is in the given state."""
        file = self._files.get(path)
        if file is None or not agree(stamp, file.stamp):
            raise Moved(f"{path}: " + ("is gone" if file is None else "has changed"))
        return file

    def _require(self, path: str, expect: Stamp) -> None:
        """Let a change through only where what it expects is there."""
        if not isinstance(expect, AbsentStamp):
            self._asked(Request.HEAD)
            self._expected(path, expect)
        elif path in self._files:
            raise Moved(f"{path}: something is there now")

    def _keep(self, path: str, keep_under: str) -> str | None:
        """Keep what is at a path, where anything is."""
        file = self._files.get(path)
        if file is None or not self.keeps:
            return None
        kept_at = f"memory:{keep_under}/{path}#{self._tick()}"
        if not self._versioned:
            self._asked(Request.COPY)
        self.kept[kept_at] = file.data
        self._states[kept_at] = KeptState(file.stamp, file.modified_ns, file.notes)
        self._shelves[keep_under, path] = (file.stamp, kept_at)
        return kept_at

    def _put(
        self,
        path: str,
        data: bytes,
        modified_ns: int,
        notes: Mapping[str, str],
        *,
        remembers_md5: bool = True,
    ) -> Present:
        self._refuse_impossible(path)
        content = content_of(data)
        stamp = self._new_stamp(content, modified_ns)
        notes = notes if self.side is Side.S3 else NO_NOTES
        self._files[path] = _File(data, content, stamp, modified_ns, notes, remembers_md5)
        return stamp

    def _refuse_impossible(self, path: str) -> None:
        """Refuse what a real folder or bucket could not hold."""
        if reason := why_unsafe(path):
            raise StoreError(f"{path!r} cannot be written: the path {reason}")
        if self.side is Side.LOCAL and path not in self._files:
            below = path + "/"
            for other in self._files:
                if other.startswith(below) or path.startswith(other + "/"):
                    raise StoreError(f"{path}: {other} is in the way")

    def _new_stamp(self, content: Content, modified_ns: int) -> Present:
        tick = self._tick()
        if self.side is Side.LOCAL:
            return FileStamp(content.size, modified_ns, ctime_ns=tick, inode=tick)
        etag = content.md5
        if self._opaque_etags:
            etag = hashlib.md5(f"{tick} {etag}".encode(), usedforsecurity=False).hexdigest()
        return ObjectStamp(content.size, etag, f"v{tick}" if self._versioned else None)

    def _tick(self) -> int:
        self._last_tick = max(self._last_tick + 1, self._clock())
        return self._last_tick

    def _asked(self, kind: Request, count: int = 1) -> None:
        if self.side is Side.S3:
            self._on_request(kind, count)


def _as_listed(stamp: Present) -> Present:
    """A stamp as S3's LIST gives it: it knows no version ids."""
    if isinstance(stamp, ObjectStamp) and stamp.version_id is not None:
        return ObjectStamp(stamp.size, stamp.etag)
    return stamp


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]
