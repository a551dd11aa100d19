"""`restore` on a real S3 server, where the bucket keeps versions and where we keep copies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.cli.test_restore import PREFIX, done, gone
from tests.servers import S3Server

pytestmark = pytest.mark.ceph


@pytest.fixture(params=["unversioned", "versioned"])
def bucket(request: pytest.FixtureRequest, ceph: S3Server) -> Iterator[Bucket]:
    with new_bucket(ceph) as made:
        if request.param == "versioned":
            made.client.put_bucket_versioning(
                Bucket=made.name, VersioningConfiguration={"Status": "Enabled"}
            )
        yield made


def test_a_run_is_undone_and_the_undoing_too(pushed: Path, style: Path, bucket: Bucket) -> None:
    (style / "a.jpg").unlink()
    (style / "a.txt").write_bytes(b"a better caption")
    done(pushed, "push", "--delete", "--yes")
    done(pushed, "restore", "--apply", gone(pushed)[0]["apply"], "--yes")
    assert bucket.get(PREFIX + "a.jpg") == b"image a"
    assert bucket.get(PREFIX + "a.txt") == b"caption a"
    undo = gone(pushed)[0]
    done(pushed, "restore", undo["id"], "--yes")
    assert bucket.get(PREFIX + "a.txt") == b"a better caption"
    done(pushed, "push", "--delete", "--yes")
    assert bucket.get(PREFIX + "a.jpg") == b"image a"
