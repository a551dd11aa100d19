"""How much work a push is, in counts: they are the same on every machine, and no clock flakes.

Each case is played on a style and on one of three times as many files. What does not depend on
the number of files has to be equal, what does may grow by so much a file.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.commands import here
from tests.e2e.meddler import Meddler, meddling
from tests.servers import MOTO_PAGE, S3Server
from tests.workspace.counting import Work, done_by, peak_of

_FEW, _MANY = 60, 180
_CHANGED = 10
_SIZE = 4000
"""Bytes of an image: to read one needlessly is more than is remembered of it."""
_REMEMBERED = 800
"""Bytes that are read for a file that is not: its rows of both databases and of the manifest."""
_TOGETHER = 15
"""Rows of a folder that are compared as a whole."""
_MEMORY = 1600
"""Bytes for a file at a time, all that is known of it on every side included."""


@dataclass(frozen=True)
class Place:
    """A workspace with one style that is settled: folder, manifest and S3 hold the same."""

    root: Path
    files: int
    meddler: Meddler

    @property
    def style(self) -> Path:
        """The style's folder."""
        return self.root / "style"

    @property
    def pages(self) -> int:
        """Of a listing: its files, and the published manifest."""
        return math.ceil((self.files + 1) / MOTO_PAGE)

    def push(self) -> Work:
        """Push, and count."""
        return self.run("push", "--yes")

    def run(self, *arguments: str) -> Work:
        """Run a command, and count."""
        return done_by(self.root, self.meddler, *arguments)


@pytest.fixture(scope="module", autouse=True)
def old_files() -> Iterator[None]:
    """Every file counts as made long ago: a stamp of the last two seconds proves nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("manifest_sync.engine.digest.MARGIN_NS", -(10**12))
        patch.setattr("manifest_sync.stores.local_walk._AT_ONCE", _TOGETHER)
        patch.setattr("manifest_sync.stores.s3_ranges.PAGE", MOTO_PAGE)
        yield


@pytest.fixture(scope="module")
def settled(
    moto: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Place, Place]]:
    """A few files, and many."""
    with meddling(moto.endpoint) as meddler, new_bucket(S3Server(meddler.endpoint)) as bucket:
        few, many = (
            _settle(tmp_path_factory.mktemp(f"of-{files}"), files, bucket, meddler)
            for files in (_FEW, _MANY)
        )
        yield few, many


def _settle(root: Path, files: int, bucket: Bucket, meddler: Meddler) -> Place:
    place = Place(root, files, meddler)
    place.style.mkdir()
    for number in range(files // 2):
        (place.style / f"{number:03}.jpg").write_bytes(number.to_bytes(4, "big") * (_SIZE // 4))
        (place.style / f"{number:03}.txt").write_bytes(b"caption %d" % number)
    for command in (
        ("init", "style", "--remote", bucket.remote(f"{files}/")),
        ("push", "--yes"),
    ):
        assert here(root, *command).status == 0
    return place


def test_where_nothing_changed_a_push_lists_and_reads_no_file(
    settled: tuple[Place, Place],
) -> None:
    few, many = works = [place.push() for place in settled]
    for place, work in zip(settled, works, strict=True):
        assert work.document["unchanged"] == place.files
        assert work.requests == {"GET": place.pages}
        assert not work.opened
        assert work.document["hashed"] == 0
        # Those beside the manifest in the folder, and beside the published one.
        assert 0 < work.rows <= _TOGETHER + MOTO_PAGE
    assert many.statements == few.statements
    assert many.bytes_read - few.bytes_read <= (_MANY - _FEW) * _REMEMBERED


def test_ten_changes_are_the_same_work_among_few_files_and_many(
    settled: tuple[Place, Place],
) -> None:
    changed = [f"{number:03}.txt" for number in range(_CHANGED)]
    works = []
    for place in settled:
        for name in changed:
            (place.style / name).write_bytes(b"another " + name.encode())
        works.append(place.push())
    few, many = works
    for place, work in zip(settled, works, strict=True):
        assert work.document["updated"] == _CHANGED
        assert work.opened == dict.fromkeys(changed, 2)  # to hash it, and to send it
        assert work.document["hashed"] == _CHANGED
        assert work.requests == {
            "GET": place.pages + 1,  # whether the bucket keeps versions
            # What is replaced is looked at, and so is its copy; and the published manifest.
            "HEAD": 2 * _CHANGED + 1,
            "PUT": 2 * (_CHANGED + 1),  # it is copied to the trash, and written anew
        }
    assert many.statements == few.statements
    assert many.bytes_read - few.bytes_read <= (_MANY - _FEW) * _REMEMBERED


def test_ten_changes_that_were_recorded_are_as_little_work_without_a_listing(
    settled: tuple[Place, Place],
) -> None:
    changed = [f"{number:03}.txt" for number in range(_CHANGED)]
    before = [place.run("record") for place in settled]
    assert not any(work.opened for work in before)
    recorded, planned, applied = [], [], []
    for place in settled:
        for name in changed:
            (place.style / name).write_bytes(b"yet another " + name.encode())
        recorded.append(place.run("record"))
        planned.append(place.run("plan", "--to", "s3", "--no-refresh", "--out", "a.plan"))
        applied.append(place.run("apply", "a.plan", "--yes"))
    for work in recorded:
        assert work.opened == dict.fromkeys(changed, 1)
        assert not work.requests
    for work in planned:
        assert not work.opened
        assert not work.requests
    for work in applied:
        assert work.document["updated"] == _CHANGED
        assert work.opened == dict.fromkeys(changed, 1)
        assert work.requests == {"GET": 1, "HEAD": 2 * _CHANGED + 1, "PUT": 2 * (_CHANGED + 1)}
    for few, many in (recorded, planned, applied):
        assert many.statements == few.statements
        assert many.bytes_read - few.bytes_read <= (_MANY - _FEW) * _REMEMBERED


def test_touched_files_are_read_once_and_neither_hashed_nor_sent(
    settled: tuple[Place, Place],
) -> None:
    works = []
    for place in settled:
        names = [path.name for path in place.style.glob("*.[jt]*") if path.suffix != ".json"]
        for name in names:
            os.utime(place.style / name)
        works.append(place.push())
        assert works[-1].opened == dict.fromkeys(names, 1)
        assert works[-1].requests == {"GET": place.pages}
        assert works[-1].document["hashed"] == 0
        assert not place.push().opened
    few, many = works
    more = _MANY - _FEW
    assert many.statements - few.statements <= more  # a row of cache.db for each, and no more
    # SQLite reads whole pages where it writes, so that some of what is remembered counts twice.
    assert many.bytes_read - few.bytes_read <= more * (_SIZE // 2 + 20 + 2 * _REMEMBERED)


def test_a_file_that_did_not_change_takes_little_memory(settled: tuple[Place, Place]) -> None:
    few, many = (peak_of(place.root, "push", "--yes") for place in settled)
    assert many - few <= (_MANY - _FEW) * _MEMORY
