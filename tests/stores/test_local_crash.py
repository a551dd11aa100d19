"""What the local store leaves behind at a sudden end, and what it is sure to have on the disk."""

import os
import signal
import time
from pathlib import Path

import pytest

from manifest_sync.core.errors import StoreError
from manifest_sync.core.stamps import ABSENT
from manifest_sync.stores.bodies import bytes_body
from tests.stores.local_support import found, put, run_child, stamp_in, store_in, tree

# A sudden end

KILLED = """
import os, signal
from pathlib import Path
from manifest_sync.core.stamps import ABSENT
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.local import LocalStore
from tests.stores.local_support import Acting
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
store = LocalStore(Path("style"), Path("ms/trash"))
old = store.stat("a.png")
body = bytes_body(b"new", 1)
"""


@pytest.mark.parametrize(
    ("act", "leftovers", "kept"),
    [
        ('store.write("a.png", Acting(b"new", die), expect=old, keep_under="p")', 1, 0),
        ('store.write("b.png", Acting(b"new", die), expect=ABSENT, keep_under="p")', 1, 0),
        ('os.link = die; store.write("a.png", body, expect=old, keep_under="p")', 1, 0),
        ('os.rename = die; store.write("a.png", body, expect=old, keep_under="p")', 1, 1),
        ('os.unlink = die; store.delete("a.png", expect=old, keep_under="p")', 0, 1),
    ],
)
def test_a_killed_run_leaves_the_old_file_and_what_it_leaves_can_be_removed(
    tmp_path: Path, act: str, leftovers: int, kept: int
) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a.png", b"old")
    assert run_child(KILLED + act, tmp_path).returncode == -signal.SIGKILL
    assert found(store) == ["a.png"]
    assert (tmp_path / "style" / "a.png").read_bytes() == b"old"
    assert store.remove_leftovers() == leftovers
    assert store.remove_leftovers() == 0
    assert tree(tmp_path / "style") == {"a.png": b"old"}
    # The same change, made again under the same name: what was kept already counts as kept.
    assert list(tree(tmp_path / "ms").values()) == [b"old"] * kept
    gone = store.delete("a.png", expect=stamp_in(store, "a.png"), keep_under="p")
    assert gone.kept_at == "trash/p/a.png"
    assert tree(tmp_path) == {"ms/trash/p/a.png": b"old"}


def test_a_run_killed_right_after_creating_has_created(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "a.png", b"old")
    act = 'os.unlink = die; store.write("b.png", body, expect=ABSENT, keep_under="p")'
    assert run_child(KILLED + act, tmp_path).returncode == -signal.SIGKILL
    assert found(store) == ["a.png", "b.png"]
    assert store.remove_leftovers() == 1
    assert tree(tmp_path / "style") == {"a.png": b"old", "b.png": b"new"}


def test_only_our_own_temporary_files_are_leftovers(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    ours = ["s/.ms-0123456789abcdef.part", ".ms-ffffffffffffffff.part"]
    others = [".ms-0123456789abcde.part", ".ms-0123456789abcdef.part.png", "ms-1.part"]
    for name in ours + others:
        put(tmp_path / "style" / name, b"x")
    (tmp_path / "style" / ".ms-aaaaaaaaaaaaaaaa.part").mkdir()
    assert found(store) == sorted(others)
    assert store.remove_leftovers() == 2
    assert sorted(tree(tmp_path / "style")) == sorted(others)


def test_a_copy_in_the_trash_that_was_never_finished_is_removed_with_its_run(
    tmp_path: Path,
) -> None:
    store = store_in(tmp_path)
    put(tmp_path / "style" / "x" / "a.png", b"old")
    os.link(tmp_path / "style" / "x" / "a.png", tmp_path / "second name")
    act = (
        'os.fsync = die; old = store.stat("x/a.png");'
        'store.delete("x/a.png", expect=old, keep_under="p")'
    )
    put(tmp_path / "style" / "a.png", b"as KILLED wants it")
    assert run_child(KILLED + act, tmp_path).returncode == -signal.SIGKILL
    [left] = [path for path in tree(tmp_path / "ms") if path.endswith(".part")]
    assert left.startswith("trash/p/x/")
    assert store.trash.remove_leftovers("another") == 0
    assert store.trash.remove_leftovers("p") == 1
    assert tree(tmp_path / "ms") == {}


# Durability


def test_a_few_files_are_synced_by_themselves_and_many_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    synced: list[str] = []
    monkeypatch.setattr(os, "sync", lambda: synced.append("everything"))
    monkeypatch.setattr(
        os, "fsync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").readlink().name)
    )

    def flushed() -> list[str]:
        synced.clear()
        store.flush()
        return sorted(synced)

    assert flushed() == []
    stamp = store.write("x/y/a", bytes_body(b"1", 1), expect=ABSENT, keep_under="p").stamp
    assert flushed() == ["a", "style", "x", "y"]
    store.write("x/y/a", bytes_body(b"2", 1), expect=stamp, keep_under="p")
    assert flushed() == ["a", "a", "p", "style", "trash", "x", "x", "y", "y"]
    store.delete("x/y/a", expect=stamp_in(store, "x/y/a"), keep_under="p2")
    assert flushed() == ["a", "p2", "style", "trash", "x", "x", "y", "y"]
    for i in range(17):
        store.write(f"z/{i}", bytes_body(b"1", 1), expect=ABSENT, keep_under="p")
    assert flushed() == sorted(["everything", "style", "z", *map(str, range(17))])
    assert flushed() == []


def test_a_sync_that_fails_is_an_error_and_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    store.write("a.png", bytes_body(b"1", 1), expect=ABSENT, keep_under="p")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "EIO")))
        for _ in range(2):
            with pytest.raises(StoreError, match="cannot be made durable"):
                store.flush()
    (tmp_path / "style" / "a.png").unlink()
    store.flush()


# The file system


def test_the_clock_and_the_names_are_probed_beside_the_trash(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert abs(store.now_ns() - time.time_ns()) < 10**9
    assert store.folds_names() == (tmp_path / "STYLE").exists()
    assert list(tree(tmp_path).values()) == [b""]  # what the names were tried out with stays
    assert list((tmp_path / "style").iterdir()) == []


def test_where_nothing_can_be_probed_the_answers_are_the_usual_ones(tmp_path: Path) -> None:
    (tmp_path / "ms").touch()
    store = store_in(tmp_path)
    assert abs(store.now_ns() - time.time_ns()) < 10**9
    assert not store.folds_names()
