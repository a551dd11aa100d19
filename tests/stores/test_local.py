"""The local store: the contract, and what only a folder can get wrong."""

import errno
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Corrupted, Moved, NotFound, StoreError
from manifest_sync.core.stamps import ABSENT, Stamp
from manifest_sync.stores.base import Store
from manifest_sync.stores.bodies import BytesBody, bytes_body, content_of
from manifest_sync.stores.local import LocalStore
from tests.stores.contract import MTIME_NS, StoreContract, StoreUnderTest
from tests.stores.local_support import NOBODY, Acting, found, printed, put, stamp_in, store_in, tree


class TestLocalStore(StoreContract):
    @pytest.fixture
    def under_test(self, tmp_path: Path) -> StoreUnderTest:
        return under(store_in(tmp_path), tmp_path)


class TestLocalStoreThatFollowsLinks(StoreContract):
    @pytest.fixture
    def under_test(self, tmp_path: Path) -> StoreUnderTest:
        return under(store_in(tmp_path, follow_symlinks=True, boundary=tmp_path), tmp_path)


class TestFolderBehindALink(StoreContract):
    @pytest.fixture
    def under_test(self, tmp_path: Path) -> StoreUnderTest:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "style").symlink_to("elsewhere")
        return under(LocalStore(tmp_path / "style", tmp_path / "ms" / "trash"), tmp_path)


class TestTrashOnAFileSystemWithoutLinks(StoreContract):
    @pytest.fixture
    def under_test(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoreUnderTest:
        def link(*_: object, **__: object) -> None:
            raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

        monkeypatch.setattr(os, "link", link)
        return under(store_in(tmp_path), tmp_path)


def under(store: LocalStore, place: Path) -> StoreUnderTest:
    checked: Store = store  # mypy's word that the protocol is satisfied
    return StoreUnderTest(
        checked,
        put=lambda path, data: put(place / "style" / path, data),
        drop=lambda path: (place / "style" / path).unlink(),
        kept=lambda kept_at: (place / "ms" / kept_at).read_bytes(),
    )


def test_is_the_local_side(tmp_path: Path) -> None:
    assert store_in(tmp_path).side is Side.LOCAL


# The root


@pytest.mark.parametrize("make", [None, Path.touch])
def test_a_root_that_is_no_folder_is_an_error_and_not_absence(
    tmp_path: Path, make: Callable[[Path], None] | None
) -> None:
    root = tmp_path / "style"
    if make:
        make(root)
    store = LocalStore(root, tmp_path / "ms" / "trash")
    for use in (
        store.list,
        lambda: store.stat("a.png"),
        lambda: store.write("a.png", bytes_body(b"x", 1), expect=ABSENT, keep_under="k"),
    ):
        with pytest.raises(StoreError, match="is not there, or is not a folder") as caught:
            use()
        assert not isinstance(caught.value, NotFound | Moved)
    assert not (tmp_path / "ms").exists()


# Paths


@pytest.mark.parametrize("path", ["", "../x", "a/../../x", "/x", "a//b", "a\\b", "a\n", "C:x"])
def test_an_unsafe_path_is_not_used(tmp_path: Path, path: str) -> None:
    store = store_in(tmp_path)
    with pytest.raises(StoreError, match="cannot be used as a path"):
        store.stat(path)
    with pytest.raises(StoreError, match="cannot be used as a path"):
        store.write(path, bytes_body(b"x", 1), expect=ABSENT, keep_under="k")
    assert tree(tmp_path) == {}


def test_nothing_is_below_a_file(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a", b"a file")
    assert store.stat("a/b.png") == ABSENT
    with pytest.raises(Moved, match="“a” is a file where a folder is needed"):
        store.write("a/b.png", bytes_body(b"x", 1), expect=ABSENT, keep_under="k")
    assert tree(tmp_path) == {"style/a": b"a file"}


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a.png" / "b", b"below")
    with pytest.raises(Moved, match=r"“a\.png” is a folder"):
        store.write("a.png", bytes_body(b"x", 1), expect=ABSENT, keep_under="k")
    assert tree(tmp_path) == {"style/a.png/b": b"below"}


# What is kept


def test_what_is_replaced_or_deleted_is_in_the_trash_with_its_time(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    file = tmp_path / "style" / "10_x" / "a.png"
    put(file, b"one")
    os.utime(file, ns=(MTIME_NS, MTIME_NS))
    body = bytes_body(b"two", MTIME_NS + 5000)
    written = store.write("10_x/a.png", body, expect=stamp_in(store, "10_x/a.png"), keep_under="p1")
    gone = store.delete("10_x/a.png", expect=stamp_in(store, "10_x/a.png"), keep_under="p2")
    assert (written.kept_at, gone.kept_at) == ("trash/p1/10_x/a.png", "trash/p2/10_x/a.png")
    assert tree(tmp_path) == {"ms/trash/p1/10_x/a.png": b"one", "ms/trash/p2/10_x/a.png": b"two"}
    trash = tmp_path / "ms" / "trash"
    assert (trash / "p1/10_x/a.png").stat().st_mtime_ns == MTIME_NS
    assert (trash / "p2/10_x/a.png").stat().st_mtime_ns == MTIME_NS + 5000
    assert file.parent.is_dir()


def test_nothing_in_the_trash_is_overwritten(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    kept = []
    for data in (b"one", b"two", b"three"):
        put(tmp_path / "style" / "a.png", data)
        gone = store.delete("a.png", expect=stamp_in(store, "a.png"), keep_under="p")
        kept.append(gone.kept_at)
    put(tmp_path / "style" / "a.png" / "below.png", b"four")
    path = "a.png/below.png"
    kept.append(store.delete(path, expect=stamp_in(store, path), keep_under="p").kept_at)
    assert kept == [
        "trash/p/a.png",
        "trash/p/~2/a.png",
        "trash/p/~3/a.png",
        "trash/p/~4/a.png/below.png",
    ]
    assert list(tree(tmp_path / "ms").values()) == [b"one", b"two", b"three", b"four"]


def test_a_file_with_another_name_is_kept_as_a_copy(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a.png", b"one")
    (tmp_path / "twin").hardlink_to(tmp_path / "style" / "a.png")
    store.delete("a.png", expect=stamp_in(store, "a.png"), keep_under="p")
    (tmp_path / "twin").write_bytes(b"written through the other name")
    assert tree(tmp_path / "ms") == {"trash/p/a.png": b"one"}


def test_the_trash_may_be_on_another_disk(tmp_path: Path) -> None:
    disks = [Path("/dev/shm"), Path("/var/tmp")]  # noqa: S108 - one is another than the tests' own
    here = tmp_path.stat().st_dev
    other = next((disk for disk in disks if disk.is_dir() and disk.stat().st_dev != here), None)
    if other is None:
        pytest.skip("needs a second file system")
    trash = other / f"manifest-sync-test-{os.getpid()}" / "trash"
    root = tmp_path / "style"
    data = os.urandom(3_000_000)
    put(root / "a.png", data)
    (root / "a.png").chmod(0o640)
    os.utime(root / "a.png", ns=(MTIME_NS, MTIME_NS))
    store = LocalStore(root, trash)
    try:
        body = bytes_body(b"new", 1)
        written = store.write("a.png", body, expect=stamp_in(store, "a.png"), keep_under="p")
        store.delete("a.png", expect=stamp_in(store, "a.png"), keep_under="q")
        assert written.kept_at == "trash/p/a.png"
        assert tree(trash) == {"p/a.png": data, "q/a.png": b"new"}
        status = (trash / "p/a.png").stat()
        assert (status.st_mtime_ns, stat.S_IMODE(status.st_mode)) == (MTIME_NS, 0o640)
        store.flush()
    finally:
        for path in sorted(trash.parent.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        trash.parent.rmdir()


# Permissions


def test_a_new_file_has_the_usual_permissions_and_a_replaced_one_keeps_its(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    umask = os.umask(0o022)
    try:
        store.write("a.png", bytes_body(b"x", 1), expect=ABSENT, keep_under="p")
        file = tmp_path / "style" / "a.png"
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
        file.chmod(0o600)
        store.write("a.png", bytes_body(b"y", 1), expect=stamp_in(store, "a.png"), keep_under="p")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    finally:
        os.umask(umask)


def test_a_file_that_may_not_be_read_or_a_folder_not_written_is_denied(tmp_path: Path) -> None:
    put(tmp_path / "style" / "a.png", b"secret")
    put(tmp_path / "style" / "b" / "c.png", b"x")
    (tmp_path / "style" / "a.png").chmod(0o000)
    (tmp_path / "style" / "b").chmod(0o555)
    if os.getuid() != 0:
        pytest.skip("needs root, to become somebody else")
    script = f"""
import os
from pathlib import Path
from manifest_sync.core.errors import Denied
from manifest_sync.core.stamps import ABSENT, Stamp
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.local import LocalStore
store = LocalStore(Path("style"), Path("ms/trash"))
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
def read():
    with store.read("a.png", store.stat("a.png")) as reading:
        return b"".join(reading.chunks)
def create():
    store.write("b/d.png", bytes_body(b"x", 1), expect=ABSENT, keep_under="p")
def delete():
    store.delete("b/c.png", expect=store.stat("b/c.png"), keep_under="p")
for do in (read, create, delete):
    try:
        do()
    except Denied as error:
        print(error)
"""
    (tmp_path / "ms").mkdir()
    os.chown(tmp_path / "ms", NOBODY, NOBODY)
    os.chown(tmp_path / "style" / "b" / "c.png", NOBODY, NOBODY)
    tmp_path.chmod(0o755)
    before = tree(tmp_path / "style" / "b")
    assert printed(script, tmp_path).splitlines() == [
        "“a.png” cannot be read: permission denied",
        "“b/d.png” cannot be written: permission denied",
        "“b/c.png” cannot be deleted: permission denied",
    ]
    assert tree(tmp_path / "style" / "b") == before
    assert tree(tmp_path / "ms") == {}


# A full disk


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the file system is mounted read-only"),
        (errno.EOWNERDEAD, os.strerror(errno.EOWNERDEAD)),
    ],
)
def test_a_failing_disk_is_told_in_a_sentence_and_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str
) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a.png", b"old")
    stamp = stamp_in(store, "a.png")

    def write(_fd: int, _data: bytes) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(StoreError, match=f"^“a.png” cannot be written: {sentence}$"):
        store.write("a.png", bytes_body(b"new", 1), expect=stamp, keep_under="p")
    with pytest.raises(StoreError, match=sentence):
        store.write("b.png", bytes_body(b"new", 1), expect=ABSENT, keep_under="p")
    assert stamp_in(store, "a.png") == stamp
    assert tree(tmp_path) == {"style/a.png": b"old"}


def test_a_file_too_large_for_the_limit_leaves_all_as_it_was(tmp_path: Path) -> None:
    put(tmp_path / "style" / "a.png", b"old")
    script = """
import resource
from pathlib import Path
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.local import LocalStore
store = LocalStore(Path("style"), Path("ms/trash"))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
try:
    body = bytes_body(bytes(3_000_000), 1)
    store.write("a.png", body, expect=store.stat("a.png"), keep_under="p")
except Exception as error:
    print(type(error).__name__, error)
"""
    assert printed(script, tmp_path) == (
        "StoreError “a.png” cannot be written: the file is larger than a limit allows\n"
    )
    assert tree(tmp_path) == {"style/a.png": b"old"}


def test_a_body_that_is_shorter_than_it_said_is_not_put_in_place(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with pytest.raises(Corrupted, match="came to 5 bytes instead of 4"):
        store.write(
            "a.png", BytesBody(b"12345", content_of(b"1234"), 1), expect=ABSENT, keep_under="p"
        )
    assert tree(tmp_path) == {}


def test_an_error_of_the_body_is_not_taken_for_one_of_the_disk(tmp_path: Path) -> None:
    def fail() -> None:
        raise ConnectionResetError(errno.ECONNRESET, "the server's")

    with pytest.raises(ConnectionResetError):
        store_in(tmp_path).write("a.png", Acting(b"x", fail), expect=ABSENT, keep_under="p")
    assert tree(tmp_path) == {}


def test_a_time_that_no_system_can_hold_is_left_out(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write("a.png", bytes_body(b"x", 10**40), expect=ABSENT, keep_under="p")
    assert found(store) == ["a.png"]


# Threads


def together(count: int, do: Callable[[int], object]) -> list[StoreError]:
    """Do something in many threads at the same moment; the store's errors."""
    barrier, errors = threading.Barrier(count), list[StoreError]()

    def run(number: int) -> None:
        barrier.wait()
        try:
            do(number)
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_many_threads_make_one_new_folder(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for n in range(20):

        def create(number: int, folder: int = n) -> None:
            path = f"{folder}/deep/down/{number}.txt"
            store.write(path, bytes_body(b"x", 1), expect=ABSENT, keep_under="p")

        assert together(16, create) == []
    assert len(found(store)) == 320


def test_one_of_many_threads_wins(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    states = []
    for n in range(20):
        expect = store.stat("a.txt")

        def write(number: int, turn: int = n, expect: Stamp = expect) -> None:
            body = bytes_body(b"%d by %d" % (turn, number), 1)
            store.write("a.txt", body, expect=expect, keep_under="p")

        assert [type(error) for error in together(8, write)] == [Moved] * 7
        states.append((tmp_path / "style" / "a.txt").read_bytes())
    assert sorted(tree(tmp_path / "ms").values()) == sorted(states[:-1])
    assert found(store) == ["a.txt"]
