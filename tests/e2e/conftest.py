"""A place for each scenario, on the server it is played on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.e2e.meddler import Meddler, meddling
from tests.e2e.places import Place, check_outsiders, plant_outsiders
from tests.servers import S3Server


@pytest.fixture
def server(request: pytest.FixtureRequest) -> S3Server:
    """moto's server; in scenarios that are played on both, also Ceph's."""
    found = request.getfixturevalue(getattr(request, "param", "moto"))
    assert isinstance(found, S3Server)
    return found


@pytest.fixture
def bucket(server: S3Server) -> Iterator[Bucket]:
    with new_bucket(server) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, bucket: Bucket) -> Iterator[Place]:
    """An empty workspace; the files around its style must outlive the scenario untouched."""
    made = Place(tmp_path / "first", bucket)
    made.style.mkdir(parents=True)
    plant_outsiders(made)
    yield made
    check_outsiders(made)


@pytest.fixture
def other(place: Place) -> Place:
    """A second workspace, in step with the first, whose style is all on S3."""
    place.begin_pushed()
    other = place.second()
    other.quickly("clone", place.bucket.remote(), "styles/16", "--quiet")
    return other


@pytest.fixture
def meddler(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meddler]:
    """A proxy through which all commands of the scenario reach S3, as they remember it by."""
    with meddling(bucket.endpoint) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", made.endpoint)
        yield made
