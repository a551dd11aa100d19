"""What a bucket still has of earlier objects, whatever has become of its versions."""

from typing import Literal

import pytest

from manifest_sync.core.stamps import ABSENT, AbsentStamp
from manifest_sync.stores.base import Earlier
from manifest_sync.stores.bodies import bytes_body
from tests.servers import S3Server
from tests.stores.s3_cases import Bucket

BOTH_SERVERS = pytest.mark.parametrize(
    "server", ["moto", pytest.param("ceph", marks=pytest.mark.ceph)]
)


@pytest.fixture
def on(server: str, request: pytest.FixtureRequest) -> S3Server:
    found = request.getfixturevalue(server)
    assert isinstance(found, S3Server)
    return found


def set_versioning(bucket: Bucket, on: S3Server, status: Literal["Enabled", "Suspended"]) -> Bucket:
    """The bucket, its versioning changed, over a connection that does not know the old state."""
    on.client().put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": status}
    )
    return bucket.reopened(on)


def earlier(bucket: Bucket, path: str = "a.txt") -> dict[bytes, Earlier]:
    """By what they hold."""
    return {bucket.kept(each.kept_at): each for each in bucket.store.trash.earlier([path])}


@pytest.mark.ceph  # moto forgets all versions when an object is replaced without
def test_the_state_that_is_overwritten_in_place_is_not_told(ceph: S3Server) -> None:
    bucket = Bucket(ceph, "auto")
    bucket.put("a.txt", b"before there were versions")
    assert earlier(bucket) == {}
    bucket = set_versioning(bucket, ceph, "Enabled")
    bucket.put("a.txt", b"the first version")
    assert earlier(bucket).keys() >= {b"before there were versions"}
    bucket = set_versioning(bucket, ceph, "Suspended")
    bucket.put("a.txt", b"the latest")
    assert earlier(bucket).keys() == {b"the first version"}


@BOTH_SERVERS
def test_deleted_objects_have_their_versions(on: S3Server) -> None:
    bucket = Bucket(on, "auto", versioned=True)
    bucket.put("a.txt", b"one")
    bucket.drop("a.txt")
    bucket.put("a.txt", b"two")
    bucket.drop("a.txt")
    assert earlier(bucket).keys() == {b"one", b"two"}
    assert {each.path for each in earlier(bucket).values()} == {"a.txt"}


@BOTH_SERVERS
def test_copies_of_another_style_are_not_this_ones(on: S3Server) -> None:
    root = Bucket(on, "auto", prefix="")
    style = root.with_prefix("styles/16/")
    for bucket, data in ((root, b"of the root"), (style, b"of the style")):
        stamp = bucket.store.write(
            "a.txt", bytes_body(data, 5), expect=ABSENT, keep_under="0a-1"
        ).stamp
        assert not isinstance(stamp, AbsentStamp)
        bucket.store.delete("a.txt", expect=stamp, keep_under="0a-2")
    assert earlier(style).keys() == {b"of the style"}
    assert earlier(root).keys() == {b"of the root"}
    assert earlier(root, "styles/16/a.txt").keys() == {b"of the style"}


@BOTH_SERVERS
def test_an_md5_is_told_of_one_state_only(on: S3Server) -> None:
    bucket = Bucket(on, "auto")
    stamp = bucket.create("a.txt", b"one")
    kept_at = bucket.store.delete("a.txt", expect=stamp, keep_under="0a-1").kept_at
    assert kept_at is not None
    trash = bucket.store.trash
    assert trash.ask_md5(kept_at, stamp) is not None
    other = bucket.create("a.txt", b"two")
    assert trash.ask_md5(kept_at, other) is None
    trash.drop(kept_at)
    assert trash.ask_md5(kept_at, stamp) is None
