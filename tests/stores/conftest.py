"""Between a store and S3; the contract's cases have buckets of their own."""

from collections.abc import Iterator

import pytest

from tests.rewriting_s3 import Rewriter, rewriting
from tests.servers import S3Server
from tests.stores.s3_cases import Bucket


@pytest.fixture
def proxy(moto: S3Server) -> Iterator[Rewriter]:
    """Passes everything on, unless a test wants something else."""
    with rewriting(moto.endpoint) as proxy:
        yield proxy


@pytest.fixture
def bucket(proxy: Rewriter) -> Bucket:
    """A bucket that keeps versions, behind the proxy."""
    return Bucket(S3Server(proxy.endpoint), "auto", versioned=True)
