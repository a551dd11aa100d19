"""Files that other programs change while they are being sent: reported, and never stored torn."""

import hashlib
import itertools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.meddler import meddling, nothing
from tests.hostile.target import BOTH_SERVERS, PREFIX, Target

_SIZE = 3 << 20
"""Bytes: read in three pieces."""


def _versions() -> Iterator[bytes]:
    """Contents that tell from every byte which of them they are."""
    return (bytes([number % 251]) * _SIZE for number in itertools.count(1))


def in_place(file: Path, data: bytes) -> None:
    with file.open("r+b") as opened:
        opened.write(data)


def truncating(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def by_renaming(file: Path, data: bytes) -> None:
    part = file.with_suffix(".part")
    part.write_bytes(data)
    part.replace(file)


def appending(file: Path, data: bytes) -> None:
    with file.open("ab") as opened:
        opened.write(data)


def removing(file: Path, data: bytes) -> None:
    file.unlink(missing_ok=True)
    by_renaming(file, data)


@contextmanager
def _busy(file: Path, write: Callable[[Path, bytes], None]) -> Iterator[None]:
    """Meanwhile another thread gives the file one content after the other."""
    stop = threading.Event()
    versions = _versions()
    write_first = next(versions)
    file.write_bytes(write_first)

    def keep_writing() -> None:
        while not stop.is_set():
            write(file, next(versions))

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


@pytest.mark.slow
@BOTH_SERVERS
@pytest.mark.parametrize("write", [in_place, truncating, by_renaming, removing])
def test_a_file_that_never_rests_is_never_stored_torn(
    target: Target, write: Callable[[Path, bytes], None]
) -> None:
    file = target.style / "busy.png"
    told = ""
    with _busy(file, write):
        for number in range(6):
            target.write({"calm.png": b"calm %d" % number})
            ran = target.run_any("push", "--yes", "--delete")
            told += ran.out + ran.err
            objects = target.sent()
            assert objects["calm.png"] == b"calm %d" % number
            stored = objects.get("busy.png", b"")
            assert len(set(stored)) <= 1, "two contents in one object"
            assert len(stored) in (0, _SIZE)
    assert "is being written to" in told or "changed" in told
    target.run("push", "--yes")
    assert target.bucket.get(PREFIX + "busy.png") == file.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    "harm",
    [
        lambda file: os.truncate(file, 5),
        lambda file: by_renaming(file, b"another"),
        lambda file: appending(file, b"more"),
        Path.unlink,
    ],
    ids=["truncated", "replaced", "appended", "removed"],
)
def test_a_large_file_that_changes_between_its_parts_leaves_nothing_behind(
    target: Target, harm: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = target.style / "large.png"
    file.write_bytes(bytes(1 << 20) * 90)
    target.write({"calm.png": b"calm"})
    sent: list[str] = []

    def meddle(method: str, path: str) -> None:
        if method == "PUT" and path.endswith("large.png"):
            sent.append(path)
            if len(sent) == 1:
                harm(file)

    with meddling(target.bucket.endpoint) as meddler:
        meddler.before = meddle
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", meddler.endpoint)
        ran = target.run("push", "--yes", "--delete", status=3)
    assert sent
    assert "large.png" in ran.err
    assert PREFIX + "large.png" not in target.objects()
    assert target.bucket.get(PREFIX + "calm.png") == b"calm"
    uploads = target.bucket.client.list_multipart_uploads(Bucket=target.bucket.name)
    assert not uploads.get("Uploads")


@pytest.mark.slow
def test_a_file_replaced_after_the_plan_was_shown_is_not_sent_in_its_place(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Captions go before images: while the first is sent, the second is edited."""

    def meddle(method: str, path: str) -> None:
        if method == "PUT" and path.endswith("first.txt"):
            by_renaming(target.style / "second.png", b"as edited!")

    with meddling(target.bucket.endpoint) as meddler:
        # What is remembered belongs to an endpoint, so this one has to be used from the beginning.
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", meddler.endpoint)
        target.run("push", "--yes", "--quiet")
        target.write({"first.txt": b"first", "second.png": b"as planned", "third.png": b"third"})
        meddler.before = meddle
        ran = target.run("push", "--yes", status=3)
        assert "second.png" in ran.err
        assert "changed since it was looked at" in ran.err
        assert PREFIX + "second.png" not in target.objects()
        assert target.bucket.get(PREFIX + "third.png") == b"third"
        meddler.before = nothing
        target.run("push", "--yes")
    stored = target.bucket.get(PREFIX + "second.png")
    assert stored == b"as edited!"
    line = hashlib.md5(stored, usedforsecurity=False).hexdigest()
    assert line in (target.style / "manifest.json").read_text()
