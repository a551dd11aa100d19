from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from manifest_sync.core.abilities import Abilities, Unguarded, Versioning
from manifest_sync.core.errors import Moved, Transient
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.stamps import ABSENT, Stamp
from manifest_sync.stores import s3_lease
from manifest_sync.stores.base import Request
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.s3_lease import Lease
from manifest_sync.stores.s3_probe import probe
from tests.e2e.meddler import meddling
from tests.servers import S3Server
from tests.stores.s3_cases import Bucket

pytestmark = pytest.mark.slow

KEY = "styles/16/manifest.json"
CLAIMS = "styles/.manifest-sync-lease/16/manifest.json/"


@pytest.fixture
def bucket(moto: S3Server) -> Iterator[Bucket]:
    """A bucket on a server that takes conditions and ignores them, which is known of it."""
    with meddling(moto.endpoint) as meddler:
        meddler.unheard |= {"if-match", "if-none-match"}
        bucket = Bucket(S3Server(meddler.endpoint), "auto")
        bucket.connection.abilities = Abilities(versioning=Versioning.NONE)
        yield bucket


def test_what_is_ignored_is_not_taken_for_enforced(bucket: Bucket) -> None:
    found = probe(bucket.connection, lambda _kind, _count: None)
    assert (found.unguarded, found.etag_is_md5) == (tuple(Unguarded), True)


class Waiting:
    """Someone who wants the lease, and what happens while they wait."""

    def __init__(self, bucket: Bucket, key: str = KEY) -> None:
        self.paused = 0
        self.time = 0.0
        self.asked: list[Request] = []
        self.lease = Lease(
            bucket.connection,
            key,
            lambda kind, _count: self.asked.append(kind),
            self._pause,
            lambda: self.time,
        )

    def _pause(self, _seconds: float) -> None:
        self.paused += 1


def claims(bucket: Bucket) -> list[str]:
    keys = bucket.with_prefix("").keys()
    return [key for key in keys if ".manifest-sync-lease" in key]


def test_what_a_killed_run_of_the_same_workspace_left_is_taken_over_at_once(
    bucket: Bucket,
) -> None:
    bucket.connection.holder = "ours"
    left = bucket.with_prefix("")
    left.put(f"{CLAIMS}ours-0123", b"")
    waiting = Waiting(bucket)
    with waiting.lease.held():
        [claim] = claims(bucket)
        assert claim.startswith(f"{CLAIMS}ours-")
        assert claim != f"{CLAIMS}ours-0123"
    assert (waiting.paused, claims(bucket)) == (0, [])
    left.put(f"{CLAIMS}theirs-0123", b"")
    with pytest.raises(Transient, match="somebody else"), waiting.lease.held():
        pass
    assert claims(bucket) == [f"{CLAIMS}theirs-0123"]


@pytest.mark.parametrize(
    ("key", "where"),
    [
        (KEY, CLAIMS),
        ("16/manifest.json", ".manifest-sync-lease/16/manifest.json/"),
        ("manifest.json", ".manifest-sync-lease/manifest.json/"),
    ],
)
def test_claims_are_beside_the_prefix(bucket: Bucket, key: str, where: str) -> None:
    lease = Waiting(bucket, key).lease
    assert lease.prefix == where
    with lease.held():
        [claim] = claims(bucket)
        assert claim.startswith(where)
    assert claims(bucket) == []


def test_who_finds_another_waits_until_it_is_gone(bucket: Bucket) -> None:
    waiting = Waiting(bucket)
    with Waiting(bucket).lease.held():
        theirs = claims(bucket)
        with pytest.raises(Transient, match="somebody else"), waiting.lease.held():
            pytest.fail("there are two holders")
        assert claims(bucket) == theirs
    assert waiting.paused == 7
    with waiting.lease.held():
        assert waiting.paused == 7


def test_what_a_killed_holder_left_expires(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put_key(CLAIMS + "left")
    monkeypatch.setattr(s3_lease, "EXPIRES", timedelta(seconds=-5))
    waiting = Waiting(bucket)
    with waiting.lease.held():
        assert CLAIMS + "left" not in claims(bucket)
    assert waiting.paused == 0
    assert waiting.asked.count(Request.PUT) == 1


def test_a_holder_that_took_too_long_does_not_write(bucket: Bucket) -> None:
    waiting = Waiting(bucket)
    with waiting.lease.held() as still:
        still()
        waiting.time += 61
        with pytest.raises(Transient):
            still()


def test_nothing_is_leased_for_other_files_or_where_nothing_is_known(bucket: Bucket) -> None:
    bucket.create("a.txt", b"x")
    assert bucket.requests == {Request.PUT: 1}
    bucket.connection.abilities = Abilities()  # as before any probe
    bucket.create(MANIFEST_NAME, b"{}")
    assert bucket.requests == {Request.PUT: 2}


@pytest.mark.parametrize("first", [True, False])
def test_of_many_at_once_exactly_one_publishes(bucket: Bucket, first: bool) -> None:
    """Without the lease several of them do, in almost every round."""
    for round_ in range(2):
        style = bucket.with_prefix(f"styles/{round_}/")
        before: Stamp = ABSENT
        if not first:
            before = style.create(MANIFEST_NAME, b"old")

        def publish(writer: int, style: Bucket = style, before: Stamp = before) -> bool:
            body = bytes_body(f"{writer}".encode(), 0)
            try:
                style.store.write(MANIFEST_NAME, body, expect=before, keep_under=f"{writer}")
            except (Moved, Transient):
                return False
            return True

        with ThreadPoolExecutor(3) as pool:
            won = list(pool.map(publish, range(3)))
        assert won.count(True) == 1
        assert style.under_test().bytes_at(MANIFEST_NAME) == f"{won.index(True)}".encode()
    assert claims(bucket) == []
