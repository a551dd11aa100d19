import socket
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import NamedTuple, get_args

import botocore.endpoint
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import CredentialRetrievalError, UnauthorizedSSOTokenError

from manifest_sync.core.errors import (
    Corrupted,
    Denied,
    Moved,
    NotFound,
    NotSignedIn,
    SlowDown,
    StoreError,
    Transient,
    Unreachable,
)
from manifest_sync.core.stamps import ABSENT, ObjectStamp
from manifest_sync.stores import s3_bulk, s3_session
from manifest_sync.stores.base import Store
from manifest_sync.stores.bodies import bytes_body, content_of
from manifest_sync.stores.s3 import S3Store
from manifest_sync.stores.s3_connection import S3Connection, connect
from manifest_sync.stores.s3_errors import Unsupported
from manifest_sync.stores.s3_settings import S3Settings
from tests.servers import ACCESS_KEY, SECRET_KEY, S3Server
from tests.stores.s3_cases import Transport
from tests.stores.scripted_s3 import Reply, refusal, scripted_s3


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 asks again at once; obstore after its 0.1 s."""
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))


LONG_AGO = "Sat, 21 Nov 2026 12:00:00 GMT"
STAMP = ObjectStamp(5, content_of(b"bytes").md5)


def read(store: Store) -> bytes:
    with store.read("a.png", STAMP) as reading:
        return b"".join(reading.chunks)


CALLS: dict[str, Callable[[Store], object]] = {
    "list": lambda store: list(store.list()),
    "read": read,
    "write": lambda store: store.write(
        "a.png", bytes_body(b"bytes", 1), expect=ABSENT, keep_under="k"
    ),
    "ask_md5": lambda store: store.ask_md5("a.png", STAMP),
    "delete": lambda store: store.delete("a.png", expect=STAMP, keep_under="k"),
}


def store_at(endpoint: str, transport: Transport, bucket: str = "bucket") -> S3Store:
    return S3Store(connected(endpoint, transport, bucket), "p/")


def connected(endpoint: str, transport: Transport, bucket: str = "bucket") -> S3Connection:
    return connect(S3Settings(endpoint_url=endpoint, transport=transport), bucket)


def shows_no_secret(error: BaseException) -> bool:
    return not any(secret in str(error) for secret in (ACCESS_KEY, SECRET_KEY, "password"))


@pytest.fixture(params=get_args(Transport))
def transport(request: pytest.FixtureRequest) -> Transport:
    chosen: Transport = request.param
    return chosen


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Callable[[Store], object]:
    return CALLS[request.param]


# No server


def test_an_endpoint_that_refuses_is_unreachable(
    transport: Transport, call: Callable[[Store], object]
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    store = store_at(f"http://user:password@127.0.0.1:{port}", transport)
    with pytest.raises(Unreachable, match=f"http://127.0.0.1:{port} does not answer") as raised:
        call(store)
    assert shows_no_secret(raised.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["list", "write"])
def test_an_endpoint_that_swallows_everything_is_given_up_soon(
    transport: Transport, name: str
) -> None:
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        store = store_at(f"http://127.0.0.1:{deaf.getsockname()[1]}", transport)
        began = time.monotonic()
        with pytest.raises(Unreachable, match="does not answer"):
            CALLS[name](store)
        assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    "endpoint", ["no url", "ftp://x", "http://", "127.0.0.1:9000", "http://[", "http://x:y"]
)
def test_an_endpoint_that_is_no_url(endpoint: str, transport: Transport) -> None:
    with pytest.raises(StoreError):
        list(store_at(endpoint, transport).list())


# No credentials


def test_without_credentials(
    transport: Transport, call: Callable[[Store], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NotSignedIn, match="no AWS credentials were found"):
        call(store_at("http://127.0.0.1:9", transport))


def test_with_half_of_the_credentials(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(Denied, match="incomplete") as raised:
        list(store_at("http://127.0.0.1:9", transport).list())
    assert shows_no_secret(raised.value)


def test_with_a_profile_that_is_not_there(transport: Transport) -> None:
    settings = S3Settings(profile="nobody", transport=transport)
    with pytest.raises(Denied, match="no such profile: nobody"):
        list(S3Store(connect(settings, "bucket"), "p/").list())


# The wrong bucket


@pytest.mark.parametrize("name", ["list", "read", "write"])
def test_a_bucket_that_is_not_there(moto: S3Server, transport: Transport, name: str) -> None:
    store = store_at(moto.endpoint, transport, "no-such-bucket")
    with pytest.raises(StoreError, match="there is no bucket “no-such-bucket” at http") as raised:
        CALLS[name](store)
    assert not isinstance(raised.value, (NotFound, Moved))


def test_a_bucket_whose_name_is_no_name(moto: S3Server) -> None:
    with pytest.raises(StoreError, match="“not a bucket”"):
        list(store_at(moto.endpoint, "boto3", "not a bucket").list())


# What a server may say


BYTES = Reply(headers={"ETag": f'"{STAMP.etag}"', "Last-Modified": LONG_AGO}, body=b"bytes")
SERVED = {
    "list": Reply(body=b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"),
    "read": BYTES,
    "write": Reply(headers=BYTES.headers),
}


class Said(NamedTuple):
    status: int
    code: str
    kind: type[StoreError]
    sentence: str


SAID = [
    Said(403, "AccessDenied", Denied, "the credentials do not allow to"),
    Said(403, "InvalidAccessKeyId", NotSignedIn, "does not know these credentials"),
    Said(403, "SignatureDoesNotMatch", Denied, "does not know these credentials"),
    Said(400, "ExpiredToken", NotSignedIn, "have expired"),
    Said(403, "RequestTimeTooSkewed", NotSignedIn, "clock"),
    Said(503, "SlowDown", SlowDown, "slow down"),
    Said(500, "InternalError", Transient, "just now"),
    Said(409, "OperationAborted", Transient, "just now"),
    Said(301, "PermanentRedirect", StoreError, "another region"),
    Said(403, "InvalidObjectState", StoreError, "archived"),
    Said(501, "NotImplemented", Unsupported, "does not do that"),
    Said(400, "InvalidRequest", StoreError, "InvalidRequest (what the server said)"),
]


class Refusing:
    """A store on a server that refuses everything but HEAD, for a reason that can be changed."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.reply = Reply()
        self.store: Store

    def script(self, method: str, _path: str) -> Reply:
        return Reply() if method == "HEAD" else self.reply


@pytest.fixture(scope="module", params=get_args(Transport))
def refusing(request: pytest.FixtureRequest) -> Iterator[Refusing]:
    """Asked once only, since what it says does not change by waiting."""
    made = Refusing(request.param)
    with scripted_s3(made.script) as endpoint:
        connection = connected(endpoint, made.transport)
        with pytest.MonkeyPatch.context() as patch:
            for module in (s3_session, s3_bulk):
                patch.setattr(module, "ATTEMPTS", 1)
            assert (connection.bulk is None) == (made.transport == "boto3")
        made.store = S3Store(connection, "p/")
        yield made


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.code)
@pytest.mark.parametrize("name", ["list", "read", "write"])
def test_what_a_server_says_is_one_sentence(refusing: Refusing, name: str, said: Said) -> None:
    refusing.reply = refusal(said.status, said.code, "what the server said")
    with pytest.raises(StoreError) as raised:
        CALLS[name](refusing.store)
    assert type(raised.value) is said.kind
    assert said.sentence in str(raised.value)
    assert "\n" not in str(raised.value)
    assert shows_no_secret(raised.value)


@pytest.mark.parametrize(
    ("status", "said", "kind", "sentence"),
    [
        (400, refusal(400, "ExpiredToken"), NotSignedIn, "have expired"),
        (403, refusal(403, "InvalidAccessKeyId"), NotSignedIn, "does not know these credentials"),
        (403, refusal(403, "AccessDenied"), Denied, "do not allow to look at p/a.png"),
        (403, SERVED["list"], Denied, "do not allow to look at p/a.png"),
    ],
)
def test_a_refusal_without_a_body_is_explained(
    status: int, said: Reply, kind: type[StoreError], sentence: str
) -> None:
    def script(method: str, _path: str) -> Reply:
        return Reply(status) if method == "HEAD" else said

    with scripted_s3(script) as endpoint, pytest.raises(StoreError, match=sentence) as raised:
        store_at(endpoint, "boto3").stat("a.png")
    assert type(raised.value) is kind


@pytest.mark.parametrize(("told", "seconds"), [("7", 7.0), ("", None), (LONG_AGO, None)])
def test_how_long_a_server_asks_to_wait(
    told: str, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_session, "ATTEMPTS", 1)
    busy = refusal(503, "SlowDown")
    reply = Reply(busy.status, {**busy.headers, "Retry-After": told}, busy.body)
    with scripted_s3(lambda *_: reply) as endpoint, pytest.raises(SlowDown) as raised:
        list(store_at(endpoint, "boto3").list())
    assert raised.value.seconds == seconds


@pytest.mark.parametrize(
    ("raised", "sentence"),
    [
        (UnauthorizedSSOTokenError(), "single sign-on has expired"),
        (CredentialRetrievalError(provider="x", error_msg=SECRET_KEY), "could not be obtained"),
    ],
)
def test_credentials_that_cannot_be_renewed_are_no_silence(
    raised: Exception, sentence: str, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renew(_: Credentials) -> None:
        raise raised

    # It is boto3 that renews, and only it minds this variable.
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")
    with scripted_s3(lambda *_: BYTES) as endpoint:
        store = store_at(endpoint, transport)
        store.stat("a.png")
        monkeypatch.setattr(Credentials, "get_frozen_credentials", renew)
        with pytest.raises(NotSignedIn, match=sentence) as told:
            CALLS["read"](store)
    assert shows_no_secret(told.value)


@pytest.mark.parametrize("name", SERVED)
def test_a_server_that_is_busy_for_a_moment_is_asked_again(transport: Transport, name: str) -> None:
    replies = [SERVED[name], refusal(503, "SlowDown")]
    with scripted_s3(lambda *_: replies.pop()) as endpoint:
        CALLS[name](store_at(endpoint, transport))
    assert replies == []


def test_a_trash_that_is_not_allowed_is_named(transport: Transport) -> None:
    headers = {"ETag": f'"{STAMP.etag}"', "Last-Modified": LONG_AGO, "Content-Length": "5"}

    def script(method: str, path: str) -> Reply:
        if "versioning" in path:
            return refusal(403, "AccessDenied")
        return Reply(headers=headers) if method == "HEAD" else refusal(403, "AccessDenied")

    with scripted_s3(script) as endpoint, pytest.raises(Denied, match="trash_prefix"):
        CALLS["delete"](store_at(endpoint, transport))


def test_an_object_that_is_gone_is_not_read(transport: Transport) -> None:
    reply = refusal(404, "NoSuchKey")
    with scripted_s3(lambda *_: reply) as endpoint, pytest.raises(Moved):
        read(store_at(endpoint, transport))


# What a server may do to bytes


def object_reply(body: bytes, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(headers={"Last-Modified": LONG_AGO, **named}, body=body)


def test_a_read_that_breaks_off_is_transient(transport: Transport) -> None:
    reply = Reply(
        headers={
            "ETag": f'"{STAMP.etag}"',
            "Last-Modified": LONG_AGO,
        },
        body=b"by",
        missing=3,
    )
    with (
        scripted_s3(lambda *_: reply) as endpoint,
        pytest.raises(Transient, match=r"the connection to http.* broke off") as raised,
    ):
        read(store_at(endpoint, transport))
    assert not isinstance(raised.value, Unreachable)


def test_a_server_that_ignores_conditions_is_found_out(transport: Transport) -> None:
    reply = object_reply(b"other", ETag='"00000000000000000000000000000000"')
    with scripted_s3(lambda *_: reply) as endpoint, pytest.raises(Moved):
        read(store_at(endpoint, transport))


@pytest.mark.parametrize("encrypted", [False, True])
def test_an_etag_that_is_not_the_md5_means_damage_or_encryption(
    transport: Transport, encrypted: bool
) -> None:
    headers = {"ETag": f'"{"0" * 32}"', "Last-Modified": LONG_AGO}
    if encrypted:
        headers["x-amz-server-side-encryption"] = "aws:kms"

    def script(method: str, _path: str) -> Reply:
        return Reply(headers={**headers, "Content-Length": "5" if method == "HEAD" else "0"})

    with scripted_s3(script) as endpoint:
        store = store_at(endpoint, transport)
        if not encrypted:
            with pytest.raises(Corrupted):
                CALLS["write"](store)
            return
        CALLS["write"](store)
        assert store.told_md5(STAMP) is None


def test_under_kms_no_etag_tells_an_md5() -> None:
    connection = connect(S3Settings(sse="aws:kms"), "bucket")
    assert S3Store(connection, "p/").told_md5(STAMP) is None
