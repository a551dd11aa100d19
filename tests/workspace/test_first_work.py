"""How much work it is to send and to fetch a style for the first time, in counts.

As in `test_work_done.py`: on a style and on one of three times as many files.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.commands import here
from tests.e2e.meddler import Meddler, meddling
from tests.servers import MOTO_PAGE, S3Server
from tests.workspace.counting import Work, done_by

_FEW, _MANY = 60, 180
_MORE = _MANY - _FEW
_STATEMENTS = 4
"""Of SQL for a file: it is begun, done, remembered, and its digest is."""


@dataclass(frozen=True)
class First:
    """What the first push of a style did, and the first pull into an empty folder."""

    names: list[str]
    push: Work
    pull: Work


@pytest.fixture(scope="module")
def done(moto: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[First, First]]:
    """For a few files, and for many."""
    with meddling(moto.endpoint) as meddler, new_bucket(S3Server(meddler.endpoint)) as bucket:
        # What is found out about a bucket is found out before.
        _do(tmp_path_factory.mktemp("before"), 2, bucket, meddler)
        few, many = (
            _do(tmp_path_factory.mktemp(f"of-{files}"), files, bucket, meddler)
            for files in (_FEW, _MANY)
        )
        yield few, many


def _do(root: Path, files: int, bucket: Bucket, meddler: Meddler) -> First:
    remote = bucket.remote(f"{files}/")
    names = [f"{number:03}.{kind}" for number in range(files // 2) for kind in ("jpg", "txt")]
    works = []
    for place, command in (("here", "push"), ("there", "pull")):
        style = root / place / "style"
        style.mkdir(parents=True)
        if command == "push":
            for name in names:
                (style / name).write_bytes(b"bytes of " + name.encode())
        assert here(root / place, "init", "style", "--remote", remote).status == 0
        works.append(done_by(root / place, meddler, command, "--yes"))
    return First(names, *works)


def test_a_first_push_sends_each_file_once(done: tuple[First, First]) -> None:
    few, many = (first.push for first in done)
    for first, work in zip(done, (few, many), strict=True):
        assert work.document["created"] == work.document["hashed"] == len(first.names)
        assert work.opened == dict.fromkeys(first.names, 2)  # to hash it, and to send it
        assert work.requests == {
            "GET": 2,  # the empty listing, and whether the bucket keeps versions
            "PUT": len(first.names) + 1,  # the manifest
        }
    assert many.statements - few.statements <= _MORE * _STATEMENTS
    assert many.threads - few.threads < _MORE // 4


def test_a_first_pull_fetches_each_object_once(done: tuple[First, First]) -> None:
    few, many = (first.pull for first in done)
    for first, work in zip(done, (few, many), strict=True):
        assert work.document["created"] == len(first.names)
        assert work.document["hashed"] == 0
        assert work.opened == dict.fromkeys(first.names, 1)  # to be sure that it is on the disk
        pages = math.ceil((len(first.names) + 1) / MOTO_PAGE)
        assert work.requests == {
            "GET": pages + 1 + len(first.names),  # the listing, the manifest, and the files
            "HEAD": 1,  # when and by whom the manifest was published
        }
    assert many.statements - few.statements <= _MORE * _STATEMENTS
    assert many.threads - few.threads < _MORE // 4
