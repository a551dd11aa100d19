from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.servers import ACCESS_KEY, SECRET_KEY, S3Server
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

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def in_a_file(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        """Here it is boto3 that finds the credentials, and obstore asks it for them."""
        file = tmp_path_factory.mktemp("aws") / "credentials"
        file.write_text(
            f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
            patch.delenv("AWS_ACCESS_KEY_ID")
            patch.delenv("AWS_SECRET_ACCESS_KEY")
            yield

    @pytest.fixture(scope="class")
    @classmethod
    def shared(cls, ceph: S3Server) -> Bucket:
        return Bucket(ceph, "auto", versioned=True)

    @pytest.fixture
    def under_test(self, shared: Bucket, request: pytest.FixtureRequest) -> StoreUnderTest:
        return shared.with_prefix(f"{request.node.name}/").under_test()
