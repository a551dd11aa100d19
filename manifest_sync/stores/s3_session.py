"""boto3's session and client: AWS's standard chain of credentials, region and endpoint."""

import base64
import hashlib
import os
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.loaders import Loader, create_loader
from botocore.session import Session as CoreSession

from manifest_sync.core.errors import StoreError
from manifest_sync.stores.s3_address import is_aws, shown_endpoint
from manifest_sync.stores.s3_documents import read_deleted, read_versions
from manifest_sync.stores.s3_patience import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS
from manifest_sync.stores.s3_settings import S3Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def make_session(settings: S3Settings) -> boto3.Session:
    """The session of the configured profile, or of the environment's."""
    core = CoreSession(profile=settings.profile)
    loader = _loader(core.get_config_variable("data_path"))
    core.register_component("data_loader", loader)
    session = boto3.Session(botocore_session=core, region_name=settings.region)
    # Every session of boto3's adds its folder to the paths, and would add it once more.
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)
    return session


def make_client(session: boto3.Session, settings: S3Settings) -> "S3Client":
    """The client for the endpoint that the chain leads to.

    Only a client tells which endpoint that is. Where the guess was wrong, a second one suits it.
    """
    guess = settings.endpoint_url or _named_by_environment()
    own = guess is not None and ".amazonaws.com" not in guess
    client = client_for(session, settings, settings.endpoint_url, own_endpoint=own)
    endpoint = client.meta.endpoint_url
    if is_aws(endpoint):
        return client_for(session, settings, settings.endpoint_url) if own else client
    if own and "@" not in endpoint:
        return client
    return client_for(session, settings, _without_user(endpoint), own_endpoint=True)


def _named_by_environment() -> str | None:
    """The endpoint that most who have one of their own name in this way."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


def client_for(
    session: boto3.Session,
    settings: S3Settings,
    endpoint_url: str | None,
    *,
    region: str | None = None,
    own_endpoint: bool = False,
) -> "S3Client":
    """A client; raises StoreError where the endpoint is no URL."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=max(10, settings.jobs + ATTEMPTS),
        tcp_keepalive=True,
    )
    if own_endpoint:
        # Many servers stumble over the checksum headers that AWS has since 2025 (boto3#4392).
        config = config.merge(
            Config(
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            )
        )
    try:
        client = session.client("s3", region_name=region, endpoint_url=endpoint_url, config=config)
        urlsplit(client.meta.endpoint_url).port  # noqa: B018 - raises where it is no number
    except ValueError as error:
        raise StoreError("the endpoint is not a valid http or https URL") from error
    for operation, read in _READ_HERE.items():
        client.meta.events.register(f"before-parse.s3.{operation}", partial(_read_here, read))
    if own_endpoint:
        client.meta.events.register("before-sign.s3.DeleteObjects", _with_content_md5)
    return client


def _read_here(
    read: Callable[[bytes], dict[str, Any] | None],
    *,
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any],
    **_: object,
) -> None:
    """Spare botocore a long answer: it takes ten times as long to read it."""
    found = read(response_dict["body"])
    if found is not None:
        customized_response_dict.update(found)
        response_dict["body"] = b""


_READ_HERE = {"ListObjectVersions": read_versions, "DeleteObjects": read_deleted}


def _with_content_md5(request: AWSRequest, **_: object) -> None:
    """Many servers insist on Content-MD5 here, which botocore has given up for CRC32."""
    for name in {*request.headers}:
        if name.lower().startswith(("x-amz-checksum-", "x-amz-sdk-checksum-")):
            del request.headers[name]
    digest = hashlib.md5(request.data or b"", usedforsecurity=False).digest()
    request.headers["Content-MD5"] = base64.b64encode(digest).decode()


@cache
def _loader(data_path: str | None) -> Loader:
    """What reads botocore's descriptions of S3: once in a process, since it takes 0.2 s."""
    return create_loader(data_path)


def _without_user(endpoint: str) -> str:
    """S3 knows no user names in URLs, and one would find its way into messages."""
    parts = urlsplit(endpoint)
    return shown_endpoint(endpoint) + parts.path if "@" in parts.netloc else endpoint
