"""A workspace on a network file system, as far as the list of mounts can pretend that it is."""

from pathlib import Path

import pytest

from manifest_sync.state import file_system
from tests.buckets import Bucket
from tests.commands import here

SAYS = "The workspace is on a network file system (nfs4): its databases do without SQLite's"


@pytest.fixture
def remote(workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    listed = tmp_path / "mountinfo"
    listed.write_text(f"1 0 8:1 / / rw - ext4 /dev/vda1 rw\n2 1 0:9 / {workspace} rw - nfs4 x rw\n")
    monkeypatch.setattr(file_system, "MOUNTS", listed)
    return workspace


def test_it_syncs_without_the_write_ahead_log_and_doctor_says_so(
    remote: Path, style: Path, bucket: Bucket
) -> None:
    assert here(remote, "push", "--yes").status == 0
    assert bucket.get("styles/16/a.jpg") == (style / "a.jpg").read_bytes()
    (style / "a.txt").write_bytes(b"edited")
    assert here(remote, "push", "--yes").status == 0
    assert not list((remote / ".manifest-sync").glob("*-wal"))
    ran = here(remote, "doctor")
    assert (ran.status, SAYS in ran.out) == (0, True)
    [finding] = here(remote, "doctor", "--json").document()["workspace"]
    assert (finding["code"], finding["level"]) == ("network_file_system", "warning")


def test_elsewhere_there_is_nothing_to_say(workspace: Path) -> None:
    assert here(workspace, "doctor", "--json").document()["workspace"] == []
