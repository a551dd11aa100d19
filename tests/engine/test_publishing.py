"""What is published, and being the one who publishes next."""

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Overtaken, Refused, Transient
from manifest_sync.core.manifest import MANIFEST_NAME, Manifest
from manifest_sync.core.publication import Publication
from manifest_sync.core.stamps import ABSENT, ObjectStamp
from manifest_sync.engine.publishing import (
    UNPUBLISHED,
    Published,
    publish,
    read_published,
)
from manifest_sync.formats.manifest_json import render_manifest
from manifest_sync.stores.base import Request
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.memory import MemoryStore
from tests.stores.under_test import present

MODIFIED_NS = 1_700_000_000_000_000_000
OWN = Manifest("16", "s3://bucket/styles/16/")


def saying(*paths: str) -> Manifest:
    return OWN.with_lines({path: content_of(path.encode()) for path in paths}, {})


ANNA = Publication("2026-11-20T14:03:11.250Z", "anna", "ws3", "1.2")
BEN = Publication("2026-11-21T09:00:00.000Z", "ben", "ws4", "1.3")
FIRST, SECOND, THIRD = saying("a.png"), saying("a.png", "b.png"), saying("c.png")


@pytest.fixture
def bucket() -> MemoryStore:
    return MemoryStore(Side.S3)


def put(bucket: MemoryStore, manifest: Manifest) -> Published:
    text = render_manifest(manifest)
    stamp = bucket.put_out_of_band(MANIFEST_NAME, text, MODIFIED_NS)
    by = Publication("2023-11-14T22:13:20.000Z")
    return Published(stamp, text, manifest, by, content_of(text))


def published(bucket: MemoryStore) -> bytes | None:
    return bucket.bytes_at(MANIFEST_NAME)


def test_nothing_is_published(bucket: MemoryStore) -> None:
    assert read_published(bucket, ABSENT, OWN) == UNPUBLISHED


def test_what_is_published_is_read_once_in_each_state() -> None:
    requests: list[Request] = []
    bucket = MemoryStore(Side.S3, on_request=lambda kind, _: requests.append(kind))
    there = put(bucket, FIRST)
    assert read_published(bucket, there.stamp, OWN) == there
    assert requests == [Request.GET]
    assert isinstance(there.stamp, ObjectStamp)
    assert there.text is not None
    assert there.publication is not None
    remembered = {there.stamp.etag: (there.text, there.publication)}
    assert read_published(bucket, there.stamp, OWN, remembered.get) == there
    assert requests == [Request.GET]


def test_a_manifest_that_is_replaced_after_the_listing_is_read_as_it_is_now(
    bucket: MemoryStore,
) -> None:
    listed = put(bucket, FIRST).stamp
    there = put(bucket, SECOND)
    assert read_published(bucket, listed, OWN) == there
    bucket.drop_out_of_band(MANIFEST_NAME)
    assert read_published(bucket, listed, OWN) == UNPUBLISHED


def test_a_manifest_that_never_stands_still_is_an_error_to_try_again(bucket: MemoryStore) -> None:
    def replaced(call: Call, _path: str) -> None:
        if call is Call.READ:
            put(bucket, SECOND if published(bucket) == render_manifest(FIRST) else FIRST)

    listed = put(bucket, FIRST).stamp
    with pytest.raises(Transient):
        read_published(FaultyStore(bucket, before_each=replaced), listed, OWN)


@pytest.mark.parametrize("text", [
    b"", b"{}", b"\xff", render_manifest(FIRST).replace(b'"16"', b'"17"'),
    render_manifest(FIRST).replace(b'"version": 1', b'"version": 2'),
])  # fmt: skip
def test_what_is_no_manifest_of_this_style_is_refused(bucket: MemoryStore, text: bytes) -> None:
    stamp = bucket.put_out_of_band(MANIFEST_NAME, text)
    with pytest.raises(Refused, match=r"s3://bucket/styles/16/manifest\.json"):
        read_published(bucket, stamp, OWN)


def test_publishing_replaces_what_was_read_and_keeps_it(bucket: MemoryStore) -> None:
    first, kept_at = publish(bucket, FIRST, UNPUBLISHED, by=ANNA, keep_under="1", now_ns=5)
    assert kept_at is None
    second, kept_at = publish(bucket, SECOND, first, by=BEN, keep_under="2", now_ns=6)
    assert kept_at is not None
    assert bucket.kept[kept_at] == render_manifest(FIRST)
    assert read_published(bucket, present(bucket.stat(MANIFEST_NAME)), OWN) == second
    assert second.manifest == SECOND
    assert (first.publication, second.publication) == (ANNA, BEN)


def test_the_same_again_is_not_written(bucket: MemoryStore) -> None:
    there = put(bucket, FIRST)
    refusing = FaultyStore(bucket, [Fault(Call.WRITE, Harm.BEFORE, times=99)])
    assert publish(refusing, FIRST, there, by=ANNA, keep_under="1", now_ns=5) == (there, None)


@pytest.mark.parametrize("seen", [True, False])
def test_who_is_not_first_is_overtaken_and_touches_nothing(bucket: MemoryStore, seen: bool) -> None:
    before = put(bucket, FIRST) if seen else UNPUBLISHED
    put(bucket, THIRD)
    with pytest.raises(Overtaken, match=r"s3://bucket/styles/16/manifest\.json"):
        publish(bucket, SECOND, before, by=ANNA, keep_under="1", now_ns=5)
    assert published(bucket) == render_manifest(THIRD)
    assert bucket.kept == {}


def test_a_lost_answer_is_not_taken_for_somebody_else(bucket: MemoryStore) -> None:
    before = put(bucket, FIRST)
    losing = FaultyStore(bucket, [Fault(Call.WRITE, Harm.AFTER)])
    there, kept_at = publish(losing, SECOND, before, by=ANNA, keep_under="1", now_ns=5)
    assert kept_at is not None
    assert bucket.kept[kept_at] == render_manifest(FIRST)
    text = render_manifest(SECOND)
    stamp = bucket.stat(MANIFEST_NAME)
    assert there == Published(stamp, text, SECOND, ANNA, content_of(text))
