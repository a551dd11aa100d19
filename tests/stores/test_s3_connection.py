import base64
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from manifest_sync.core.errors import InvalidInput, StoreError
from manifest_sync.core.stamps import ABSENT, ObjectStamp
from manifest_sync.stores.base import CHUNK
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.s3 import S3Store
from manifest_sync.stores.s3_address import (
    S3Location,
    S3Place,
    parse_location,
    parse_place,
    shown_endpoint,
)
from manifest_sync.stores.s3_connection import connect
from manifest_sync.stores.s3_multipart import PART, part_size
from manifest_sync.stores.s3_settings import S3Settings
from tests.rewriting_s3 import Headers, rewriting
from tests.servers import ACCESS_KEY, REGION, SECRET_KEY, S3Server
from tests.stores.scripted_s3 import Reply, refusal, scripted_s3

EMPTY = Reply(
    headers={"Content-Type": "application/xml"},
    body=b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>",
)


def test_obstore_is_used_where_it_can_be(moto: S3Server) -> None:
    assert connect(S3Settings(endpoint_url=moto.endpoint), "bucket").bulk is not None


def test_the_endpoint_comes_from_the_environment(
    moto: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto.endpoint)
    connection = connect(S3Settings(), moto.new_bucket())
    assert connection.endpoint == moto.endpoint
    assert list(S3Store(connection, "p/").list()) == []


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"])
def test_a_configured_endpoint_outdoes_the_environment(
    moto: S3Server, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    connection = connect(S3Settings(endpoint_url=moto.endpoint), moto.new_bucket())
    assert connection.bulk is not None
    assert list(S3Store(connection, "p/").list()) == []


def test_profile_region_and_endpoint_come_from_the_configuration_file(
    moto: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text(
        f"[profile lab]\nregion = eu-north-1\nendpoint_url = {moto.endpoint}\n"
        f"aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    connection = connect(S3Settings(profile="lab"), "bucket")
    assert connection.endpoint == moto.endpoint
    assert connection.client.meta.region_name == "eu-north-1"
    assert connection.bulk is not None
    assert connection.bulk.config.get("region") == "eu-north-1"


@pytest.mark.parametrize(
    ("environ", "own"),
    [
        ({}, False),
        ({"AWS_ENDPOINT_URL_S3": "https://s3.eu-west-1.amazonaws.com"}, False),
        ({"AWS_ENDPOINT_URL_S3": "http://u:p@127.0.0.1:9"}, True),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, True),
        (
            {
                "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
                "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
            },
            False,
        ),
    ],
)
def test_only_aws_gets_the_checksum_headers_that_others_stumble_over(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], own: bool
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    client = connect(S3Settings(), "bucket").client
    assert (client.meta.endpoint_url == "http://127.0.0.1:9") is own
    calculates = client.meta.config.request_checksum_calculation  # type: ignore[attr-defined]
    assert calculates == ("when_required" if own else "when_supported")


def test_deleting_many_has_the_header_that_many_servers_insist_on(moto: S3Server) -> None:
    heard: list[Headers] = []

    def insists(method: str, _path: str, headers: Headers, body: bytes) -> Reply | None:
        if method != "POST":
            return None
        heard.append(headers)
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()  # noqa: S324 - the header's
        return None if headers.get("content-md5") == md5 else refusal(400, "InvalidDigest")

    with rewriting(moto.endpoint) as proxy:
        proxy.instead = insists
        bucket = moto.new_bucket()
        client = connect(S3Settings(endpoint_url=proxy.endpoint), bucket).client
        client.put_object(Bucket=bucket, Key="a", Body=b"x")
        client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}]})
    assert "Contents" not in moto.client().list_objects_v2(Bucket=bucket)
    assert not [name for name in heard[0] if "checksum" in name]


def test_virtual_addressing_is_left_to_boto3(
    moto: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("[default]\ns3 =\n  addressing_style = virtual\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    assert connect(S3Settings(endpoint_url=moto.endpoint), "bucket").bulk is None


def test_a_proxy_is_used_and_left_to_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def script(_method: str, path: str) -> Reply:
        asked.append(path)
        return EMPTY

    with scripted_s3(script) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        connection = connect(S3Settings(endpoint_url="http://s3.example.test"), "bucket")
        assert connection.bulk is None
        assert list(S3Store(connection, "p/").list()) == []
    assert [path.partition("?")[0] for path in asked] == ["http://s3.example.test/bucket"]


def test_in_aws_the_bucket_is_reached_in_its_own_region() -> None:
    with mock_aws():
        connection = connect(S3Settings(), "far-away")
        connection.client.create_bucket(
            Bucket="far-away", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        assert connection.client.meta.region_name == REGION
        assert connection.bulk is not None
        assert connection.bulk.config.get("region") == "eu-west-1"
        assert connection.bulk.config.get("endpoint") == "https://s3.eu-west-1.amazonaws.com"


def test_what_is_configured_reaches_every_write(moto: S3Server) -> None:
    bucket = moto.new_bucket()
    settings = S3Settings(
        endpoint_url=moto.endpoint,
        sse="aws:kms",
        kms_key_id="arn:aws:kms:us-east-1:1:key/k",
        storage_class="STANDARD_IA",
        trash_prefix="trash/",
    )
    store = S3Store(connect(settings, bucket), "p/")
    one = store.write("a.png", bytes_body(b"one", 1), expect=ABSENT, keep_under="k").stamp
    assert isinstance(one, ObjectStamp)
    store.copy("a.png", one, "b.png", expect=ABSENT, keep_under="k")
    store.write("a.png", bytes_body(b"two", 1), expect=one, keep_under="k")
    for key in ("p/a.png", "p/b.png", "trash/k/p/a.png"):
        head = moto.client().head_object(Bucket=bucket, Key=key)
        assert head["ServerSideEncryption"] == "aws:kms"
        assert head["SSEKMSKeyId"] == settings.kms_key_id
        assert head["StorageClass"] == "STANDARD_IA"


# A certificate of one's own


@pytest.fixture
def https(certificate: Path) -> Iterator[str]:
    with scripted_s3(lambda *_: EMPTY, certificate) as endpoint:
        yield endpoint


@pytest.mark.parametrize("transport", ["auto", "boto3"])
def test_an_unknown_certificate_is_not_trusted(https: str, transport: str) -> None:
    settings = S3Settings(endpoint_url=https, transport="boto3" if transport == "boto3" else "auto")
    with pytest.raises(StoreError, match="AWS_CA_BUNDLE"):
        list(S3Store(connect(settings, "bucket"), "p/").list())


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_a_configured_certificate_is_trusted_and_left_to_boto3(
    https: str, certificate: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(certificate))
    connection = connect(S3Settings(endpoint_url=https), "bucket")
    assert connection.bulk is None
    assert list(S3Store(connection, "p/").list()) == []


# Addresses


@pytest.mark.parametrize(
    "place",
    [
        S3Place("b", "a/b.png"),
        S3Place("b", "a?b%3F#c%23 + é 日本/x.png", "id.with-_~"),
        S3Place("b", "what?versionId=trap.png"),
        S3Place("b", "what?versionId=trap.png", "null"),
    ],
)
def test_a_place_is_found_again(place: S3Place) -> None:
    assert parse_place(str(place)) == place


def test_a_location_gets_its_final_slash() -> None:
    assert parse_location("s3://b/p/q") == S3Location("b", "p/q/")
    assert parse_location("s3://b") == parse_location("s3://b/") == S3Location("b", "")
    assert str(parse_location("s3://b/p/")) == "s3://b/p/"


@pytest.mark.parametrize("text", ["", "b/p/", "s3:///p/", "http://b/p/"])
@pytest.mark.parametrize("parse", [parse_location, parse_place])
def test_what_is_no_address_is_refused(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(InvalidInput):
        parse(text)


def test_an_endpoint_is_shown_without_user_path_or_query() -> None:
    assert shown_endpoint("https://user:password@h.example:9000/x?y=z") == "https://h.example:9000"
    assert shown_endpoint("http://[::1]:9000") == "http://[::1]:9000"


def test_parts_grow_where_there_would_be_too_many() -> None:
    assert part_size(65 * CHUNK) == PART
    assert part_size(10_000 * PART) == PART
    size = 10_000 * PART + 1
    assert -(-size // part_size(size)) <= 10_000
