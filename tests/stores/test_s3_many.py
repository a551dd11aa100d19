"""The contract for many files where a bucket keeps versions: seen by HEADs, and by listings."""

from typing import ClassVar

import pytest

from manifest_sync.core.errors import Moved
from manifest_sync.stores import s3_looking
from manifest_sync.stores.base import Limits, Many, Request
from tests.servers import S3Server
from tests.stores.many_contract import ManyContract, written
from tests.stores.s3_cases import Bucket
from tests.stores.under_test import StoreUnderTest, new_name, present


class VersionedCases(ManyContract):
    """Subclasses name the server's fixture."""

    checks_creates: ClassVar[bool] = False
    checks_copies: ClassVar[bool] = False
    server: ClassVar[str]

    @pytest.fixture(scope="class")
    @classmethod
    def shared(cls, request: pytest.FixtureRequest) -> Bucket:
        server = request.getfixturevalue(cls.server)
        assert isinstance(server, S3Server)
        return Bucket(server, "auto", versioned=True)

    @pytest.fixture(params=["heads", "listings"])
    def bucket(
        self, shared: Bucket, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> Bucket:
        if request.param == "listings":
            monkeypatch.setattr(s3_looking, "_FEW", 1)
        return shared.with_prefix(f"{request.node.name}/")

    @pytest.fixture
    def under_test(self, bucket: Bucket) -> StoreUnderTest:
        return bucket.under_test()

    def test_it_is_told_that_many_are_better(self, bucket: Bucket) -> None:
        assert all(bucket.store.gains_by(many) for many in Many)

    def test_the_version_before_is_not_taken_for_the_one_that_is_there(
        self, bucket: Bucket
    ) -> None:
        before = bucket.create("a.png", b"same")
        bucket.put("a.png", b"same")
        bucket.put("b.png", b"another")
        [moved] = bucket.store.delete_many(
            [("a.png", before)], keep_under=new_name(), limits=Limits(2)
        )
        assert isinstance(moved, Moved)
        assert bucket.under_test().paths() == ["a.png", "b.png"]

    def test_what_was_there_before_versioning_began_is_kept_too(
        self, request: pytest.FixtureRequest
    ) -> None:
        server = request.getfixturevalue(self.server)
        old = Bucket(server, "auto")
        old.put("a.png", b"old")
        stamp = old.found("a.png")
        server.client().put_bucket_versioning(
            Bucket=old.name, VersioningConfiguration={"Status": "Enabled"}
        )
        [gone] = old.store.delete_many([("a.png", stamp)], keep_under=new_name(), limits=Limits(2))
        kept_at = written(gone).kept_at
        assert kept_at is not None
        assert old.kept(kept_at) == b"old"
        assert old.under_test().paths() == []


class TestOnMoto(VersionedCases):
    server: ClassVar[str] = "moto"


@pytest.mark.ceph
class TestOnCeph(VersionedCases):
    server: ClassVar[str] = "ceph"

    def test_a_listing_tells_of_every_key(
        self, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """moto's leaves out the first after a marker."""
        monkeypatch.setattr(s3_looking, "_FEW", 1)
        names = ("a", "a.png", "b.png", "é.png", "日.png", "\U0001f600.png")
        files = [(name, present(bucket.create(name, name.encode()))) for name in names]
        bucket.put_key(f"{bucket.prefix}b", b"in between")
        bucket.requests.clear()
        results = bucket.store.delete_many(files, keep_under=new_name(), limits=Limits(2))
        for (name, _), each in zip(files, results, strict=True):
            kept_at = written(each).kept_at
            assert kept_at is not None
            assert bucket.kept(kept_at) == name.encode()
        assert +bucket.requests == {Request.LIST: 1, Request.DELETE: 1}
