"""No test touches a real account or a real home; every worker has its own servers."""

import gc
import os
import re
from collections.abc import Iterator
from pathlib import Path

import botocore
import pytest

from tests.once import shared
from tests.servers import (
    ACCESS_KEY,
    REGION,
    SECRET_KEY,
    S3Server,
    ceph_server,
    missing_ceph_tools,
    moto_server,
)

# Until all is collected, which leaves a million objects that stay: to look for rubbish among them
# takes as long as to make them.
gc.disable()

pytest.register_assert_rewrite(
    "tests.stores.contract",
    "tests.stores.guarded_cases",
    "tests.stores.listing_contract",
    "tests.stores.s3_cases",
    "tests.stores.stopped_contract",
    "tests.stores.trash_contract",
    "tests.stores.under_test",
)


def pytest_collection_finish() -> None:
    """Look for rubbish again, among what is new."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def no_real_accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home, and credentials that only the servers of the tests know."""
    home = tmp_path_factory.mktemp("home")
    authority = home / "authority.pem"
    authority.write_text(_one_authority())
    with pytest.MonkeyPatch.context() as patch:
        of_others = ("AWS_", "MANIFEST_SYNC_", "XDG_", "REQUESTS_CA_BUNDLE", "SSL_CERT_")
        for name in [n for n in os.environ if n.startswith(of_others)]:
            if name != "MANIFEST_SYNC_REQUIRE":
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        # obstore reads those of the system for every store, 5 ms long.
        patch.setenv("SSL_CERT_FILE", str(authority))
        patch.setenv("AWS_CONFIG_FILE", str(home / ".aws" / "config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / ".aws" / "credentials"))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        patch.setenv("AWS_REGION", REGION)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        yield home


def _one_authority() -> str:
    """The first certificate of those that botocore has with it."""
    bundle = Path(botocore.__file__).with_name("cacert.pem").read_text("ascii", "ignore")
    found = re.search(r"-----BEGIN.*?-----END CERTIFICATE-----\n", bundle, re.DOTALL)
    assert found is not None
    return found[0]


@pytest.fixture(scope="session", autouse=True)
def done_once() -> Iterator[None]:
    """Commands in this process share what takes each of them long."""
    with shared():
        yield


@pytest.fixture(scope="session")
def moto() -> Iterator[S3Server]:
    """moto's server."""
    with moto_server() as server:
        yield server


@pytest.fixture(scope="session")
def ceph() -> Iterator[S3Server]:
    """A real Ceph RGW. Skips where it is not installed, unless MANIFEST_SYNC_REQUIRE names it."""
    if missing := missing_ceph_tools():
        reason = f"Ceph RGW is not installed: {', '.join(missing)}"
        if "ceph" in os.environ.get("MANIFEST_SYNC_REQUIRE", ""):
            pytest.fail(reason)
        pytest.skip(reason)
    with ceph_server() as server:
        yield server
