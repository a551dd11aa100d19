"""Network file systems are known from the list of mounts; SQLite works there without its log."""

import sqlite3
from pathlib import Path

import pytest

from manifest_sync.core.content import Content
from manifest_sync.core.memory import Memory
from manifest_sync.state import file_system, memories
from manifest_sync.state.cache import Cache
from manifest_sync.state.file_system import kind_at, network_kind
from manifest_sync.state.state import open_state

MOUNTS = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 27 0:40 / /mnt/nas rw,relatime shared:9 master:2 - nfs4 nas:/export rw,vers=4.2
41 40 8:1 / /mnt/nas/disk rw,relatime - xfs /dev/sda1 rw
42 27 0:42 / /mnt/with\040space rw - fuse.sshfs me@host: rw
43 27 8:2 / /mnt/stick rw - fuseblk /dev/sdb1 rw
44 27 0:44 / /mnt/over rw - ext4 /dev/sdc1 rw
45 44 0:45 / /mnt/over rw - cifs //server/share rw
nonsense
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/dataset", "ext4"),
        ("/mnt/nas/dataset", "nfs4"),
        ("/mnt/nas", "nfs4"),
        ("/mnt/nasty/dataset", "ext4"),
        ("/mnt/nas/disk/dataset", "xfs"),
        ("/mnt/with space/dataset", "fuse.sshfs"),
        ("/mnt/over/dataset", "cifs"),
    ],
)
def test_the_nearest_mount_tells_the_kind(path: str, kind: str) -> None:
    assert kind_at(Path(path), MOUNTS) == kind


@pytest.mark.parametrize(
    ("kind", "told"),
    [("nfs", "nfs"), ("9p", "9p"), ("fuse.s3fs", "fuse.s3fs"), ("ext4", None), ("fuseblk", None)],
)
def test_what_is_far_away_is_told_from_disks(
    kind: str, told: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "place")
    (tmp_path / "place").mkdir()
    _mounted(tmp_path / "place", kind, monkeypatch)
    assert network_kind(tmp_path / "place" / ".manifest-sync") == told
    assert network_kind(tmp_path / "link") == told
    assert network_kind(tmp_path) is None


def test_where_there_is_no_list_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_system, "MOUNTS", tmp_path / "none")
    assert network_kind(tmp_path) is None


def _mounted(place: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = place.parent / "mountinfo"
    listed.write_text(f"1 0 8:1 / / rw - ext4 /dev/vda1 rw\n2 1 0:9 / {place} rw - {kind} x rw\n")
    monkeypatch.setattr(file_system, "MOUNTS", listed)


def _mode(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])
    finally:
        connection.close()


def test_databases_move_between_disk_and_network_with_all_that_is_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "ws"
    known = {"a.png": Memory(*[Content(1, "0" * 32)] * 3)}
    for kind, mode in (("ext4", "wal"), ("nfs4", "delete"), ("ext4", "wal")):
        _mounted(place, kind, monkeypatch)
        state = open_state(place / "state.db")
        style = memories.know(state, "endpoint", "s3://b/16/", "16", "16")
        if mode == "wal":
            memories.fold(state, style.id, known)
        assert memories.load(state, style.id) == known
        state.close()
        Cache(place / "cache.db", pytest.fail).close()
        assert {_mode(place / name) for name in ("state.db", "cache.db")} == {mode}
        assert not list(place.glob("*-wal"))


def test_others_may_read_without_the_log_while_one_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _mounted(tmp_path / "ws", "nfs4", monkeypatch)
    one, other = (open_state(tmp_path / "ws" / "state.db") for _ in range(2))
    style = memories.know(one, "endpoint", "s3://b/16/", "16", "16")
    one.execute("BEGIN IMMEDIATE")
    assert memories.load(other, style.id) == {}
    one.rollback()
    one.close()
    other.close()
