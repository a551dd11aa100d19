"""What is asked without boto3 is told as boto3 tells it, and left to it where anything is odd."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from manifest_sync.core.abilities import Versioning
from manifest_sync.core.errors import Denied, Moved, StoreError, Transient
from manifest_sync.core.stamps import ABSENT, ObjectStamp
from manifest_sync.stores import s3_plain
from manifest_sync.stores.s3_connection import S3Connection, connect
from manifest_sync.stores.s3_environment import described
from manifest_sync.stores.s3_objects import S3Objects
from manifest_sync.stores.s3_plain import PlainRequests
from manifest_sync.stores.s3_settings import S3Settings
from tests.rewriting_s3 import Headers, Rewriter
from tests.servers import S3Server
from tests.stores.scripted_s3 import Reply, refusal, scripted_s3

XML = {"Content-Type": "application/xml"}
ENABLED = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
MD5 = "0cc175b9c0f1b6a831c399e269772661"


class Boto3Asked(Exception):
    """Raised in boto3's stead."""


@pytest.fixture
def no_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_(_: S3Connection) -> None:
        raise Boto3Asked

    monkeypatch.setattr(S3Connection, "client", property(raise_))


def objects_at(endpoint: str, bucket: str = "bucket") -> S3Objects:
    connection = connect(S3Settings(endpoint_url=endpoint), bucket)
    return S3Objects(connection, lambda _kind, _count: None)


def plain_at(endpoint: str) -> PlainRequests:
    return PlainRequests("bucket", described(S3Settings(endpoint_url=endpoint)))


@pytest.mark.usefixtures("no_boto3")
@pytest.mark.parametrize("key", ["p/a.png", "p/a b+ä&?#%2F.png", "/p//a"])
@pytest.mark.parametrize("versioned", [False, True])
def test_objects_are_looked_at_copied_and_deleted_without_boto3(
    moto: S3Server, versioned: bool, key: str
) -> None:
    bucket = moto.new_bucket(versioned=versioned)
    made = moto.client().put_object(
        Bucket=bucket, Key=key, Body=b"a", Metadata={"md5chksum": "DMF1ucDxtqgxw5niaXcmYQ=="}
    )
    objects = objects_at(moto.endpoint, bucket)
    assert objects.connection.is_versioned is versioned
    stamp = ObjectStamp(1, MD5, made.get("VersionId"))
    assert objects.stamp(key) == stamp
    copied = objects.copy(key, stamp, f"{key}2")
    assert moto.client().head_object(Bucket=bucket, Key=f"{key}2")["Metadata"] == {
        "md5chksum": "DMF1ucDxtqgxw5niaXcmYQ=="
    }
    assert (copied.version_id is not None) is versioned
    objects.delete(key)
    left = moto.client().list_objects_v2(Bucket=bucket)["Contents"]
    assert [each["Key"] for each in left] == [f"{key}2"]
    if versioned:
        assert objects.kept_at(key, stamp, "k") is not None
        again = objects.copy(key, stamp, key, source_version=stamp.version_id)
        assert again.etag == MD5


@pytest.mark.usefixtures("no_boto3")
def test_a_head_is_told_as_boto3_tells_it(moto: S3Server) -> None:
    bucket = moto.new_bucket(versioned=True)
    moto.client().put_object(
        Bucket=bucket, Key="a", Body=b"a", Metadata={"Mtime": "1.5"}, ServerSideEncryption="aws:kms"
    )
    objects = objects_at(moto.endpoint, bucket)
    ours, theirs = objects.head("a"), moto.client().head_object(Bucket=bucket, Key="a")
    assert ours is not None
    assert ours == {name: value for name, value in theirs.items() if name in ours}
    assert {"ETag", "ContentLength", "VersionId", "ServerSideEncryption", "Metadata"} <= {*ours}
    assert objects.connection.etags_are_md5 is False


@pytest.mark.parametrize(
    "reply",
    [
        refusal(500, "InternalError"),
        refusal(503, "SlowDown"),
        refusal(403, "RequestTimeTooSkewed"),
        Reply(200, XML, b"<Error><Code>InternalError</Code></Error>"),
        Reply(200, XML, b""),
        Reply(200, XML, ENABLED[:30]),
        Reply(200, XML, ENABLED, missing=10),
        Reply(307, {"Location": "http://127.0.0.1:9/"}),
    ],
)
def test_whatever_is_no_success_is_asked_again_by_boto3(reply: Reply) -> None:
    asked: list[str] = []

    def script(_method: str, path: str) -> Reply:
        asked.append(path)
        return reply if len(asked) == 1 else Reply(200, XML, ENABLED)

    with scripted_s3(script) as endpoint:
        assert plain_at(endpoint).versioning() is None
        asked.clear()
        connection = connect(S3Settings(endpoint_url=endpoint), "bucket")
        assert connection.versioning is Versioning.ENABLED
    assert asked == ["/bucket?versioning"] * 2


def test_a_copy_that_failed_within_an_answer_of_success_did_not_succeed() -> None:
    failed = Reply(200, XML, b"<Error><Code>InternalError</Code></Error>")
    with scripted_s3(lambda *_: failed) as endpoint, pytest.raises(Transient):
        objects_at(endpoint).copy("a", ObjectStamp(1, MD5), "b")


def test_what_is_not_there_is_absent(moto: S3Server) -> None:
    assert objects_at(moto.endpoint, moto.new_bucket()).stamp("a") == ABSENT


def test_a_refusal_is_translated(moto: S3Server, proxy: Rewriter) -> None:
    objects = objects_at(proxy.endpoint, moto.new_bucket())
    proxy.instead = lambda *_: refusal(403, "AccessDenied")
    with pytest.raises(Denied):
        objects.delete("a")
    proxy.instead = lambda *_: refusal(412, "PreconditionFailed")
    with pytest.raises(Moved):
        objects.copy("a", ObjectStamp(1, MD5), "b")


@pytest.mark.usefixtures("no_boto3")
def test_conditions_reach_the_server(moto: S3Server, proxy: Rewriter) -> None:
    heard: list[Headers] = []

    def listen(_method: str, _path: str, headers: Headers, _body: bytes) -> None:
        heard.append(headers)

    bucket = moto.new_bucket()
    moto.client().put_object(Bucket=bucket, Key="a", Body=b"a")
    objects = objects_at(proxy.endpoint, bucket)
    proxy.instead = listen
    objects.copy("a", ObjectStamp(1, MD5), "b", asked={"IfNoneMatch": "*"})
    objects.delete("b", {"IfMatch": MD5})
    assert heard[0]["x-amz-copy-source-if-match"] == f'"{MD5}"'
    assert heard[0]["if-none-match"] == "*"
    assert heard[1]["if-match"] == MD5


def test_a_server_that_nobody_reaches_is_boto3s_to_tell(unused_endpoint: str) -> None:
    with pytest.raises(StoreError, match="does not answer"):
        objects_at(unused_endpoint).stamp("a")


@pytest.fixture
def unused_endpoint(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("manifest_sync.stores.s3_session.ATTEMPTS", 1)
    return "http://127.0.0.1:9"


def test_encryption_that_is_configured_is_left_to_boto3(
    no_boto3: None,  # noqa: ARG001 - what it does is what is asked about
    moto: S3Server,
) -> None:
    settings = S3Settings(endpoint_url=moto.endpoint, sse="AES256")
    objects = S3Objects(connect(settings, moto.new_bucket()), lambda _kind, _count: None)
    with pytest.raises(Boto3Asked):
        objects.copy("a", ObjectStamp(1, MD5), "b")


@pytest.mark.usefixtures("no_boto3")
def test_connections_are_used_again_while_servers_keep_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = 0
    connected: Callable[..., object] = s3_plain._connected

    def count(*arguments: object) -> object:
        nonlocal made
        made += 1
        return connected(*arguments)

    monkeypatch.setattr(s3_plain, "_connected", count)
    replies = {"goes": Reply(200, XML, ENABLED)}
    with scripted_s3(lambda *_: replies["goes"]) as endpoint:
        plain = plain_at(endpoint)
        assert [plain.versioning() for _ in range(3)] == ["Enabled"] * 3
        assert made == 1
        monkeypatch.setattr(s3_plain, "_IDLE_SECONDS", 0)
        assert plain.versioning() == "Enabled"
        assert made == 2
        monkeypatch.setattr(s3_plain, "_IDLE_SECONDS", 60)
        replies["goes"] = Reply(200, {**XML, "Connection": "close"}, ENABLED)
        assert [plain.versioning() for _ in range(2)] == ["Enabled"] * 2
        assert made == 3


def test_a_server_that_takes_too_long_is_not_waited_for_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(*_: object) -> Reply:
        time.sleep(0.3)
        return Reply(200, XML, ENABLED)

    monkeypatch.setattr(s3_plain, "READ_SECONDS", 0.05)
    with scripted_s3(slow) as endpoint:
        assert plain_at(endpoint).versioning() is None


def test_a_certificate_that_nobody_trusts_is_not_trusted_here(certificate: Path) -> None:
    asked: list[str] = []

    def script(_method: str, path: str) -> Reply:
        asked.append(path)
        return Reply(200, XML, ENABLED)

    with scripted_s3(script, certificate) as endpoint:
        assert plain_at(endpoint).versioning() is None
    assert not asked


@pytest.mark.parametrize("transport", ["auto", "boto3"])
def test_only_what_the_environment_describes_is_asked_here(
    moto: S3Server, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    bucket = moto.new_bucket()
    settings = S3Settings(endpoint_url=moto.endpoint)
    if transport == "boto3":
        settings = S3Settings(endpoint_url=moto.endpoint, transport="boto3")
    else:
        monkeypatch.setenv("AWS_PROFILE", "lab")
    assert connect(settings, bucket).plain.versioning() is None


def test_the_token_of_a_session_is_sent(
    moto: S3Server, proxy: Rewriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def listen(_method: str, _path: str, headers: Headers, _body: bytes) -> None:
        heard.append(headers["x-amz-security-token"])

    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    proxy.instead = listen
    connection = connect(S3Settings(endpoint_url=proxy.endpoint), moto.new_bucket())
    assert connection.plain.versioning() == ""
    assert heard == ["token"]
