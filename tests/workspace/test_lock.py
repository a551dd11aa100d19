"""One run at a time in a workspace, among real processes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from manifest_sync.core.errors import Locked, ManifestSyncError
from manifest_sync.workspace.lock import Holder, holding

_HOLDER = """
import sys
from pathlib import Path
from manifest_sync.workspace.lock import holding, me
with holding(Path(sys.argv[1]), me("push", "elsewhere", "2026-01-02T03:04:05Z"), 0):
    print("held", flush=True)
    sys.stdin.readline()
"""

ME = Holder(1, "record", "here", "2026-01-02T03:04:06Z")


@contextmanager
def other_process(lock: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the lock until it is told to end, or killed."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_who_comes_second_is_told_who_holds_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with other_process(lock) as process:
        with pytest.raises(Locked) as caught, holding(lock, ME, 0):
            pass
        assert str(caught.value) == (
            "Another run holds this workspace: “push” on elsewhere, process "
            f"{process.pid}, since 2026-01-02T03:04:05Z. Wait for it, or use --lock-timeout."
        )
        assert caught.value.exit_status == 11


def test_who_waits_gets_it_when_the_other_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with other_process(lock) as process:
        assert process.stdin is not None
        ends = threading.Timer(0.3, process.stdin.close)
        ends.start()
        with holding(lock, ME, 30):
            assert json.loads((tmp_path / "lock.holder").read_text())["command"] == "record"
        ends.join()
    assert not (tmp_path / "lock.holder").exists()


def test_who_waits_long_enough_gives_up(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with other_process(lock):
        began = time.monotonic()
        with pytest.raises(Locked), holding(lock, ME, 0.3):
            pass
        assert 0.3 <= time.monotonic() - began < 10


def test_a_killed_holder_never_blocks_and_is_not_named(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with other_process(lock) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert (tmp_path / "lock.holder").exists()  # it had no time to take its note away
    with holding(lock, ME, 0):
        assert json.loads((tmp_path / "lock.holder").read_text())["pid"] == ME.pid


@pytest.mark.parametrize("note", [None, b"", b'{"pid": ', b'{"pid": "x"}'])
def test_a_holder_whose_note_cannot_be_read_holds_it_nonetheless(
    tmp_path: Path, note: bytes | None
) -> None:
    lock = tmp_path / "lock"
    with other_process(lock):
        (tmp_path / "lock.holder").unlink()
        if note is not None:
            (tmp_path / "lock.holder").write_bytes(note)
        with (
            pytest.raises(Locked, match=r"^Another run holds this workspace\. Wait for it"),
            holding(lock, ME, 0),
        ):
            pass


def test_it_is_let_go_after_an_error(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), holding(lock, ME, 0):
        raise ZeroDivisionError
    with holding(lock, ME, 0):
        pass


def test_a_place_that_cannot_be_locked_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ManifestSyncError, match="lock cannot be locked: "),
        holding(tmp_path / "file" / "lock", ME, 0),
    ):
        pass
