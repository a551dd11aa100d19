"""A disk that is full in the middle of a pull."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Ran, program
from tests.e2e.places import PREFIX, Place, mannerly

pytestmark = pytest.mark.slow

_KB = 1 << 10
_MB = 1 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB, where this user may make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "none", disk], capture_output=True, check=False
    )
    if mount.returncode:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_what_does_not_fit_fails_and_what_is_there_stays(place: Place, small_disk: Path) -> None:
    old = {"a.txt": b"old caption", "a.jpg": b"old image"}
    place.begin_pushed(old)
    there = Place(small_disk / "ws", place.bucket)
    there.root.mkdir()
    there.quickly("clone", place.bucket.remote(), "styles/16")
    before = there.manifest()
    new = {f"{number:02}.png": os.urandom(600 * _KB) for number in range(12)}
    for path, data in (new | {"a.txt": b"new caption", "a.jpg": os.urandom(6 * _MB)}).items():
        place.bucket.put(PREFIX + path, data)
    ran = there.run("pull", "--yes", status=3)
    assert "the disk is full." in ran.err
    assert "a.jpg" in ran.err
    found = there.files()
    assert found["a.jpg"] == old["a.jpg"]
    assert found["a.txt"] == b"new caption"
    arrived = {path: data for path, data in found.items() if path in new}
    assert arrived
    assert arrived.items() < new.items()
    assert not list(there.style.rglob(".ms-*"))
    assert there.manifest() != before
    shutil.rmtree(there.root)


def test_a_file_larger_than_a_limit_fails_by_itself(place: Place) -> None:
    place.begin_pushed({"a.txt": b"old"})
    place.bucket.put(PREFIX + "a.txt", b"new")
    place.bucket.put(PREFIX + "large.png", b"x" * (8 * _MB))
    done = subprocess.run(
        ["prlimit", f"--fsize={4 * _MB}", program(), "pull", "--yes"],
        cwd=place.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    ran = mannerly(Ran(done.returncode, done.stdout, done.stderr), 3)
    assert "“large.png” cannot be written: the file is larger than a limit allows." in ran.err
    assert place.files() == {"a.txt": b"new"}
    place.run("pull", "--yes")
    assert place.files() == place.objects()
