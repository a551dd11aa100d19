from typing import ClassVar

import pytest

from tests.servers import S3Server
from tests.stores.contract import StoreContract
from tests.stores.s3_cases import Bucket, S3Cases, Transport
from tests.stores.under_test import StoreUnderTest

pytestmark = pytest.mark.ceph


class TestBothClients(S3Cases):
    server: ClassVar[str] = "ceph"
    transport: ClassVar[Transport] = "auto"


class TestBoto3Alone(S3Cases):
    server: ClassVar[str] = "ceph"
    transport: ClassVar[Transport] = "boto3"


class TestVersioned(StoreContract):
    checks_creates: ClassVar[bool] = False

    @pytest.fixture(scope="class")
    @classmethod
    def shared(cls, ceph: S3Server) -> Bucket:
        return Bucket(ceph, "auto", versioned=True)

    @pytest.fixture
    def under_test(self, shared: Bucket, request: pytest.FixtureRequest) -> StoreUnderTest:
        return shared.with_prefix(f"{request.node.name}/").under_test()
