"""What may go wrong with small new files that are put into a folder together."""

import errno
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from manifest_sync.core.errors import Moved, StoreError
from manifest_sync.core.stamps import ABSENT, FileStamp
from manifest_sync.stores.base import Body, Limits, Written
from manifest_sync.stores.bodies import BytesBody, bytes_body, content_of
from manifest_sync.stores.local import LocalStore
from tests.stores.local_support import Acting, found, put, run_child, stamp_in, store_in, tree
from tests.stores.under_test import Cut

BODY = bytes_body(b"ours", 1_700_000_000_000_000_000)
NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EXDEV)


def create(store: LocalStore, files: Sequence[tuple[str, Body]]) -> list[type[object]]:
    """Create them together; what came of each. Nothing temporary is left, and each is durable."""
    results = [*store.create_small(files, limits=Limits(4))]
    for (path, _), result in zip(files, results, strict=True):
        if isinstance(result, Written):
            assert result == Written(stamp_in(store, path))
    store.flush()
    assert store.remove_leftovers() == 0
    return [type(result) for result in results]


def descriptors() -> int:
    """How many this process has open."""
    return len([*Path("/proc/self/fd").iterdir()])


# What others do meanwhile


@pytest.mark.parametrize("by", [Path.mkdir, lambda sub: sub.symlink_to("../outside"), None])
def test_a_folder_that_is_swapped_meanwhile_gets_nothing(
    tmp_path: Path, by: Callable[[Path], None] | None
) -> None:
    store = store_in(tmp_path)
    sub = tmp_path / "style" / "sub"
    put(sub / "old.png", b"x")
    put(tmp_path / "outside" / "c.png", b"outside")

    def swap() -> None:
        sub.rename(tmp_path / "moved")
        if by is not None:
            by(sub)

    swapping = Acting(b"new", swap)
    bodies: dict[str, Body] = {
        "sub/a.png": BODY,
        "sub/b.png": swapping,
        "sub/c.png": BODY,
        "z/d.png": BODY,
    }
    *swapped, elsewhere = store.create_small([*bodies.items()], limits=Limits(4))
    assert all(isinstance(result, StoreError) for result in swapped)
    assert isinstance(elsewhere, Written)
    assert tree(tmp_path / "outside") == {"c.png": b"outside"}
    assert tree(tmp_path / "moved") == {"old.png": b"x"}
    assert found(store) == ["z/d.png"]


def test_a_name_that_somebody_takes_meanwhile_is_theirs(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    taken = Acting(b"ours", lambda: put(tmp_path / "style" / "a.png", b"theirs"))
    assert create(store, [("a.png", BODY), ("b.png", taken)]) == [Moved, Written]
    assert tree(tmp_path) == {"style/a.png": b"theirs", "style/b.png": b"ours"}


@pytest.mark.parametrize("number", NO_LINKS)
def test_a_name_that_somebody_has_is_theirs_where_there_are_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "b.png", b"theirs")

    def link(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", link)
    files = [(name, BODY) for name in ("a.png", "b.png", "c.png")]
    assert create(store, files) == [Written, Moved, Written]
    assert tree(tmp_path / "style") == {"a.png": b"ours", "b.png": b"theirs", "c.png": b"ours"}


def test_a_file_that_is_changed_by_others_right_after_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    unlink = os.unlink

    def unlink_and_act(name: str, **fds: int) -> None:
        unlink(name, **fds)
        monkeypatch.undo()
        put(tmp_path / "style" / "a.png", b"theirs")

    monkeypatch.setattr(os, "unlink", unlink_and_act)
    assert create(store, [("a.png", BODY), ("b.png", BODY)]) == [Moved, Written]
    assert tree(tmp_path / "style") == {"a.png": b"theirs", "b.png": b"ours"}


# What is in the way


def _link(path: Path) -> None:
    path.symlink_to("../outside/c.png")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("put_there", [Path.mkdir, os.mkfifo, _link, _dangling])
def test_whatever_is_at_a_name_stays(tmp_path: Path, put_there: Callable[[Path], object]) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "outside" / "c.png", b"outside")
    put_there(tmp_path / "style" / "b.png")
    before = (tmp_path / "style" / "b.png").lstat()
    files = [(name, BODY) for name in ("a.png", "b.png", "c.png")]
    assert create(store, files) == [Written, Moved, Written]
    assert (tmp_path / "style" / "b.png").lstat() == before
    assert tree(tmp_path / "outside") == {"c.png": b"outside"}


def test_nothing_is_put_below_a_file_or_a_link(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "outside" / "c.png", b"outside")
    put(tmp_path / "style" / "file", b"x")
    (tmp_path / "style" / "link").symlink_to("../outside")
    before = tree(tmp_path)
    paths = ["file/a.png", "file/b.png", "link/a.png", "link/sub/b.png", "z.png"]
    results = create(store, [(path, BODY) for path in paths])
    assert [issubclass(result, Moved) for result in results] == [True] * 4 + [False]
    assert tree(tmp_path) == {**before, "style/z.png": b"ours"}


@pytest.mark.parametrize("path", ["../new/a.png", "../a.png", "x/../../a.png", "/a.png", "x//a"])
def test_nothing_is_made_outside_of_the_folder(tmp_path: Path, path: str) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "x" / "b.png", b"x")
    assert create(store, [(path, BODY), ("b.png", BODY)]) == [StoreError, Written]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["style"]
    assert tree(tmp_path / "style") == {"b.png": b"ours", "x/b.png": b"x"}


def test_nothing_is_read_outside_of_the_folder(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "a.png", b"outside")
    put(tmp_path / "style" / "b.png", b"inside")
    outside = stamp_in(LocalStore(tmp_path, tmp_path / "trash"), "a.png")
    files = [("../a.png", outside), ("b.png", stamp_in(store, "b.png"))]
    first, second = store.read_small(files, limits=Limits(1))
    assert isinstance(first, StoreError)
    assert not isinstance(second, StoreError)


# What fails


@pytest.mark.parametrize("at", ["write", "utime", "link"])
def test_a_disk_that_fails_for_one_file_fails_for_that_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    store = store_in(tmp_path)
    real, calls = getattr(os, at), []

    def failing(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **options)

    monkeypatch.setattr(os, at, failing)
    files = [(name, BODY) for name in ("a.png", "b.png", "c.png")]
    results = [*store.create_small(files, limits=Limits(4))]
    assert [type(result) for result in results] == [Written, StoreError, Written]
    assert str(results[1]) == "“b.png” cannot be written: the disk is full"
    assert tree(tmp_path) == {"style/a.png": b"ours", "style/c.png": b"ours"}


def test_files_that_fail_hold_nothing_open(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    before, after = descriptors(), list[int]()
    fails = [(f"{n:03}.png", Cut(b"x" * 9, StoreError("no"))) for n in range(100)]
    last = Acting(b"ours", lambda: after.append(descriptors()))
    assert create(store, [*fails, ("z.png", last)]) == [StoreError] * 100 + [Written]
    assert after[0] - before < 10


def test_a_body_that_is_not_as_long_as_it_said_is_not_put_in_place(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    wrong = BytesBody(b"12345", content_of(b"1234"), 1)
    [first, second] = store.create_small([("a.png", wrong), ("b.png", BODY)], limits=Limits(4))
    assert str(first) == "“a.png” came to 5 bytes instead of 4"
    assert isinstance(second, Written)
    assert found(store) == ["b.png"]


def test_ctrl_c_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    files: list[tuple[str, Body]] = [("a.png", BODY), ("b.png", Cut(b"xx", KeyboardInterrupt()))]
    with pytest.raises(KeyboardInterrupt):
        [*store.create_small(files, limits=Limits(4))]
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    ("moment", "placed", "leftovers"),
    [("fill", 0, 3), ("link", 0, 3), ("unlink", 1, 3), ("unlink 2", 2, 2)],
)
def test_what_a_killed_batch_leaves_can_be_removed(
    tmp_path: Path, moment: str, placed: int, leftovers: int
) -> None:
    store = store_in(tmp_path)
    script = f"""
import os, signal
from pathlib import Path
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.base import Limits
from manifest_sync.stores.local import LocalStore
from tests.stores.local_support import Acting
unlink, unlinks = os.unlink, []
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def die_at_the_second(*arguments, **options):
    unlinks.append(arguments)
    die() if len(unlinks) == 2 else unlink(*arguments, **options)
body = bytes_body(b"ours", 1)
last = Acting(b"ours", die) if {moment!r} == "fill" else body
if {moment!r} == "link": os.link = die
if {moment!r} == "unlink": os.unlink = die
if {moment!r} == "unlink 2": os.unlink = die_at_the_second
files = [("x/a.png", body), ("x/b.png", body), ("x/c.png", last)]
[*LocalStore(Path("style"), Path("ms/trash")).create_small(files, limits=Limits(4))]
"""
    assert run_child(script, tmp_path).returncode == -signal.SIGKILL
    assert found(store) == ["x/a.png", "x/b.png", "x/c.png"][:placed]
    assert store.remove_leftovers() == leftovers
    assert tree(tmp_path / "style") == {f"x/{name}.png": b"ours" for name in "abc"[:placed]}


# They are as `write` makes them


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("data", [b"", b"bytes"])
@pytest.mark.parametrize("modified_ns", [0, 1_700_000_000_123_456_789, -(10**18), 10**19, 10**40])
def test_a_file_is_as_if_it_had_been_written_by_itself(
    tmp_path: Path, umask: int, data: bytes, modified_ns: int
) -> None:
    store = store_in(tmp_path)
    body = bytes_body(data, modified_ns)
    before = os.umask(umask)
    try:
        store.write("alone/a.png", body, expect=ABSENT, keep_under="p")
        assert create(store, [("together/a.png", body)]) == [Written]
    finally:
        os.umask(before)
    alone, together = (
        (tmp_path / "style" / name / "a.png").stat() for name in ("alone", "together")
    )
    assert together.st_mode == alone.st_mode
    assert together.st_size == len(data)
    assert together.st_nlink == 1
    is_kept = abs(modified_ns) < 2**63
    assert not is_kept or together.st_mtime_ns == alone.st_mtime_ns
    folders = [(tmp_path / "style" / name).stat().st_mode for name in ("alone", "together")]
    assert folders[0] == folders[1]
    assert isinstance(store.stat("together/a.png"), FileStamp)
