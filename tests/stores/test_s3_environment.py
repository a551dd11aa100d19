"""Where the environment says everything, what is made of it is what boto3 makes of it."""

import os
from pathlib import Path

import pytest
from obstore.store import S3Store as BulkStore

from manifest_sync.stores.s3_bulk import open_bulk
from manifest_sync.stores.s3_bulk_by_boto3 import make_bulk
from manifest_sync.stores.s3_environment import Described, credentials, described
from manifest_sync.stores.s3_session import make_client, make_session
from manifest_sync.stores.s3_settings import S3Settings

NOWHERE = {
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
}
PLAIN = {
    **NOWHERE,
    "AWS_ACCESS_KEY_ID": "AKIA",
    "AWS_SECRET_ACCESS_KEY": "s+/=cret",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "AWS_EC2_METADATA_DISABLED": "true",
}
ENDPOINTS = [
    "http://127.0.0.1:9",
    "https://s3.example.test",
    "https://s3.example.test:9000",
    "http://[::1]:9",
    "http://user:word@127.0.0.1:9",
    "http://127.0.0.1:9/",
    "http://127.0.0.1:9/path",
    "http://127.0.0.1:65535",
    "http://127.0.0.1:65536",
    "http://127.0.0.1:99999",
    "http://Example.test",
    "ftp://example.test",
    "example.test",
    "https://s3.eu-west-1.amazonaws.com",
    "https://s3.cn-north-1.amazonaws.com.cn",
    "",
]
REGIONS = ["us-east-1", "eu-west-1", "auto", "us", "a--b", "UPPER", "x-", "-x", "a_b", "1", ""]
PSEUDO_REGIONS = ["aws-global", "s3-external-1", "fips-us-east-1", "us-east-1-fips"]
PROXIES = ["http_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy"]
MORE = {
    "AWS_ENDPOINT_URL": ENDPOINTS,
    "AWS_ENDPOINT_URL_S3": ENDPOINTS,
    "AWS_DEFAULT_REGION": REGIONS + PSEUDO_REGIONS,
    "AWS_REGION": ["eu-central-1", ""],
    "AWS_SESSION_TOKEN": ["token", ""],
    "AWS_SECURITY_TOKEN": ["other"],
    "AWS_ACCESS_KEY_ID": ["", " ", "ä"],
    "AWS_SECRET_ACCESS_KEY": ["", "with space"],
    "AWS_CREDENTIAL_EXPIRATION": ["2020-01-01T00:00:00Z"],
    "AWS_PROFILE": ["lab", "default", ""],
    "AWS_DEFAULT_PROFILE": ["lab"],
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": ["true", "false"],
    "AWS_USE_FIPS_ENDPOINT": ["true"],
    "AWS_USE_DUALSTACK_ENDPOINT": ["true"],
    "AWS_CA_BUNDLE": ["/nowhere/authority.pem"],
    "AWS_ENDPOINT": ["http://127.0.0.1:8"],
    "AWS_SKIP_SIGNATURE": ["true"],
    "aws_bucket": ["another"],
    **{name: ["http://127.0.0.1:3128", ""] for name in PROXIES},
}

CONFIGURED = [
    S3Settings(),
    S3Settings(endpoint_url="http://127.0.0.1:7", region="eu-north-1"),
    S3Settings(region="fips-us-east-1"),
    S3Settings(profile="lab"),
]


@pytest.mark.parametrize("settings", CONFIGURED, ids=lambda settings: str(settings.endpoint_url))
@pytest.mark.parametrize("name", MORE)
def test_what_the_environment_describes_is_what_boto3_finds(
    name: str, settings: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in [each for each in os.environ if each.startswith("AWS_") or each in PROXIES]:
        monkeypatch.delenv(other)
    for text in MORE[name]:
        for each, told in {**PLAIN, name: text}.items():
            monkeypatch.setenv(each, told)
        found = described(settings)
        if found is not None:
            check(found, settings)


def check(found: Described, settings: S3Settings) -> None:
    session = make_session(settings)
    client = make_client(session, settings)
    assert Described(client.meta.endpoint_url, client.meta.region_name) == found
    theirs = make_bulk(session, client, settings, "bucket", lambda *_: None)
    ours = open_bulk("bucket", found)
    assert theirs is not None
    assert ours is not None
    assert without_secrets(ours) == without_secrets(theirs)
    chain = session.get_credentials()
    assert chain is not None
    frozen = chain.get_frozen_credentials()
    told = credentials()
    assert told["access_key_id"] == frozen.access_key
    assert told["secret_access_key"] == frozen.secret_key
    assert told.get("session_token") == frozen.token


def without_secrets(bulk: BulkStore) -> dict[str, object]:
    """All of a store's configuration but the credentials, which theirs asks boto3 for."""
    names = {f"{prefix}{name}" for name in credentials() for prefix in ("", "aws_")}
    return {name: said for name, said in bulk.config.items() if name not in names}


def test_a_plain_environment_is_enough() -> None:
    for port in (9, 8080, 59999, 60000, 65535):
        environ = {**PLAIN, "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}"}
        told = Described(f"http://127.0.0.1:{port}", "us-east-1")
        assert described(S3Settings(), environ) == told
    bundle = {"AWS_CA_BUNDLE": "/some/authority.pem", "no_proxy": "localhost"}
    region = {"AWS_DEFAULT_REGION": "auto", "AWS_SESSION_TOKEN": "token"}
    assert described(S3Settings(), PLAIN | bundle | region) is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AWS_PROFILE", "lab"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ("AWS_SECURITY_TOKEN", "other"),
        ("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z"),
        ("AWS_SECRET_ACCESS_KEY", ""),
        ("AWS_SESSION_TOKEN", ""),
        ("AWS_ENDPOINT_URL_S3", "https://s3.eu-west-1.amazonaws.com"),
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:65536"),
        ("AWS_DEFAULT_REGION", "fips-us-east-1"),
        ("AWS_SOMETHING_NEW", "1"),
        ("BOTO_CONFIG", "/etc/boto.cfg"),
        ("https_proxy", "http://127.0.0.1:3128"),
        ("AWS_CONFIG_FILE", __file__),
        ("AWS_SHARED_CREDENTIALS_FILE", __file__),
        ("AWS_CONFIG_FILE", "$HOME/config"),
    ],
)
def test_anything_more_is_left_to_boto3(name: str, text: str) -> None:
    assert described(S3Settings(), {**PLAIN, name: text}) is None


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_S3"])
def test_anything_less_is_left_to_boto3(missing: str) -> None:
    environ = {name: text for name, text in PLAIN.items() if name != missing}
    assert described(S3Settings(), environ) is None


def test_a_file_of_awss_in_the_home_is_left_to_boto3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    environ = {name: text for name, text in PLAIN.items() if name not in NOWHERE}
    assert described(S3Settings(), environ) is not None
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[default]\n")
    assert described(S3Settings(), environ) is None


def test_with_an_authority_of_ones_own_tls_is_left_to_boto3() -> None:
    settings = S3Settings(endpoint_url="https://s3.example.test")
    assert described(settings, PLAIN) is not None
    for name in ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"]:
        assert described(settings, {**PLAIN, name: "/some/authority.pem"}) is None
