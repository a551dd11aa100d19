"""A style with a few files, in a workspace whose every file is watched, and its bucket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.hostile.target import GOOD, Target
from tests.servers import S3Server


@pytest.fixture
def server(request: pytest.FixtureRequest) -> S3Server:
    """moto's server; in what is also played on Ceph, Ceph's."""
    found = request.getfixturevalue(getattr(request, "param", "moto"))
    assert isinstance(found, S3Server)
    return found


@pytest.fixture
def bucket(server: S3Server) -> Iterator[Bucket]:
    with new_bucket(server) as made:
        yield made


@pytest.fixture
def target(tmp_path: Path, bucket: Bucket) -> Target:
    """Style 16, all of it pushed; beside the workspace a folder with a secret."""
    made = Target(tmp_path, bucket)
    made.write(GOOD)
    made.outside.mkdir()
    (made.outside / "secret.png").write_bytes(b"secret")
    made.run("init", "styles/16", "--remote", bucket.remote())
    made.run("push", "--yes", "--quiet")
    return made
