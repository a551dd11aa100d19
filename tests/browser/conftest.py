"""A workspace, the page's server, and a person with a browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import Curator, curating, launched, program
from tests.buckets import Bucket, new_bucket
from tests.servers import S3Server
from tests.web.places import make_workspace
from tests.web.visitor import Visitor, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium. Skips where it is not installed, unless MANIFEST_SYNC_REQUIRE names browser."""
    executable = program()
    if executable is None:
        reason = "Chromium is not installed"
        if "browser" in os.environ.get("MANIFEST_SYNC_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    with launched(executable) as made:
        yield made


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


@pytest.fixture
def curator(browser: "Browser", visitor: Visitor) -> Iterator[Curator]:
    with curating(browser, visitor) as made:
        yield made
