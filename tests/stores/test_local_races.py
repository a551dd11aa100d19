"""What other programs, links and a sudden end may do to the local store in between."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from manifest_sync.core.errors import Moved
from manifest_sync.core.stamps import ABSENT
from manifest_sync.stores.base import CHUNK, Limits, Whole
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.local import LocalStore
from tests.stores.local_support import Acting, found, put, stamp_in, store_in, tree

# Links in the way


def test_a_linked_folder_is_neither_written_nor_read_through(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "outside" / "a.png", b"outside")
    stamp = stamp_in(LocalStore(tmp_path / "outside", tmp_path / "t"), "a.png")
    (tmp_path / "style" / "link").symlink_to("../outside")
    before = tree(tmp_path)
    for use in (
        lambda: store.stat("link/a.png"),
        lambda: store.read("link/a.png", stamp).__enter__(),
        lambda: store.write("link/a.png", bytes_body(b"x", 1), expect=stamp, keep_under="p"),
        lambda: store.write("link/b.png", bytes_body(b"x", 1), expect=ABSENT, keep_under="p"),
        lambda: store.write("link/c/d.png", bytes_body(b"x", 1), expect=ABSENT, keep_under="p"),
        lambda: store.delete("link/a.png", expect=stamp, keep_under="p"),
    ):
        with pytest.raises(Moved, match="“link” is a symbolic link, which is not followed"):
            use()
    assert tree(tmp_path) == before


@pytest.mark.parametrize("target", ["../outside/a.png", "nowhere", "/etc/passwd"])
def test_a_linked_file_is_neither_written_nor_read_through(tmp_path: Path, target: str) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "outside" / "a.png", b"outside")
    stamp = stamp_in(LocalStore(tmp_path / "outside", tmp_path / "t"), "a.png")
    (tmp_path / "style" / "a.png").symlink_to(target)
    before = tree(tmp_path)
    for use in (
        lambda: store.stat("a.png"),
        lambda: store.read("a.png", stamp).__enter__(),
        lambda: store.write("a.png", bytes_body(b"x", 1), expect=stamp, keep_under="p"),
        lambda: store.write("a.png", bytes_body(b"x", 1), expect=ABSENT, keep_under="p"),
        lambda: store.delete("a.png", expect=stamp, keep_under="p"),
    ):
        with pytest.raises(Moved, match=r"“a\.png” is a symbolic link, which is not followed"):
            use()
    assert tree(tmp_path) == before


def test_followed_links_are_not_followed_out_of_the_workspace(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    put(workspace / "real.png", b"inside")
    put(workspace / "style" / "z.png", b"x")
    put(tmp_path / "outside" / "a.png", b"outside")
    for name, to in {"link": "../../outside", "a.png": "../../outside/a.png", "d": "no"}.items():
        (workspace / "style" / name).symlink_to(to)
    (workspace / "style" / "b.png").symlink_to("../real.png")
    store = store_in(workspace, follow_symlinks=True, boundary=workspace)
    before = tree(tmp_path)
    body = bytes_body(b"x", 1)
    for path in ("link/a.png", "a.png", "d/new.png", "d"):
        with pytest.raises(Moved, match="leads nowhere, or out of the workspace"):
            store.stat(path)
        with pytest.raises(Moved, match="symbolic link"):
            store.write(path, body, expect=ABSENT, keep_under="p")
    # A file behind a link inside is read, and never replaced or deleted.
    stamp = stamp_in(store, "b.png")
    with pytest.raises(Moved, match="symbolic link"):
        store.write("b.png", body, expect=stamp, keep_under="p")
    with pytest.raises(Moved, match="symbolic link"):
        store.delete("b.png", expect=stamp, keep_under="p")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("by", [Path.mkdir, lambda sub: sub.symlink_to("../outside")])
def test_a_folder_swapped_while_writing_is_noticed(
    tmp_path: Path, by: Callable[[Path], None]
) -> None:
    store = store_in(tmp_path)
    sub = tmp_path / "style" / "sub"
    put(sub / "old.png", b"x")
    put(tmp_path / "outside" / "c.png", b"outside")

    def swap() -> None:
        sub.rename(tmp_path / "moved")
        by(sub)

    with pytest.raises(Moved, match=r"“sub” (was replaced|is a symbolic link)"):
        store.write("sub/a.png", Acting(b"new", swap), expect=ABSENT, keep_under="p")
    assert tree(tmp_path / "outside") == {"c.png": b"outside"}
    assert tree(tmp_path / "moved") == {"old.png": b"x"}


def test_a_fifo_in_the_place_of_a_file_blocks_nobody(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a.png", b"x")
    stamp = stamp_in(store, "a.png")
    (tmp_path / "style" / "a.png").unlink()
    os.mkfifo(tmp_path / "style" / "a.png")
    with pytest.raises(Moved, match=r"“a\.png” is a special file"), store.read("a.png", stamp):
        pass
    with pytest.raises(Moved, match=r"“a\.png” is a special file"):
        store.stat("a.png")


# Reading what changes


def edit(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"edited")


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def cut(path: Path) -> None:
    os.truncate(path, CHUNK + 5)


def save_like_an_editor(path: Path) -> None:
    put(path.with_suffix(".new"), path.read_bytes())
    path.with_suffix(".new").replace(path)


def become_a_link(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


@pytest.mark.parametrize(
    "act", [edit, append, cut, save_like_an_editor, Path.unlink, become_a_link]
)
def test_a_file_that_changes_while_it_is_read_is_not_read_to_its_end(
    tmp_path: Path, act: Callable[[Path], object]
) -> None:
    store = store_in(tmp_path)
    file = tmp_path / "style" / "a.png"
    put(file, bytes(3 * CHUNK))
    time.sleep(0.02)  # so that the edit falls into another tick of the file system's clock
    with store.read("a.png", stamp_in(store, "a.png")) as reading:
        next(reading.chunks)
        act(file)
        with pytest.raises(Moved):
            list(reading.chunks)


def swap_the_folder(path: Path) -> None:
    """Another folder is in the place of this one, with the very same file in it."""
    away = path.parent.with_name("away")
    path.parent.rename(away)
    path.parent.mkdir()
    os.link(away / path.name, path)


@pytest.mark.parametrize(
    "act", [edit, append, cut, save_like_an_editor, Path.unlink, become_a_link, swap_the_folder]
)
def test_a_small_file_that_changes_while_it_is_read_has_moved(
    tmp_path: Path, act: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    file = tmp_path / "style" / "sub" / "b.png"
    for name in "abc":
        put(file.with_name(f"{name}.png"), b"before")
    time.sleep(0.02)  # so that the edit falls into another tick of the file system's clock
    files = [(f"sub/{name}.png", stamp_in(store, f"sub/{name}.png")) for name in "abc"]
    done: list[bytes] = []

    def read(fd: int, size: int) -> bytes:
        done.append(os.pread(fd, size, 0))
        if len(done) == len("ab"):
            act(file)
        return done[-1]

    monkeypatch.setattr(os, "read", read)
    _, second, third = store.read_small(files, limits=Limits(1))
    assert isinstance(second, Moved)
    assert isinstance(third, Moved) or act is not swap_the_folder


def test_a_small_file_is_read_to_its_end_where_fewer_bytes_come_than_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a.png", b"0123456789")
    stamp, read = stamp_in(store, "a.png"), os.read
    monkeypatch.setattr(os, "read", lambda fd, size: read(fd, min(size, 3)))
    assert [*store.read_small([("a.png", stamp)], limits=Limits(1))] == [
        Whole(b"0123456789", stamp.mtime_ns)
    ]


def test_small_files_are_not_read_through_a_link(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "outside" / "a.png", b"outside")
    stamp = stamp_in(LocalStore(tmp_path / "outside", tmp_path / "t"), "a.png")
    (tmp_path / "style" / "link").symlink_to("../outside")
    (tmp_path / "style" / "a.png").symlink_to("../outside/a.png")
    for path in ("link/a.png", "a.png"):
        [wrong] = store.read_small([(path, stamp)], limits=Limits(1))
        assert isinstance(wrong, Moved)


def test_a_fifo_in_the_place_of_a_small_file_blocks_nobody(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    file = tmp_path / "style" / "a.png"
    put(file, b"x")
    stamp = stamp_in(store, "a.png")
    file.unlink()
    os.mkfifo(file)
    [wrong] = store.read_small([("a.png", stamp)], limits=Limits(1))
    assert isinstance(wrong, Moved)
    assert str(wrong) == "“a.png” is a special file"


def test_chunks_do_not_outlive_their_reading(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a.png", b"x")
    with store.read("a.png", stamp_in(store, "a.png")) as reading:
        pass
    with pytest.raises(ValueError, match="closed"):
        next(reading.chunks)


# Replacing and deleting what changes


def test_newer_bytes_are_never_replaced(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    file = tmp_path / "style" / "a.png"
    put(file, b"planned")
    stamp = stamp_in(store, "a.png")
    body = Acting(b"ours", lambda: put(file, b"newer"))
    with pytest.raises(Moved, match=r"“a\.png” changed since it was looked at"):
        store.write("a.png", body, expect=stamp, keep_under="p")
    stamp = stamp_in(store, "a.png")
    with pytest.raises(Moved, match=r"“a\.png” is gone"):
        store.write("a.png", Acting(b"ours", file.unlink), expect=stamp, keep_under="p")
    body = Acting(b"ours", lambda: put(file, b"theirs"))
    with pytest.raises(Moved, match=r"“a\.png” has appeared"):
        store.write("a.png", body, expect=ABSENT, keep_under="p")
    assert tree(tmp_path) == {"style/a.png": b"theirs"}


@pytest.mark.parametrize("verb", ["write", "delete"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("how", [edit, save_like_an_editor])
def test_a_change_at_the_last_moment_is_noticed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    moment: str,
    how: Callable[[Path], object],
) -> None:
    store = store_in(tmp_path)
    file = tmp_path / "style" / "a.png"
    put(file, b"planned bytes")
    time.sleep(0.02)
    stamp = stamp_in(store, "a.png")
    link = os.link

    def link_and_act(source: str, name: str, **fds: int) -> None:
        if moment == "before":
            how(file)
        link(source, name, **fds)  # type: ignore[arg-type]  # flags among descriptors
        if moment == "after":
            how(file)

    body = bytes_body(b"ours", 1)
    use: dict[str, Callable[[], object]] = {
        "write": lambda: store.write("a.png", body, expect=stamp, keep_under="p"),
        "delete": lambda: store.delete("a.png", expect=stamp, keep_under="p"),
    }
    monkeypatch.setattr(os, "link", link_and_act)
    with pytest.raises(Moved, match=r"“a\.png” changed"):
        use[verb]()
    assert file.read_bytes() in (b"editedd bytes", b"planned bytes")
    assert found(store) == ["a.png"]
    assert store.remove_leftovers() == 0


def test_a_file_changed_by_others_right_after_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    file = tmp_path / "style" / "a.png"
    unlink = os.unlink

    def unlink_and_act(name: str, **fds: int) -> None:
        unlink(name, **fds)
        monkeypatch.undo()
        put(file, b"theirs")

    monkeypatch.setattr(os, "unlink", unlink_and_act)
    with pytest.raises(Moved, match="changed again by another program"):
        store.write("a.png", bytes_body(b"ours", 1), expect=ABSENT, keep_under="p")
    assert tree(tmp_path) == {"style/a.png": b"theirs"}


def test_a_rename_that_fails_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a.png", b"old")

    def rename(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", rename)
    stamp = stamp_in(store, "a.png")
    with pytest.raises(KeyboardInterrupt):
        store.write("a.png", bytes_body(b"new", 1), expect=stamp, keep_under="p")
    assert tree(tmp_path) == {"style/a.png": b"old"}
