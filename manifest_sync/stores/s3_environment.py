"""An S3 server of one's own that environment variables describe, reached without asking boto3.

To import boto3 and to make a client of it takes 0.3 s, half of what a command needs that has
nothing to do. Where the variables below say everything, boto3 would only repeat them; it has the
last word wherever there is more: a profile, one of its files, any other variable, AWS itself.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from manifest_sync.stores.s3_settings import S3Settings

_UNDERSTOOD = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    # Nothing below changes which server is reached, or as whom.
    "AWS_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_PAGER",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
    "AWS_RESPONSE_CHECKSUM_VALIDATION",
}
"""Each has boto3's meaning, AWS_REGION that it means nothing. Any other is left to boto3."""
_FILES = {
    "AWS_CONFIG_FILE": "~/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
}
_ENDPOINT = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::(?P<port>[1-9]\d{0,4}))?")
_LAST_PORT = 65535
_REGION = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
_PSEUDO_REGION = re.compile("fips|global")
"""boto3 makes another of it."""
_SECRET = re.compile(r"[!-~]+")
_DEFAULT_REGION = "us-east-1"


class Described(msgspec.Struct, frozen=True):
    """A server, and where its buckets are. The credentials stay in the environment."""

    endpoint: str
    region: str


def described(settings: S3Settings, environ: Mapping[str, str] = os.environ) -> Described | None:
    """What boto3 would find for these settings; None where only boto3 can tell."""
    endpoint, region = settings.endpoint_url, settings.region
    if endpoint is None:
        endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL", "")
    if region is None:
        region = environ.get("AWS_DEFAULT_REGION", _DEFAULT_REGION)
    plain = (
        settings.profile is None
        and _is_endpoint(endpoint)
        and "amazonaws" not in endpoint
        and _REGION.fullmatch(region)
        and not _PSEUDO_REGION.search(region)
        and all(_SECRET.fullmatch(text) for text in credentials(environ).values())
        and _says_no_more(environ, tls=endpoint.startswith("https:"))
    )
    return Described(endpoint, region) if plain else None


def _is_endpoint(url: str) -> bool:
    """Whether a URL is scheme, host and port in their plainest form."""
    plain = _ENDPOINT.fullmatch(url)
    return plain is not None and int(plain["port"] or _LAST_PORT) <= _LAST_PORT


def credentials(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the environment says of them, as obstore names them."""
    found = {
        "access_key_id": environ.get("AWS_ACCESS_KEY_ID", ""),
        "secret_access_key": environ.get("AWS_SECRET_ACCESS_KEY", ""),
    }
    if "AWS_SESSION_TOKEN" in environ:
        found["session_token"] = environ["AWS_SESSION_TOKEN"]
    return found


def _says_no_more(environ: Mapping[str, str], *, tls: bool) -> bool:
    """Whether nothing else speaks of S3: no other variable, no proxy, no file of AWS's."""
    if sys.platform != "linux":
        return False  # elsewhere the system may have proxies of its own
    for name in environ:
        upper = name.upper()
        if upper.endswith("_CA_BUNDLE"):
            if tls:
                return False
        elif upper.startswith(("AWS_", "BOTO")):
            if name not in _UNDERSTOOD:
                return False
        elif upper.endswith("_PROXY") and upper != "NO_PROXY":
            return False
    files = (environ.get(name, usual) for name, usual in _FILES.items())
    return not any("$" in file or os.path.lexists(Path(file).expanduser()) for file in files)
