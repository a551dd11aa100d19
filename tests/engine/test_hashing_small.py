"""Small files are hashed alike in threads and in processes, whatever becomes of a process."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from manifest_sync.core.errors import StoreError
from manifest_sync.core.listing import Found
from manifest_sync.core.stamps import FileStamp, Present
from manifest_sync.engine import hashing_small
from manifest_sync.engine.hash_process import HashProcess
from manifest_sync.engine.hashes import Hashes, Unhashed, hash_small
from manifest_sync.engine.hashing import hash_all
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Limits, Whole
from manifest_sync.stores.local import LocalStore

_LATER = 10**18
"""Nanoseconds: every file counts as made long ago."""


class OnlyElsewhere(LocalStore):
    """A folder whose small files another process has to read."""

    def read_small(
        self, files: Sequence[tuple[str, Present]], *, limits: Limits
    ) -> Iterator[Whole | StoreError]:
        raise AssertionError(files, limits)


def put(root: Path, path: str, data: bytes) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "style"
    for number in range(300):
        put(root, f"{number % 3}/{number}.png", b"image %d" % number)
    odd = {"é ü.txt": b"", "b.txt": b" ", "0/c.txt": b"\xff", "large.png": bytes(2 << 20)}
    for path, data in odd.items():
        put(root, path, data)
    return root


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few files are worth a process, too."""
    monkeypatch.setattr(hashing_small, "_WORTH_PROCESSES", 1)


def store_of(root: Path, kind: type[LocalStore] = LocalStore) -> LocalStore:
    return kind(root, root.parent / "trash")


def jobs_of(root: Path, known: Mapping[str, Digest] | None = None) -> list[Unhashed]:
    return [
        Unhashed(row.path, row.stamp, (known or {}).get(row.path), row.path.endswith(".txt"))
        for row in store_of(root).list()
        if isinstance(row, Found) and isinstance(row.stamp, FileStamp)
    ]


def hashed(store: LocalStore, jobs: Sequence[Unhashed]) -> tuple[dict[str, Digest], int]:
    """The digests, and how many MD5s were computed."""
    watch = Watch("16", Tally(), hash_threads=2)
    found = dict(hash_all(store, jobs, time.time_ns() + _LATER, watch))
    digests = {path: each for path, each in found.items() if isinstance(each, Digest)}
    assert len(digests) == len(found)
    return digests, watch.tally.cost().hashed


def test_processes_hash_as_threads_do(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, computed = hashed(store_of(root), jobs_of(root))
    assert computed == len(here)
    assert {here[path].trouble for path in ("é ü.txt", "b.txt", "0/c.txt")} == {
        "empty",
        "blank",
        "not_utf8",
    }
    monkeypatch.setattr(hashing_small, "_WORTH_PROCESSES", 1)
    assert hashed(store_of(root, OnlyElsewhere), jobs_of(root)) == (here, computed)
    for file in root.rglob("*.*"):
        os.utime(file)
    put(root, "b.txt", b"?")
    touched, computed = hashed(store_of(root, OnlyElsewhere), jobs_of(root, here))
    assert computed == 1
    assert {path for path in here if touched[path].md5 != here[path].md5} == {"b.txt"}


@pytest.mark.usefixtures("always")
def test_what_a_process_did_not_find_as_listed_is_looked_at_anew(root: Path) -> None:
    jobs = jobs_of(root)
    put(root, "0/0.png", b"edited")
    (root / "1/1.png").unlink()
    found = dict(hash_all(store_of(root), jobs, time.time_ns() + _LATER, Watch("16", Tally())))
    edited = found["0/0.png"]
    assert isinstance(edited, Digest)
    assert edited.stamp == store_of(root).stat("0/0.png")
    assert found["1/1.png"] is None


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false", "/bin/echo", ""])
def test_where_no_process_can_be_had_threads_do_it(
    root: Path, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    digests, _ = hashed(store_of(root), jobs_of(root))
    assert len(digests) == len(jobs_of(root))


@pytest.mark.usefixtures("always")
def test_a_process_that_is_killed_is_missed_by_nobody(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = HashProcess.__init__

    def begin_and_kill(process: HashProcess, folder: Path) -> None:
        begin(process, folder)
        os.kill(process.pid, signal.SIGKILL)

    monkeypatch.setattr(HashProcess, "__init__", begin_and_kill)
    digests, _ = hashed(store_of(root), jobs_of(root))
    assert len(digests) == len(jobs_of(root))


@pytest.mark.usefixtures("always")
def test_no_process_is_left_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids: list[int] = []
    begin = HashProcess.__init__

    def begin_and_note(process: HashProcess, folder: Path) -> None:
        begin(process, folder)
        pids.append(process.pid)

    monkeypatch.setattr(HashProcess, "__init__", begin_and_note)
    hashed(store_of(root), jobs_of(root))
    assert pids
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


_HOLDER = """
import sys, time
from pathlib import Path
from manifest_sync.engine.hash_process import HashProcess
process = HashProcess(Path(sys.argv[1]))
process.hash_small([])
print(process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_process_ends_with_whoever_holds_it(tmp_path: Path, end: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,
    ) as holder:
        assert holder.stdout is not None
        pid = int(holder.stdout.readline())
        os.killpg(holder.pid, end)
    wait_until(lambda: not is_running(pid))


def test_ctrl_c_does_not_reach_a_process(tmp_path: Path) -> None:
    process = HashProcess(tmp_path)
    try:
        assert os.getpgid(process.pid) != os.getpgid(0)
    finally:
        process.close()


def is_running(pid: int) -> bool:
    """Whether it is, and no zombie: this test is not its parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


class Counting(LocalStore):
    """A folder that tells how many threads read small files of it at a time."""

    def __init__(self, root: Path, trash: Path) -> None:
        super().__init__(root, trash)
        self.seconds = 0.0
        self.most = self._now = 0
        self._lock = threading.Lock()

    def read_small(
        self, files: Sequence[tuple[str, Present]], *, limits: Limits
    ) -> Iterator[Whole | StoreError]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self.seconds)  # as a disk takes that has to look for it
        yield from super().read_small(files, limits=limits)
        with self._lock:
            self._now -= 1


@pytest.mark.parametrize(("seconds", "most"), [(0.2, 2), (0.0, 1)])
def test_more_threads_than_one_read_where_they_wait_for_the_disk(
    root: Path, seconds: float, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not seconds:  # a machine that is busy with something else is no disk
        of_the_thread = SimpleNamespace(monotonic=time.thread_time, thread_time=time.thread_time)
        monkeypatch.setattr(hashing_small, "time", of_the_thread)
    store = Counting(root, root.parent / "trash")
    store.seconds = seconds
    hashed(store, jobs_of(root))
    assert store.most == most


def test_what_one_thread_has_read_is_hashed_while_another_reads(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, second = list[int](), threading.Event()

    class Telling(LocalStore):
        def read_small(
            self, files: Sequence[tuple[str, Present]], *, limits: Limits
        ) -> Iterator[Whole | StoreError]:
            reads.append(len(files))
            if len(reads) > 1:
                second.set()
            yield from super().read_small(files, limits=limits)

    def hash_once_another_reads(
        batch: Sequence[Unhashed], read: Sequence[Whole | StoreError]
    ) -> list[Hashes | None]:
        assert second.wait(10)
        return hash_small(batch, read)

    monkeypatch.setattr(hashing_small, "hash_small", hash_once_another_reads)
    hashed(store_of(root, Telling), jobs_of(root))
