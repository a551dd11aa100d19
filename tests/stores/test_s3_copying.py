from collections.abc import Callable, Sequence

import pytest

from manifest_sync.core.abilities import Abilities, Guard
from manifest_sync.core.errors import Corrupted, Denied, Moved, StoreError, Transient
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.stores import s3_looking, s3_writing
from manifest_sync.stores.base import Limits, Many, NewCopy, Request, Written
from manifest_sync.stores.bodies import bytes_body, content_of
from manifest_sync.stores.s3 import S3Store
from manifest_sync.stores.s3_connection import connect
from manifest_sync.stores.s3_settings import S3Settings
from tests.rewriting_s3 import Headers, Rewriter
from tests.servers import S3Server
from tests.stores.many_contract import written
from tests.stores.s3_cases import Bucket
from tests.stores.scripted_s3 import Reply, refusal
from tests.stores.under_test import MTIME_NS, present

LARGEST_COPY = 5 << 30


def filled(bucket: Bucket, names: Sequence[str]) -> list[NewCopy]:
    """Objects in one folder, and their copies to be made in another."""
    files = [(f"old/{name}", bytes_body(name.encode(), MTIME_NS)) for name in names]
    made = bucket.store.create_small(files, limits=Limits(8))
    bucket.requests.clear()
    return [
        NewCopy(path, present(written(each).stamp), path.replace("old/", "new/"))
        for (path, _), each in zip(files, made, strict=True)
    ]


def copied(bucket: Bucket, copies: Sequence[NewCopy]) -> list[Written | StoreError]:
    return [*bucket.store.copy_many(copies, limits=Limits(4))]


def at_copies(proxy: Rewriter, act: Callable[[str, Headers], Reply | None]) -> None:
    """Let something happen before each COPY is passed on, or be answered in its stead."""

    def instead(method: str, path: str, headers: Headers, _body: bytes) -> Reply | None:
        is_copy = method == "PUT" and "x-amz-copy-source" in headers
        return act(path, headers) if is_copy else None

    proxy.instead = instead


# How many requests


@pytest.mark.parametrize("versioned", [False, True])
def test_what_was_copied_is_looked_at_before_and_after(moto: S3Server, versioned: bool) -> None:
    bucket = Bucket(moto, "auto", versioned=versioned)
    copies = filled(bucket, "abc")
    assert bucket.store.gains_by(Many.COPY)
    results = copied(bucket, copies)
    assert bucket.requests == {Request.HEAD: 6, Request.COPY: 3}
    for copy, each in zip(copies, results, strict=True):
        assert written(each) == Written(bucket.store.stat(copy.path))
        assert bucket.head(copy.path)["Metadata"] == bucket.head(copy.source)["Metadata"]


def test_many_that_lie_together_are_looked_at_by_two_listings(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_looking, "_FEW", 8)
    copies = filled(bucket, "abcdefghi")
    results = copied(bucket, copies)
    assert [written(each).stamp for each in results] == [
        bucket.store.stat(copy.path) for copy in copies
    ]
    assert (bucket.requests[Request.LIST], bucket.requests[Request.COPY]) == (2, 9)


def test_two_copies_of_one_source_look_at_it_once(bucket: Bucket) -> None:
    [copy] = filled(bucket, "a")
    other = NewCopy(copy.source, copy.stamp, "new/b")
    assert [type(each) for each in copied(bucket, [copy, other])] == [Written] * 2
    assert bucket.requests == {Request.HEAD: 3, Request.COPY: 2}


# What is wrong with a copy is found out


def test_a_source_that_is_replaced_meanwhile_is_found_out(proxy: Rewriter, bucket: Bucket) -> None:
    copies = filled(bucket, "abc")

    def replace(path: str, _headers: Headers) -> None:
        if path.endswith("new/b"):
            bucket.put("old/b", b"c")

    at_copies(proxy, replace)
    assert [type(each) for each in copied(bucket, copies)] == [Written, Corrupted, Written]


def test_a_source_that_is_deleted_meanwhile_has_moved(proxy: Rewriter, bucket: Bucket) -> None:
    copies = filled(bucket, "abc")

    def drop(path: str, _headers: Headers) -> None:
        if path.endswith("new/b"):
            bucket.drop("old/b")

    at_copies(proxy, drop)
    assert [type(each) for each in copied(bucket, copies)] == [Written, Moved, Written]
    assert "new/b" not in bucket.under_test().paths()


def test_a_success_that_left_nothing_behind_is_none(proxy: Rewriter, bucket: Bucket) -> None:
    copies = filled(bucket, "ab")
    lie = b"<CopyObjectResult><ETag>0</ETag></CopyObjectResult>"
    at_copies(proxy, lambda path, _: Reply(200, body=lie) if path.endswith("b") else None)
    assert [type(each) for each in copied(bucket, copies)] == [Written, Transient]


def test_a_refusal_is_that_of_its_key(proxy: Rewriter, bucket: Bucket) -> None:
    copies = filled(bucket, "ab")
    denied = refusal(403, "AccessDenied")
    at_copies(proxy, lambda path, _: denied if path.endswith("b") else None)
    assert [type(each) for each in bucket.store.copy_many(copies, limits=Limits(1))] == [
        Written,
        Denied,
    ]


def test_what_is_larger_than_a_copy_may_be_is_not_copied(proxy: Rewriter, bucket: Bucket) -> None:
    [copy] = filled(bucket, "a")

    def answers(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        is_head = "etag" in headers and not body
        return headers | ({"content-length": f"{LARGEST_COPY + 1}"} if is_head else {}), body

    proxy.answers = answers
    stamp = bucket.under_test().stamp(copy.source)
    [error] = copied(bucket, [NewCopy(copy.source, stamp, copy.path)])
    assert "larger than 5 GiB" in str(error)
    assert bucket.requests[Request.COPY] == 0


# The condition of what is there


def test_where_the_server_minds_it_nothing_is_copied_over_what_has_appeared(
    proxy: Rewriter, bucket: Bucket
) -> None:
    bucket.connection.abilities = Abilities(copy=Guard(create=True))
    copies = filled(bucket, "abc")

    def mind(path: str, headers: Headers) -> Reply | None:
        """As S3 does, and moto does not."""
        assert headers["if-none-match"] == "*"
        return refusal(412, "PreconditionFailed") if path.endswith("new/b") else None

    bucket.put("new/b", b"theirs")
    at_copies(proxy, mind)
    assert [type(each) for each in copied(bucket, copies)] == [Written, Moved, Written]
    assert not bucket.connection.contradicted
    assert bucket.under_test().bytes_at("new/b") == b"theirs"


def test_a_refusal_where_nothing_is_is_not_taken_for_a_change(
    proxy: Rewriter, bucket: Bucket
) -> None:
    bucket.connection.abilities = Abilities(copy=Guard(create=True))
    at_copies(proxy, lambda *_: refusal(412, "PreconditionFailed"))
    assert [type(each) for each in copied(bucket, filled(bucket, "a"))] == [StoreError]
    assert bucket.connection.contradicted


# ETags that are no MD5s, and settings


def test_the_copy_of_an_object_of_several_parts_has_an_etag_of_its_own(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_writing, "LARGEST_SINGLE", 1)
    stamp = bucket.create("old/a", b"bytes")
    assert stamp.etag.endswith("-1")
    [done] = copied(bucket, [NewCopy("old/a", stamp, "new/a")])
    copy = written(done).stamp
    assert copy == bucket.store.stat("new/a")
    assert isinstance(copy, ObjectStamp)
    assert copy.etag != stamp.etag


@pytest.mark.parametrize(("encryption", "expected"), [("aws:kms", Written), ("AES256", Corrupted)])
def test_another_etag_is_another_object_unless_it_is_encrypted(
    proxy: Rewriter, bucket: Bucket, encryption: str, expected: type[Written | StoreError]
) -> None:
    [copy] = filled(bucket, "a")
    told = {
        "etag": f'"{content_of(b"b").md5}"',
        "content-length": "1",
        "last-modified": "Sat, 21 Nov 2026 12:00:00 GMT",
        "x-amz-server-side-encryption": encryption,
    }

    def instead(method: str, path: str, _headers: Headers, _body: bytes) -> Reply | None:
        return Reply(200, told) if method == "HEAD" and path.endswith("new/a") else None

    proxy.instead = instead
    assert [type(each) for each in copied(bucket, [copy])] == [expected]


def test_a_storage_class_is_asked_for_with_each_copy(moto: S3Server) -> None:
    bucket = Bucket(moto, "auto")
    copies = filled(bucket, "ab")
    settings = S3Settings(endpoint_url=moto.endpoint, storage_class="STANDARD_IA")
    store = S3Store(connect(settings, bucket.name), bucket.prefix)
    assert not store.gains_by(Many.COPY)
    assert [type(each) for each in store.copy_many(copies, limits=Limits(2))] == [Written] * 2
    assert bucket.head("new/b")["StorageClass"] == "STANDARD_IA"
