from typing import ClassVar

import pytest

from manifest_sync.core.abilities import Abilities, Unguarded, Versioning
from tests.servers import MOTO_PAGE, S3Server
from tests.stores.guarded_cases import CEPH, MOTO, GuardedCases, GuardedContract, probed


@pytest.mark.slow  # the contract runs on moto without conditions in the fast suite
class TestContractOnMoto(GuardedContract):
    server: ClassVar[str] = "moto"
    checks_copies: ClassVar[bool] = False
    more_than_a_page: ClassVar[int] = MOTO_PAGE + 5


@pytest.mark.slow  # which moto minds; Ceph minds them in earnest
class TestOnMoto(GuardedCases):
    server: ClassVar[str] = "moto"
    enforces: ClassVar[Abilities] = MOTO


@pytest.mark.ceph
class TestContractOnCeph(GuardedContract):
    server: ClassVar[str] = "ceph"
    checks_copies: ClassVar[bool] = False


@pytest.mark.ceph
class TestOnCeph(GuardedCases):
    server: ClassVar[str] = "ceph"
    enforces: ClassVar[Abilities] = CEPH


@pytest.mark.ceph
def test_ceph_minds_no_condition_where_it_keeps_versions(ceph: S3Server) -> None:
    found = probed(ceph, "auto", versioned=True).connection.abilities
    assert found.versioning is Versioning.ENABLED
    assert found.unguarded == tuple(Unguarded)
