from typing import ClassVar

import pytest

from tests.servers import MOTO_PAGE, S3Server
from tests.stores.contract import StoreContract
from tests.stores.s3_cases import Bucket, S3Cases, Transport
from tests.stores.under_test import StoreUnderTest


class TestBothClients(S3Cases):
    server: ClassVar[str] = "moto"
    transport: ClassVar[Transport] = "auto"
    more_than_a_page: ClassVar[int] = MOTO_PAGE + 5


@pytest.mark.slow  # the other class lets boto3 do whatever is not bulk
class TestBoto3Alone(S3Cases):
    server: ClassVar[str] = "moto"
    transport: ClassVar[Transport] = "boto3"
    more_than_a_page: ClassVar[int] = MOTO_PAGE + 5


@pytest.mark.slow  # what versions change is in the other classes too
class TestVersioned(StoreContract):
    checks_creates: ClassVar[bool] = False
    more_than_a_page: ClassVar[int] = MOTO_PAGE + 5

    @pytest.fixture(scope="class")
    @classmethod
    def shared(cls, moto: S3Server) -> Bucket:
        return Bucket(moto, "auto", versioned=True)

    @pytest.fixture
    def under_test(self, shared: Bucket, request: pytest.FixtureRequest) -> StoreUnderTest:
        return shared.with_prefix(f"{request.node.name}/").under_test()
