"""obstore, for the bulk of listing, reading and writing."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from obstore.store import S3Store as BulkStore

from manifest_sync.stores.s3_environment import Described, credentials
from manifest_sync.stores.s3_patience import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS

if TYPE_CHECKING:
    from obstore.auth.boto3 import Boto3CredentialProvider

_INEXPRESSIBLE = re.compile(r"[\x00-\x1f\x7f]|(?:^|/)\.{0,2}/")
_LONGEST_REQUEST = timedelta(minutes=15)
"""64 MiB at 75 kB/s."""


def open_bulk(
    bucket: str, at: Described, provider: "Boto3CredentialProvider | None" = None
) -> BulkStore | None:
    """The store of a whole bucket; None where this release of obstore lacks an option.

    Without a provider the credentials are those of the environment.
    """
    try:
        return BulkStore(
            bucket,
            endpoint=at.endpoint,
            # obstore reads the environment by itself; what was made of it is to hold.
            aws_endpoint_url_s3=at.endpoint,
            skip_signature=False,
            region=at.region,
            virtual_hosted_style_request=False,
            unsigned_payload=True,
            copy_if_not_exists="header-with-status:if-none-match:*:412",
            client_options={
                "allow_http": at.endpoint.startswith("http:"),
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "read_timeout": timedelta(seconds=READ_SECONDS),
                "timeout": _LONGEST_REQUEST,
            },
            retry_config={"max_retries": ATTEMPTS - 1, "retry_timeout": timedelta(seconds=30)},
            **({"credential_provider": provider} if provider else credentials()),
        )
    except BaseError:
        return None


def expresses(prefix: str) -> bool:
    """Whether obstore can name keys below a prefix, which is empty or ends in a slash.

    It refuses control characters, empty segments, `.` and `..`, and drops a slash in front.
    """
    return not prefix.startswith("/") and not _INEXPRESSIBLE.search(prefix)
