"""Pushes to an endpoint that takes conditions and minds none: they take turns by a lease.

On moto's server, which looks at no signature: a request whose conditions were taken out on the way
is refused by Ceph's. There a bucket with versions minds none (`test_pushing_at_once.py`).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest

from tests.buckets import Bucket
from tests.e2e.killing import run_and_kill
from tests.e2e.meddler import meddling
from tests.e2e.places import Place
from tests.rewriting_s3 import Headers, Rewriter, rewriting

pytestmark = pytest.mark.slow

CONDITIONS = {"if-match", "if-none-match"}
LEASES = "styles/.manifest-sync-lease/"
CLAIM = f"{LEASES}16/manifest.json/left"


@pytest.fixture
def careless(bucket: Bucket) -> Iterator[Rewriter]:
    """The endpoint, before any command has learnt of it."""
    with rewriting(bucket.endpoint) as made, pytest.MonkeyPatch.context() as patch:
        made.asks = lambda headers: {
            name: said for name, said in headers.items() if name not in CONDITIONS
        }
        patch.setenv("AWS_ENDPOINT_URL_S3", made.endpoint)
        yield made


def test_two_at_once_lose_nothing(careless: Rewriter, place: Place) -> None:
    assert careless.endpoint
    place.begin_pushed()
    other = place.second()
    other.quickly("clone", place.bucket.remote(), "styles/16", "--quiet")
    with ThreadPoolExecutor() as pool:
        for number in range(2):
            place.write({"a.txt": f"first {number}".encode()})
            other.write({"10_subject/b.txt": f"second {number}".encode()})
            runs = [pool.submit(each.run, "push", "--yes") for each in (place, other)]
            assert all(run.result().status == 0 for run in runs)
            assert place.objects()["a.txt"] == f"first {number}".encode()
            assert place.objects()["10_subject/b.txt"] == f"second {number}".encode()
    place.quickly("pull", "--yes")
    other.quickly("pull", "--yes")
    assert place.files() == other.files() == place.objects()
    assert place.published()["files"].keys() == place.files().keys()
    assert place.bucket.keys(LEASES) == []


def test_the_plan_and_doctor_say_so(careless: Rewriter, place: Place) -> None:
    assert careless.endpoint
    place.begin_pushed()
    [row] = place.quickly("plan", "--to", "s3", "--json").document()["styles"]
    assert row["basis"]["unguarded"] == ["create", "update", "delete", "copy", "parts"]
    said = place.quickly("doctor").out
    assert "Conditions are ignored for creating, replacing, deleting, copying" in said
    assert "take turns by a lease" in said


def test_what_a_killed_holder_left_is_waited_for_and_expires(
    careless: Rewriter, place: Place
) -> None:
    place.begin_pushed()
    place.bucket.put(CLAIM, b"")
    place.write({"a.txt": b"edited"})
    before = place.bucket.objects()
    refused = place.quickly("push", "--yes", status=1)
    assert "omebody else is writing" in refused.err
    assert "5 minutes" in refused.err
    assert place.bucket.objects() == before
    careless.answers = _six_minutes_later
    assert place.quick_row("push", "--yes")["updated"] == 1
    assert place.bucket.keys(LEASES) == []


def test_what_a_killed_push_had_claimed_is_free_after_the_next(
    careless: Rewriter, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with meddling(careless.endpoint) as meddler:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", meddler.endpoint)
        place.begin_pushed()
        place.write({"a.txt": b"edited"})
        assert run_and_kill(place, meddler, ("push", "--yes"), 1, _publishes)
        [claim] = place.bucket.keys(LEASES)
        place.bucket.put(CLAIM, b"")
        # It has published already, so it needs no lease any more.
        place.quickly("push", "--yes")
    assert place.objects()["a.txt"] == b"edited"
    assert claim != CLAIM
    assert place.bucket.keys(LEASES) == [CLAIM]


def _publishes(method: str, path: str) -> bool:
    """Whether a request is that which the lease was taken for; before it the old one is kept."""
    return method == "PUT" and path.endswith("/16/manifest.json") and "-trash/" not in path


def _six_minutes_later(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """An answer of the same server, by its clock; this computer's clock plays no part."""
    later = parsedate_to_datetime(headers["date"]) + timedelta(minutes=6)
    return headers | {"date": format_datetime(later, usegmt=True)}, body
