"""A workspace of two styles, and a bucket that they belong to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.commands import here
from tests.servers import S3Server
from tests.workspace.places import write_manifest


@pytest.fixture
def bucket(moto: S3Server) -> Iterator[Bucket]:
    with new_bucket(moto) as made:
        yield made


@pytest.fixture
def root(tmp_path: Path, bucket: Bucket) -> Path:
    """A workspace with the styles 16 and 17, of an image and a caption each, nothing recorded."""
    place = tmp_path / "ws"
    place.mkdir()
    (place / "manifest-sync.toml").write_text("")
    for style in ("16", "17"):
        folder = place / "styles" / style
        write_manifest(folder, style, bucket.remote(f"styles/{style}/"))
        (folder / "a.jpg").write_bytes(f"image of {style}".encode())
        (folder / "a.txt").write_bytes(f"caption of {style}".encode())
    return place


@pytest.fixture
def pushed(root: Path) -> Path:
    """The workspace, all of it on S3."""
    ran = here(root, "push", "--yes")
    assert ran.status == 0, ran.err
    return root
