"""A user of S3 who may not do everything: a policy of Ceph's takes rights away."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.places import FILES, PREFIX, Place

pytestmark = [pytest.mark.ceph, pytest.mark.parametrize("server", ["ceph"], indirect=True)]


@contextmanager
def _denied(place: Place, action: str, key: str = "") -> Iterator[None]:
    """An action is denied for a while, on the bucket or on one key of it."""
    resource = f"arn:aws:s3:::{place.bucket.name}" + (f"/{key}" if key else "")
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": f"s3:{action}",
                "Resource": resource,
            }
        ],
    }
    client, bucket = place.bucket.client, place.bucket.name
    client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    try:
        yield
    finally:
        client.delete_bucket_policy(Bucket=bucket)


def test_who_may_not_list_does_nothing(place: Place) -> None:
    place.begin_pushed()
    place.write({"a.txt": b"edited"})
    with _denied(place, "ListBucket"):
        ran = place.run("push", "--yes", "--delete", status=1)
    assert ran.err == (
        f"Error: The credentials do not allow to list {place.bucket.remote()} (AccessDenied).\n"
    )
    assert place.objects() == FILES


def test_who_may_not_write_a_key_fails_there_only(place: Place) -> None:
    place.begin_pushed()
    place.write({"a.txt": b"edited", "new.png": b"new"})
    with _denied(place, "PutObject", PREFIX + "a.txt"):
        ran = place.run("push", "--yes", status=3)
    assert (
        f"Failed to update a.txt (16): the credentials do not allow to write {PREFIX}a.txt "
        "(AccessDenied).\n" in ran.err
    )
    assert place.objects() == FILES | {"new.png": b"new"}
    assert place.quick_row("push", "--yes")["updated"] == 1


def test_who_may_not_keep_what_is_replaced_replaces_nothing(place: Place) -> None:
    place.begin_pushed()
    place.write({"a.txt": b"edited"})
    (place.style / "a.jpg").unlink()
    with _denied(place, "PutObject", ".manifest-sync-trash/*"):
        ran = place.run("push", "--yes", "--delete", status=1)
    assert "allow that, or set `trash_prefix` to a place that is allowed" in ran.err
    assert place.objects() == FILES
