import threading
import time
from collections.abc import Sequence

import pytest

from manifest_sync.core.abilities import Abilities, Spelling
from manifest_sync.core.errors import Denied, Moved, NotBegun, SlowDown, StoreError, Transient
from manifest_sync.core.stamps import Present
from manifest_sync.stores import s3_deleting, s3_looking
from manifest_sync.stores.base import Limits, Many, Request, Written
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.s3_errors import Unsupported
from manifest_sync.stores.s3_probe import probe
from tests.rewriting_s3 import Headers, Rewriter
from tests.servers import S3Server
from tests.stores.many_contract import written
from tests.stores.minding_s3 import mind_etags
from tests.stores.s3_cases import Bucket
from tests.stores.scripted_s3 import Reply, refusal
from tests.stores.under_test import MTIME_NS, present

File = tuple[str, Present]
SOME = ("a.png", "b & c.png", "d.png")


def filled(bucket: Bucket, paths: Sequence[str]) -> list[File]:
    files = [(path, bytes_body(path.encode(), MTIME_NS)) for path in paths]
    made = bucket.store.create_small(files, limits=Limits(8))
    bucket.requests.clear()
    return [(path, present(written(w).stamp)) for path, w in zip(paths, made, strict=True)]


def deleted(bucket: Bucket, files: Sequence[File]) -> list[Written | StoreError]:
    return [*bucket.store.delete_many(files, keep_under="k", limits=Limits(4))]


def answering(proxy: Rewriter, reply: Reply) -> None:
    """Let the proxy answer every batched delete in the server's stead."""
    proxy.instead = lambda method, *_: reply if method == "POST" else None


def result(*rows: str) -> Reply:
    text = f"<DeleteResult>{''.join(rows)}</DeleteResult>"
    return Reply(200, {"Content-Type": "application/xml"}, text.encode())


def gone(path: str) -> str:
    return f"<Deleted><Key>styles/16/{path}</Key></Deleted>"


def failed(path: str, code: str) -> str:
    return f"<Error><Key>styles/16/{path}</Key><Code>{code}</Code></Error>"


# How many requests


def test_many_that_lie_together_take_one_listing_and_one_request(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_looking, "_FEW", 8)
    files = filled(bucket, [f"{number}.png" for number in range(9)])
    for path, _ in files[:4]:
        bucket.put(path, path.encode())  # so that there are versions that are not current
    files = [(path, bucket.under_test().stamp(path)) for path, _ in files]
    neighbour = bucket.with_prefix("styles/17/")
    neighbour.put("a.png", b"x")
    bucket.requests.clear()
    results = deleted(bucket, files)
    assert bucket.requests.pop(Request.HEAD, 0) <= 1  # moto leaves out the first after a marker
    assert bucket.requests == {Request.LIST: 1, Request.DELETE: 1}
    assert bucket.keys() == []
    assert neighbour.keys() == ["styles/17/a.png"]
    for (path, _), each in zip(files, results, strict=True):
        kept_at = written(each).kept_at
        assert kept_at is not None
        assert bucket.kept(kept_at) == path.encode()


def test_few_are_looked_at_one_by_one_and_deleted_together(bucket: Bucket) -> None:
    files = filled(bucket, SOME)
    assert [type(each) for each in deleted(bucket, files)] == [Written] * 3
    assert bucket.requests == {Request.HEAD: 3, Request.DELETE: 1}


def test_more_than_one_request_takes_are_divided(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_deleting, "LARGEST_BATCH", 2)
    files = filled(bucket, SOME)
    assert [type(each) for each in deleted(bucket, files)] == [Written] * 3
    assert bucket.requests[Request.DELETE] == 2
    assert bucket.keys() == []


def test_several_requests_are_made_at_the_same_time_and_no_more_than_are_allowed(
    proxy: Rewriter, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_deleting, "LARGEST_BATCH", 1)
    together, alone = threading.Barrier(2), threading.Lock()

    def meet(method: str, *_: object) -> None:
        if method == "POST":
            together.wait(timeout=20)  # else it would be broken, and the request not answered

    def be_alone(method: str, *_: object) -> None:
        if method == "POST":
            assert alone.acquire(blocking=False)
            time.sleep(0.05)
            alone.release()

    for at_a_time, instead in ((2, meet), (1, be_alone)):
        files = filled(bucket, ("a.png", "b.png"))
        proxy.instead = instead
        limits = Limits(at_a_time)
        results = [*bucket.store.delete_many(files, keep_under="k", limits=limits)]
        assert [type(each) for each in results] == [Written] * 2
        assert bucket.requests[Request.DELETE] == 2


def test_a_request_that_fails_hides_nothing_of_the_others(
    proxy: Rewriter, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_deleting, "LARGEST_BATCH", 1)
    files = filled(bucket, SOME)

    def instead(method: str, _path: str, _headers: Headers, body: bytes) -> Reply | None:
        refused = method == "POST" and b"d.png" in body
        return refusal(403, "AccessDenied") if refused else None

    proxy.instead = instead
    assert [type(each) for each in deleted(bucket, files)] == [Written, Written, Denied]
    assert bucket.under_test().paths() == ["d.png"]


def test_what_was_stopped_before_its_request_is_told_for_each_key(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_deleting, "LARGEST_BATCH", 2)
    files = filled(bucket, SOME)
    asked = iter([False, *[True] * 100])
    limits = Limits(1, lambda: next(asked))
    results = [*bucket.store.delete_many(files, keep_under="k", limits=limits)]
    assert len(results) == len(files)
    assert {type(each) for each in results} == {NotBegun}
    assert bucket.under_test().paths() == [*SOME]


@pytest.mark.parametrize(
    "listing",
    [
        refusal(403, "AccessDenied"),
        refusal(501, "NotImplemented"),
        Reply(200, {"Content-Type": "application/xml"}, b"<ListVersionsResult/>"),
        Reply(
            200,
            {"Content-Type": "application/xml"},
            b"<ListVersionsResult><Version><Key>styles/15/z.png</Key><VersionId>1</VersionId>"
            b"<IsLatest>true</IsLatest><Size>1</Size><ETag>e</ETag></Version></ListVersionsResult>",
        ),
    ],
    ids=["refused", "unknown", "empty", "of-other-keys"],
)
def test_where_listings_tell_nothing_objects_are_looked_at(
    proxy: Rewriter, bucket: Bucket, listing: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_looking, "_FEW", 1)
    files = filled(bucket, SOME)
    assert bucket.connection.is_versioned

    def instead(method: str, path: str, _headers: Headers, _body: bytes) -> Reply | None:
        return listing if method == "GET" and path.strip("/") == bucket.name else None

    proxy.instead = instead
    assert [type(each) for each in deleted(bucket, files)] == [Written] * 3
    assert bucket.requests == {Request.LIST: 1, Request.HEAD: 3, Request.DELETE: 1}


def test_without_versions_each_is_kept_in_the_trash(moto: S3Server) -> None:
    bucket = Bucket(moto, "auto")
    files = filled(bucket, SOME)
    assert not bucket.store.gains_by(Many.DELETE)
    for (path, _), each in zip(files, deleted(bucket, files), strict=True):
        kept_at = written(each).kept_at
        assert kept_at is not None
        assert bucket.kept(kept_at) == path.encode()
    assert bucket.requests == {Request.HEAD: 3, Request.COPY: 3, Request.DELETE: 3}


# Between the look and the deletion


def replacing(bucket: Bucket, proxy: Rewriter, path: str) -> None:
    """Let somebody replace an object right before the next batched delete."""
    judge = proxy.instead

    def instead(method: str, where: str, headers: Headers, body: bytes) -> Reply | None:
        if method == "POST":
            proxy.instead = judge
            bucket.put(path, b"theirs")
        return judge(method, where, headers, body)

    proxy.instead = instead


def test_what_is_replaced_meanwhile_stays_where_the_server_minds_its_etag(
    moto: S3Server, proxy: Rewriter, bucket: Bucket
) -> None:
    mind_etags(proxy, moto)
    bucket.connection.abilities = Abilities(delete=Spelling.QUOTED, batch_delete=True)
    assert bucket.store.gains_by(Many.DELETE)
    files = filled(bucket, SOME)
    replacing(bucket, proxy, SOME[1])
    results = deleted(bucket, files)
    assert [type(each) for each in results] == [Written, Moved, Written]
    assert bucket.under_test().paths() == [SOME[1]]
    assert bucket.under_test().bytes_at(SOME[1]) == b"theirs"
    assert not bucket.connection.contradicted


def test_what_is_replaced_meanwhile_stays_behind_as_a_version_where_it_does_not(
    moto: S3Server, proxy: Rewriter, bucket: Bucket
) -> None:
    files = filled(bucket, SOME)
    replacing(bucket, proxy, SOME[1])
    results = deleted(bucket, files)
    kept = [written(each).kept_at for each in results]
    assert [bucket.kept(place) for place in kept if place] == [p.encode() for p in SOME]
    versions = moto.client().list_object_versions(Bucket=bucket.name)["Versions"]
    [theirs] = [each for each in versions if each["Size"] == len(b"theirs")]
    assert bucket.kept(f"s3://{bucket.name}/{theirs['Key']}?versionId={theirs['VersionId']}") == (
        b"theirs"
    )


def test_a_server_that_minds_only_single_deletes_is_asked_for_each(bucket: Bucket) -> None:
    bucket.connection.abilities = probe(bucket.connection, lambda _kind, _count: None)
    assert bucket.connection.abilities.delete is Spelling.QUOTED
    assert not bucket.connection.abilities.batch_delete
    assert not bucket.store.gains_by(Many.DELETE)
    files = filled(bucket, SOME)
    assert [type(each) for each in deleted(bucket, files)] == [Written] * 3
    assert bucket.requests == {Request.HEAD: 3, Request.DELETE: 3}


def test_it_is_found_out_whether_a_server_minds_the_etags_of_a_batch(
    moto: S3Server, proxy: Rewriter, bucket: Bucket
) -> None:
    mind_etags(proxy, moto)
    assert probe(bucket.connection, lambda _kind, _count: None).batch_delete
    minds = proxy.instead

    def never(method: str, path: str, headers: Headers, body: bytes) -> Reply | None:
        return minds(method, path, headers, body.replace(b"</ETag>", b"-of-another</ETag>"))

    proxy.instead = never
    assert not probe(bucket.connection, lambda _kind, _count: None).batch_delete


# What the answer says


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDenied", Denied),
        ("InternalError", Transient),
        ("NoSuchKey", Moved),
        ("SlowDown", SlowDown),
        ("InvalidArgument", StoreError),
        ("NotImplemented", Unsupported),
    ],
)
def test_an_error_within_an_answer_of_success_is_that_of_its_key(
    proxy: Rewriter, bucket: Bucket, code: str, error: type[StoreError]
) -> None:
    files = filled(bucket, ("a.png", "b.png", "c.png"))
    answering(proxy, result(gone("a.png"), failed("b.png", code), gone("c.png")))
    assert [type(each) for each in deleted(bucket, files)] == [Written, error, Written]


def test_a_key_that_the_answer_does_not_mention_is_not_taken_for_deleted(
    proxy: Rewriter, bucket: Bucket
) -> None:
    files = filled(bucket, ("a.png", "b.png", "c.png"))
    answering(proxy, result(gone("a.png"), gone("c.png"), gone("another.png")))
    assert [type(each) for each in deleted(bucket, files)] == [Written, Transient, Written]


def test_a_refusal_of_what_holds_is_not_taken_for_a_change(proxy: Rewriter, bucket: Bucket) -> None:
    bucket.connection.abilities = Abilities(batch_delete=True)
    files = filled(bucket, ("a.png", "b.png"))
    answering(proxy, result(gone("a.png"), failed("b.png", "PreconditionFailed")))
    assert [type(each) for each in deleted(bucket, files)] == [Written, StoreError]
    assert bucket.connection.contradicted


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refusal(403, "AccessDenied"), Denied),
        (refusal(400, "MalformedXML"), StoreError),
        (refusal(501, "NotImplemented"), Unsupported),
    ],
)
def test_where_the_whole_request_is_refused_each_key_is(
    proxy: Rewriter, bucket: Bucket, reply: Reply, error: type[StoreError]
) -> None:
    files = filled(bucket, ("a.png", "b.png"))
    answering(proxy, reply)
    assert [type(each) for each in deleted(bucket, files)] == [error, error]
    assert not bucket.connection.contradicted
