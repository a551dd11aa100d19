"""A workspace of real images at a real S3 server, and the page's server for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.buckets import Bucket, new_bucket
from tests.commands import here
from tests.servers import S3Server
from tests.web.visitor import Visitor, serving


@pytest.fixture
def bucket(moto: S3Server) -> Iterator[Bucket]:
    with new_bucket(moto) as made:
        yield made


@pytest.fixture
def root(tmp_path: Path, bucket: Bucket) -> Path:
    """A workspace whose one style, 16, has three images and two captions; nothing is on S3."""
    style = tmp_path / "ws" / "styles" / "16"
    (style / "sub").mkdir(parents=True)
    Image.new("RGB", (40, 30), "teal").save(style / "a.jpg")
    Image.new("RGB", (20, 50), "plum").save(style / "sub" / "b.png")
    Image.new("RGB", (8, 8), "navy").save(style / "c.webp")
    (style / "a.txt").write_text("caption a")
    (style / "sub" / "b.txt").write_text("caption b")
    ran = here(tmp_path / "ws", "init", "styles/16", "--remote", bucket.remote())
    assert ran.status == 0, ran.err
    return tmp_path / "ws"


@pytest.fixture
def style(root: Path) -> Path:
    """The folder of style 16."""
    return root / "styles" / "16"


@pytest.fixture
def visitor(root: Path) -> Iterator[Visitor]:
    with serving(root) as made:
        yield made


@pytest.fixture
def pushed(visitor: Visitor, root: Path) -> Path:
    """The workspace, all of it on S3."""
    visitor.post("/api/s3/upload", {"styleId": "16"})
    return root
