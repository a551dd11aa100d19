"""Workspaces that push at the same time, as real processes, each lose nothing of the other's.

On Ceph RGW: moto's server looks at a condition first and writes later, so that two may win.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.places import Place

pytestmark = [
    pytest.mark.ceph,
    pytest.mark.parametrize("server", ["ceph"], indirect=True),
]


def test_pushes_at_once_lose_nothing(place: Place, other: Place) -> None:
    """Each of two workspaces pushes an update of its own, again and again, at the same time."""
    push_at_once(place, other, rounds=5)


def test_nothing_is_lost_where_no_condition_is_enforced(place: Place, other: Place) -> None:
    """As on Ceph RGW 16 in a bucket that keeps versions, which this one begins to do just now."""
    bucket = place.bucket
    bucket.client.put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    push_at_once(place, other, rounds=3)
    [row] = place.quickly("plan", "--to", "s3", "--json").document()["styles"]
    assert row["basis"]["unguarded"] == ["create", "update", "delete", "copy", "parts"]
    assert bucket.keys("styles/.manifest-sync-lease/") == []


def push_at_once(place: Place, other: Place, *, rounds: int) -> None:
    with ThreadPoolExecutor() as pool:
        for number in range(rounds):
            place.write({"a.txt": f"first {number}".encode()})
            other.write({"10_subject/b.txt": f"second {number}".encode(), f"{number}.png": b"x"})
            runs = [
                pool.submit(place.run, "push", "--yes", "--lock-timeout", "60"),
                pool.submit(other.run, "push", "--yes", "--lock-timeout", "60"),
            ]
            assert all(run.result().status == 0 for run in runs)
            assert place.objects()["a.txt"] == f"first {number}".encode()
            assert place.objects()["10_subject/b.txt"] == f"second {number}".encode()
            assert place.published()["files"].keys() == place.objects().keys()
    place.quickly("pull", "--yes")
    other.quickly("pull", "--yes")
    assert place.files() == other.files() == place.objects()
    assert f"{rounds - 1}.png" in place.files()
