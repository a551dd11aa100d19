"""A workspace of real images at a real S3 server, and the page's server for it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn.server

from tests.buckets import Bucket, new_bucket
from tests.servers import S3Server
from tests.web.places import make_workspace
from tests.web.visitor import Visitor, serving


@pytest.fixture(scope="session", autouse=True)
def ends_at_once() -> Iterator[None]:
    """uvicorn looks every 0.1 s whether it is to end, and then whether all has ended."""

    async def briefly(seconds: float) -> None:
        await asyncio.sleep(seconds / 20)

    with pytest.MonkeyPatch.context() as patch:
        hurried = SimpleNamespace(**{**vars(asyncio), "sleep": briefly})
        patch.setattr(uvicorn.server, "asyncio", hurried)
        yield


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


@pytest.fixture(scope="module")
def lasting(moto: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """The same for all tests of a module that only ask, and change nothing."""
    with new_bucket(moto) as bucket:
        root = make_workspace(tmp_path_factory.mktemp("lasting") / "ws", bucket)
        with serving(root) as made:
            yield made


@pytest.fixture
def pushed(visitor: Visitor, root: Path) -> Path:
    """The workspace, all of it on S3."""
    visitor.post("/api/s3/upload", {"styleId": "16"})
    return root
