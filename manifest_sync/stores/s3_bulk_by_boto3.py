"""obstore with what boto3 found out: the server, the region, and credentials that are renewed."""

import os
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import boto3
from botocore.exceptions import ClientError
from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.store import S3Store as BulkStore

from manifest_sync.stores.base import OnRequest, Request
from manifest_sync.stores.s3_address import is_aws
from manifest_sync.stores.s3_bulk import open_bulk
from manifest_sync.stores.s3_environment import Described
from manifest_sync.stores.s3_errors import no_credentials
from manifest_sync.stores.s3_session import client_for
from manifest_sync.stores.s3_settings import S3Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CREDENTIALS_LIVE = timedelta(minutes=5)
"""boto3 renews credentials 10 to 15 minutes before they expire; obstore must ask within that."""


def make_bulk(
    session: boto3.Session,
    client: "S3Client",
    settings: S3Settings,
    bucket: str,
    on_request: OnRequest,
) -> BulkStore | None:
    """The store of the whole bucket; None where it could not do exactly as boto3 does."""
    if settings.transport != "auto" or not _suits(session, client, bucket):
        return None
    if session.get_credentials() is None:
        raise no_credentials()
    if is_aws(client.meta.endpoint_url):
        on_request(Request.HEAD, 1)
        region = _region_of(client, bucket)
        client = client_for(session, settings, settings.endpoint_url, region=region)
    endpoint, region = client.meta.endpoint_url, client.meta.region_name
    at = Described(endpoint, "us-east-1" if region == "aws-global" else region)
    return open_bulk(bucket, at, Boto3CredentialProvider(session, ttl=_CREDENTIALS_LIVE))


def _suits(session: boto3.Session, client: "S3Client", bucket: str) -> bool:
    """Whether obstore can be told everything that boto3 goes by."""
    s3 = getattr(client.meta.config, "s3", None) or {}
    core = session._session  # noqa: SLF001  # boto3 shows this setting in no other way
    endpoint = client.meta.endpoint_url
    # botocore takes the authorities of the second where the first names none.
    authorities = core.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
    return not (
        (endpoint.startswith("https:") and authorities)
        or _is_proxied(endpoint)
        or bucket.startswith("arn:")
        or s3.get("addressing_style") == "virtual"
        or s3.get("use_accelerate_endpoint")
    )


def _is_proxied(endpoint: str) -> bool:
    """Whether requests go through a proxy, by the rules that botocore goes by."""
    parts = urlsplit(endpoint)
    proxies = getproxies()
    return bool({parts.scheme, "all"} & proxies.keys()) and not proxy_bypass(parts.hostname or "")


def _region_of(client: "S3Client", bucket: str) -> str:
    """Where AWS keeps the bucket: boto3 follows its redirects, obstore does not."""
    try:
        headers = client.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]
    except ClientError as error:
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return headers.get("x-amz-bucket-region", client.meta.region_name)
