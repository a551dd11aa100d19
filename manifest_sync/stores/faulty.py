"""A store that fails on purpose, by a script: for tests of what happens then."""

import fnmatch
import random
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import msgspec

from manifest_sync.core.errors import Transient
from manifest_sync.core.familiar import NOBODY, Familiar
from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.stamps import Present, Stamp
from manifest_sync.stores.base import (
    Body,
    Many,
    Reading,
    Store,
    Trash,
    Written,
)
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.one_by_one import OneByOne


class Call(StrEnum):
    """The methods of a store that can fail."""

    LIST = "list"
    STAT = "stat"
    ASK_MD5 = "ask_md5"
    READ = "read"
    WRITE = "write"
    COPY = "copy"
    DELETE = "delete"
    BRING_BACK = "bring_back"
    KEPT_AT = "kept_at"
    FLUSH = "flush"


class Harm(StrEnum):
    """What goes wrong."""

    BEFORE = "before"
    """It fails, and nothing has happened."""
    AFTER = "after"
    """It happens, and then it fails: the acknowledgement is lost. A read or a listing breaks off
    after its first piece."""
    CORRUPT = "corrupt"
    """It succeeds, but a byte is another one. Reads and writes only."""


class Fault(msgspec.Struct, frozen=True):
    """One entry of the script: the next such call goes wrong."""

    call: Call
    harm: Harm
    path: str = "*"
    """A shell pattern; of a copy, that of the new file."""
    error: BaseException = Transient("a fault that a test has put here")
    after: int = 0
    """So many such calls go well before."""
    times: int = 1
    """So many such calls in a row go wrong."""
    rate: float = 1.0
    """Of these, the share that really does: which ones is random, and the same in each run."""

    def concerns(self, call: Call, path: str) -> bool:
        """Whether the fault is about a call."""
        return call is self.call and fnmatch.fnmatchcase(path, self.path)


class FaultyStore(OneByOne):
    """Another store, with faults. Each fault counts the calls it is about by itself."""

    def __init__(
        self,
        inner: Store,
        faults: Iterable[Fault] = (),
        *,
        before_each: Callable[[Call, str], None] = lambda _call, _path: None,
    ) -> None:
        """`before_each` may wait, or change the inner store behind the caller's back."""
        self.side = inner.side
        self._inner = inner
        self._before_each = before_each
        self._lock = threading.Lock()
        self._script = [(fault, _Count()) for fault in faults]
        self._random = random.Random(0)  # noqa: S311  # nothing depends on its being a secret

    @property
    def pending(self) -> list[Fault]:
        """The faults that have not all happened yet: a test that leaves some tests nothing."""
        with self._lock:
            return [f for f, count in self._script if count.calls < f.after + f.times]

    # The protocol

    @property
    def keeps(self) -> bool:
        """As the other store does."""
        return self._inner.keeps

    @property
    def trash(self) -> Trash:
        """The other store's, without faults."""
        return self._inner.trash

    def list(self, familiar: Familiar = NOBODY) -> Iterator[Found | Problem]:
        """List; the failure comes when the listing is read."""
        fault = self._begin(Call.LIST, "")
        for number, row in enumerate(self._inner.list(familiar)):
            if fault is not None and number > 0:
                break
            yield row
        self._end(fault)

    def stat(self, path: str) -> Stamp:
        """Look."""
        fault = self._begin(Call.STAT, path)
        stamp = self._inner.stat(path)
        self._end(fault)
        return stamp

    def told_md5(self, stamp: Present) -> str | None:
        """What a stamp tells cannot fail."""
        return self._inner.told_md5(stamp)

    def ask_md5(self, path: str, stamp: Present) -> str | None:
        """Ask."""
        fault = self._begin(Call.ASK_MD5, path)
        md5 = self._inner.ask_md5(path, stamp)
        self._end(fault)
        return md5

    @contextmanager
    def read(self, path: str, stamp: Present) -> Iterator[Reading]:
        """Read."""
        fault = self._begin(Call.READ, path)
        with self._inner.read(path, stamp) as reading:
            if fault is not None:
                reading.chunks = _spoilt(reading.chunks, fault)
            yield reading

    def gains_by(self, many: Many) -> bool:
        """What the other store gains by; each of many has its own fault all the same."""
        return self._inner.gains_by(many)

    def write(self, path: str, body: Body, *, expect: Stamp, keep_under: str) -> Written:
        """Write."""
        fault = self._begin(Call.WRITE, path)
        if fault is not None and fault.harm is Harm.CORRUPT:
            body = bytes_body(_another(b"".join(body.chunks())), body.modified_ns)
        written = self._inner.write(path, body, expect=expect, keep_under=keep_under)
        self._end(fault)
        return written

    def copy(
        self, source: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Copy."""
        fault = self._begin(Call.COPY, path)
        written = self._inner.copy(source, stamp, path, expect=expect, keep_under=keep_under)
        self._end(fault)
        return written

    def delete(self, path: str, *, expect: Present, keep_under: str) -> Written:
        """Delete."""
        fault = self._begin(Call.DELETE, path)
        written = self._inner.delete(path, expect=expect, keep_under=keep_under)
        self._end(fault)
        return written

    def bring_back(
        self, kept_at: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        """Bring back."""
        fault = self._begin(Call.BRING_BACK, path)
        written = self._inner.bring_back(kept_at, stamp, path, expect=expect, keep_under=keep_under)
        self._end(fault)
        return written

    def kept_at(self, path: str, stamp: Present, keep_under: str) -> str | None:
        """Ask where bytes were kept."""
        fault = self._begin(Call.KEPT_AT, path)
        kept_at = self._inner.kept_at(path, stamp, keep_under)
        self._end(fault)
        return kept_at

    def flush(self) -> None:
        """Flush."""
        fault = self._begin(Call.FLUSH, "")
        self._inner.flush()
        self._end(fault)

    # The script

    def _begin(self, call: Call, path: str) -> Fault | None:
        """The fault of this call, if it has one; raised here where nothing is to happen."""
        self._before_each(call, path)
        fault = self._due(call, path)
        if fault is not None and fault.harm is Harm.BEFORE:
            raise fault.error
        return fault

    def _due(self, call: Call, path: str) -> Fault | None:
        due = None
        with self._lock:
            for fault, count in self._script:
                if fault.concerns(call, path):
                    in_time = fault.after <= count.calls < fault.after + fault.times
                    if in_time and self._random.random() < fault.rate:
                        due = due or fault
                    count.calls += 1
        return due

    @staticmethod
    def _end(fault: Fault | None) -> None:
        if fault is not None and fault.harm is Harm.AFTER:
            raise fault.error


class _Count(msgspec.Struct):
    """How many calls a fault has seen."""

    calls: int = 0


def _spoilt(chunks: Iterator[bytes], fault: Fault) -> Iterator[bytes]:
    """The pieces of a read that goes wrong: broken off, or with another byte."""
    first = next(chunks, b"")
    if fault.harm is Harm.AFTER:
        yield first[: max(1, len(first) // 2)]
        raise fault.error
    yield _another(first)
    yield from chunks


def _another(data: bytes) -> bytes:
    """The same bytes but for the first."""
    return bytes([data[0] ^ 0xFF]) + data[1:] if data else data
