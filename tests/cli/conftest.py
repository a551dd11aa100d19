"""A workspace and a bucket for commands that run in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.commands import here
from tests.e2e.meddler import Meddler, meddling
from tests.servers import S3Server


@pytest.fixture
def meddler(moto: S3Server) -> Iterator[Meddler]:
    """The server, behind something that sees every request."""
    with meddling(moto.endpoint) as made:
        yield made


@pytest.fixture
def bucket(moto: S3Server) -> Iterator[Bucket]:
    with new_bucket(moto) as made:
        yield made


@pytest.fixture
def workspace(tmp_path: Path, bucket: Bucket) -> Path:
    """A workspace whose one style, 16, has two images with captions; nothing is on S3."""
    style = tmp_path / "ws" / "styles" / "16"
    style.mkdir(parents=True)
    for name, data in {
        "a.jpg": b"image a",
        "a.txt": b"caption a",
        "sub/b.png": b"image b!",
        "sub/b.txt": b"caption b",
    }.items():
        (style / name).parent.mkdir(exist_ok=True)
        (style / name).write_bytes(data)
    ran = here(tmp_path / "ws", "init", "styles/16", "--remote", bucket.remote())
    assert ran.status == 0, ran.err
    return tmp_path / "ws"


@pytest.fixture
def style(workspace: Path) -> Path:
    """The folder of style 16."""
    return workspace / "styles" / "16"


@pytest.fixture
def pushed(workspace: Path) -> Path:
    """The workspace, all of it on S3."""
    ran = here(workspace, "push", "--yes")
    assert ran.status == 0, ran.err
    return workspace
