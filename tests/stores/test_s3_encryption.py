"""Whether an ETag tells an MD5: learnt from what S3 says of an object when it is asked for it."""

from contextlib import AbstractContextManager

import pytest

from manifest_sync.core.errors import Denied, StoreError
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.stores.base import Request
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.s3 import S3Store
from manifest_sync.stores.s3_connection import connect
from manifest_sync.stores.s3_settings import S3Settings
from tests.servers import S3Server
from tests.stores.s3_cases import Bucket, Transport
from tests.stores.scripted_s3 import Reply, refusal, scripted_s3

MD5 = content_of(b"x").md5
STAMP = ObjectStamp(1, MD5)
KMS = {"x-amz-server-side-encryption": "aws:kms"}
SEALED = refusal(
    400, "InvalidRequest", "The object was stored using a form of Server Side Encryption."
)


def store_at(endpoint: str, transport: Transport = "auto") -> S3Store:
    return S3Store(connect(S3Settings(endpoint_url=endpoint, transport=transport), "bucket"), "p/")


def head(**headers: str) -> Reply:
    """Of the object in the state STAMP."""
    plain = {"ETag": f'"{MD5}"', "Last-Modified": "Sat, 21 Nov 2026 12:00:00 GMT"}
    return Reply(headers={**plain, "Content-Length": "1", **headers})


def listed(*keys: str) -> Reply:
    rows = "".join(
        f"<Contents><Key>{key}</Key><Size>1</Size><ETag>{MD5}</ETag>"
        "<LastModified>2026-11-21T12:00:00.000Z</LastModified></Contents>"
        for key in keys
    )
    text = f"<ListBucketResult>{rows}<IsTruncated>false</IsTruncated></ListBucketResult>"
    return Reply(headers={"Content-Type": "application/xml"}, body=text.encode())


@pytest.mark.parametrize("transport", ["auto", "boto3"])
@pytest.mark.parametrize("kms", [False, True])
def test_of_an_unknown_bucket_one_object_is_asked_about(
    moto: S3Server, transport: Transport, kms: bool
) -> None:
    bucket = Bucket(moto, transport)
    if kms:
        moto.client().put_bucket_encryption(
            Bucket=bucket.name,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
            },
        )
    for path in ("a.png", "b.png"):
        bucket.put(path, b"x")
    for _ in range(2):
        list(bucket.store.list())
        assert bucket.store.told_md5(STAMP) == (None if kms else MD5)
    assert bucket.requests == {Request.LIST: 2, Request.HEAD: 1}


def test_the_published_manifest_is_the_one_that_is_asked_about() -> None:
    asked: list[str] = []

    def script(method: str, path: str) -> Reply:
        if method == "HEAD":
            asked.append(path)
            return head(**KMS)
        return listed("p/a.png", "p/manifest.json", "p/z.png")

    with scripted_s3(script) as endpoint:
        store = store_at(endpoint)
        list(store.list())
    assert asked == ["/bucket/p/manifest.json"]
    assert store.told_md5(STAMP) is None


def test_who_may_not_ask_believes_what_is_listed() -> None:
    def script(method: str, _path: str) -> Reply:
        return refusal(403, "AccessDenied") if method == "HEAD" else listed("p/a.png")

    with scripted_s3(script) as endpoint:
        store = store_at(endpoint)
        assert [row.path for row in store.list()] == ["a.png"]
        assert store.told_md5(STAMP) == MD5


def test_beside_encrypted_objects_others_still_have_md5s_for_etags() -> None:
    with scripted_s3(
        lambda _method, path: head(**KMS) if path.endswith("kms.png") else head()
    ) as endpoint:
        store = store_at(endpoint)
        assert store.ask_md5("plain.png", STAMP) is None
        assert store.told_md5(STAMP) == MD5
        assert store.ask_md5("kms.png", STAMP) is None
        assert store.told_md5(STAMP) is None
        assert store.ask_md5("plain.png", STAMP) == MD5


def test_a_bad_request_is_asked_again_in_a_way_that_says_why() -> None:
    """S3 answers a HEAD without words: of a sealed object, and of an expired token alike."""

    def then(reply: Reply) -> AbstractContextManager[str]:
        return scripted_s3(lambda method, _path: Reply(400) if method == "HEAD" else reply)

    with then(SEALED) as endpoint:
        store = store_at(endpoint)
        with pytest.raises(StoreError, match="SSE-C"):
            store.ask_md5("a.png", STAMP)
        assert store.told_md5(STAMP) is None
    with then(refusal(400, "ExpiredToken")) as endpoint:
        store = store_at(endpoint)
        with pytest.raises(Denied, match="expired"):
            store.ask_md5("a.png", STAMP)
        assert store.told_md5(STAMP) == MD5
    with then(Reply(body=b"x")) as endpoint:
        store = store_at(endpoint)
        with pytest.raises(StoreError, match="400"):
            store.ask_md5("a.png", STAMP)


@pytest.mark.parametrize("transport", ["auto", "boto3"])
def test_who_reads_a_sealed_object_learns_it(transport: Transport) -> None:
    with scripted_s3(lambda *_: SEALED) as endpoint:
        store = store_at(endpoint, transport)
        with pytest.raises(StoreError, match="SSE-C"), store.read("a.png", STAMP):
            pytest.fail("it was opened")
        assert store.told_md5(STAMP) is None
