"""A workspace's databases and stores in memory, each step of a run on them announced."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from manifest_sync.core.content import Side
from manifest_sync.core.events import ignore_events
from manifest_sync.core.remote import Remote
from manifest_sync.core.stamps import Present, Stamp
from manifest_sync.engine.tally import Tally
from manifest_sync.formats.config_toml import Config
from manifest_sync.state.cache import Cache
from manifest_sync.state.state import open_state
from manifest_sync.stores.base import Body, Written
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.faulty import Call, Fault, FaultyStore
from manifest_sync.stores.memory import MemoryStore
from manifest_sync.stores.memory_trash import MemoryTrash
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Style
from tests.engine.world import Clock
from tests.workspace.strands import Killed

_CONFIG = Config(endpoint_url="http://127.0.0.1:9", region="us-east-1", jobs=1)
_ASKING = {Call.READ, Call.STAT, Call.ASK_MD5, Call.KEPT_AT}


class Process(sqlite3.Connection):
    """A database in memory, as the process has it open that works on it."""

    step: Callable[[], None] | None = None
    """Called before and after each commit."""

    def commit(self) -> None:
        """Write, with a step before and one after."""
        if self.step is not None:
            self.step()
        super().commit()
        if self.step is not None:
            self.step()


def opened(kind: str) -> Process:
    """A new state.db or cache.db."""
    # Runs have threads of their own, but never two work at once.
    connection = sqlite3.connect(":memory:", check_same_thread=False, factory=Process)
    connection.deserialize(_migrated(kind))
    return connection


@cache
def _migrated(kind: str) -> bytes:
    """The file's bytes when it is new; made once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.db"
        if kind == "cache":
            Cache(path).close()
        else:
            open_state(path).close()
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = DELETE")  # WAL is for files only
        try:
            return connection.serialize()
        finally:
            connection.close()


class MemoryCache(Cache):
    """cache.db in memory."""

    def __init__(self) -> None:
        self._path = Path("cache.db")
        self._warn = _no_warning
        self._database = opened("cache")


def _no_warning(text: str) -> None:
    raise AssertionError(text)


class TidyTrash(MemoryTrash, frozen=True):
    """In which killed runs leave nothing half done."""

    def remove_leftovers(self, _shelf: str) -> None:
        """There are none."""


class WatchedStore(FaultyStore):
    """A store in memory, with faults. Its changes are watched, and are steps of the run."""

    def __init__(
        self,
        inner: MemoryStore,
        faults: Iterable[Fault],
        step: Callable[[], None],
        watching: Callable[[MemoryStore, str, str], AbstractContextManager[None]],
        listing: Callable[[], None],
    ) -> None:
        super().__init__(inner, faults, before_each=self._before)
        self._memory, self._step, self._watching = inner, step, watching
        self._listing = listing

    def _before(self, call: Call, _path: str) -> None:
        # The sides are listed both at once, so that a listing is no step. A change is one before
        # it is looked at from outside.
        if call is Call.FLUSH or (call in _ASKING and self.side is Side.S3):
            self._step()
        elif call is Call.LIST and self.side is Side.S3:
            self._listing()

    def write(self, path: str, body: Body, *, expect: Stamp, keep_under: str) -> Written:
        # To read it may take steps of its own; what is written is looked at after those.
        taken = bytes_body(b"".join(body.chunks()), body.modified_ns, body.notes)
        self._step_before(path, keep_under)
        with self._watching(self._memory, path, keep_under):
            return super().write(path, taken, expect=expect, keep_under=keep_under)

    def copy(
        self, source: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        self._step_before(path, keep_under)
        with self._watching(self._memory, path, keep_under):
            return super().copy(source, stamp, path, expect=expect, keep_under=keep_under)

    def delete(self, path: str, *, expect: Present, keep_under: str) -> Written:
        self._step_before(path, keep_under)
        with self._watching(self._memory, path, keep_under):
            return super().delete(path, expect=expect, keep_under=keep_under)

    def bring_back(
        self, kept_at: str, stamp: Present, path: str, *, expect: Stamp, keep_under: str
    ) -> Written:
        self._step_before(path, keep_under)
        with self._watching(self._memory, path, keep_under):
            return super().bring_back(kept_at, stamp, path, expect=expect, keep_under=keep_under)

    def _step_before(self, path: str, keep_under: str) -> None:
        """A run may also be killed after it has kept what is there, and before it replaces it."""
        try:
            self._step()
        except Killed as killed:
            if killed.in_between:
                self._memory._keep(path, keep_under)
            raise

    # What the store of a folder has besides.

    @property
    def trash(self) -> "TidyTrash":
        inner = self._memory.trash
        return TidyTrash(inner.kept, inner.states)

    def now_ns(self) -> int:
        return self._memory._clock()

    def folds_names(self) -> bool:
        return False

    def remove_leftovers(self) -> None:
        """Memory has none."""


class MemoryResources(Resources):
    """What a workspace holds open, in memory."""

    def __init__(self, root: Path, clock: Clock, store: Callable[[Side], WatchedStore]) -> None:
        super().__init__(root, _CONFIG, "boto3", ignore_events, lambda: _moment(clock))
        self._store = store
        self._connections = _connections()
        self.lose_state()
        self.lose_cache()

    def lose_state(self) -> None:
        self.process = opened("state")
        self._state = self.process

    def lose_cache(self) -> None:
        self._cache = MemoryCache()

    def folder_store(self, style: Style) -> WatchedStore:  # type: ignore[override]  # noqa: ARG002
        return self._store(Side.LOCAL)

    def bucket_store(self, remote: Remote, tally: Tally) -> WatchedStore:  # type: ignore[override]  # noqa: ARG002
        return self._store(Side.S3)


def _moment(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.now / 1e9, UTC)


@cache
def _connections() -> dict[str, S3Connection]:
    """One that has an endpoint and is never used."""
    resources = Resources(Path(), _CONFIG, "boto3", ignore_events)
    return {"bucket": resources.connection("bucket")}
