"""A workspace of real images at a real S3 server, and the page's server for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.servers import S3Server
from tests.web.places import make_workspace
from tests.web.visitor import Visitor, serving


@pytest.fixture
def bucket(moto: S3Server) -> Iterator[Bucket]:
    with new_bucket(moto) as made:
        yield made


@pytest.fixture
def root(tmp_path: Path, bucket: Bucket) -> Path:
    return make_workspace(tmp_path / "ws", bucket)


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
