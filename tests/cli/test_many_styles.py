"""Commands about many styles wait for S3 once, and not for each of them."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.commands import here
from tests.e2e.meddler import Meddler
from tests.servers import S3Server

STYLES = tuple(f"style-{number}" for number in range(6))


@pytest.fixture
def bucket(meddler: Meddler) -> Iterator[Bucket]:
    with new_bucket(S3Server(meddler.endpoint)) as made:
        yield made


@pytest.fixture
def root(tmp_path: Path, bucket: Bucket) -> Path:
    """A workspace with styles of different sizes, all of them pushed."""
    for number, style in enumerate(STYLES):
        (tmp_path / style).mkdir()
        for name in range(number + 1):
            (tmp_path / style / f"{name}.png").write_bytes(f"{style} {name}".encode())
        assert here(tmp_path, "init", style, "--remote", bucket.remote(f"{style}/")).status == 0
    assert here(tmp_path, "push", "--yes", "--quiet").status == 0
    return tmp_path


@pytest.fixture
def together(meddler: Meddler, bucket: Bucket) -> Iterator[threading.Barrier]:
    """No listing is answered before three have been asked for."""
    barrier = threading.Barrier(3)

    def wait(method: str, path: str) -> None:
        if (method, path) == ("GET", f"/{bucket.name}"):
            barrier.wait(10)

    meddler.before = wait
    yield barrier
    barrier.abort()


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("push", "--yes"),
        ("pull", "--dry-run"),
        ("plan", "--to", "s3"),
        ("apply", "--to", "local", "--yes"),
    ],
)
def test_the_listings_of_several_styles_are_asked_for_together(
    root: Path, together: threading.Barrier, command: tuple[str, ...]
) -> None:
    ran = here(root, *command)
    assert (ran.status, ran.err) == (0, "")
    assert not together.broken


def test_what_a_style_costs_is_told_as_if_it_were_alone(root: Path) -> None:
    ran = here(root, "push", "--yes", "--json")
    styles = json.loads(ran.out)["styles"]
    assert [style["style"] for style in styles] == [*STYLES]
    assert [style["requests"]["list"] for style in styles] == [1] * len(STYLES)


def test_no_refresh_lists_none_of_them(root: Path, meddler: Meddler) -> None:
    asked: list[str] = []
    meddler.before = lambda method, path: asked.append(f"{method} {path}")
    assert here(root, "plan", "--to", "s3", "--no-refresh").status == 0
    assert asked == []
