"""`plan --no-refresh`: a plan, and its apply, without a listing; what moved meanwhile is safe."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets import Bucket, new_bucket
from tests.commands import Ran, here
from tests.e2e.meddler import Meddler
from tests.servers import S3Server

PREFIX = "styles/16/"
PLAN = ("plan", "--to", "s3", "--no-refresh", "--out", "a.plan")


@pytest.fixture
def bucket(meddler: Meddler) -> Iterator[Bucket]:
    """The bucket, behind something that sees every request."""
    with new_bucket(S3Server(meddler.endpoint)) as made:
        yield made


@pytest.fixture
def asked(meddler: Meddler, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests from now on."""
    requests: list[str] = []
    monkeypatch.setattr(meddler, "before", lambda method, path: requests.append(f"{method} {path}"))
    return requests


def edited(pushed: Path, **files: str) -> None:
    """Some captions are others now, and the manifest says so."""
    for name, text in files.items():
        (pushed / "styles" / "16" / f"{name}.txt").write_text(text)
    assert here(pushed, "record").status == 0


def planned(pushed: Path, *options: str) -> Ran:
    ran = here(pushed, *PLAN, *options)
    assert ran.status == 0, ran.err
    return ran


def test_a_change_is_planned_without_a_request(pushed: Path, asked: list[str]) -> None:
    edited(pushed, a="another caption")
    asked.clear()
    ran = planned(pushed)
    assert asked == []
    assert ran.out.splitlines()[1:4] == [
        "  S3 was not listed; this goes by what it held after the last push or pull.",
        "  ~ a.txt (9 B -> 15 B)",
        "  0 to create, 1 to update, 0 to delete, 3 unchanged; 15 B to send",
    ]


def test_nothing_is_asked_where_every_object_is_another_than_its_file(
    pushed: Path, style: Path, asked: list[str]
) -> None:
    for file in style.rglob("*.*"):
        if file.name != "manifest.json":
            file.write_bytes(bytes(reversed(file.read_bytes())))
    assert here(pushed, "record").status == 0
    asked.clear()
    assert "4 to update" in planned(pushed).out
    assert asked == []


def test_applying_the_plan_lists_nothing_either(
    pushed: Path, bucket: Bucket, asked: list[str]
) -> None:
    edited(pushed, a="another caption")
    planned(pushed)
    ran = here(pushed, "apply", "a.plan", "--yes")
    assert ran.status == 0, ran.err
    assert bucket.get(PREFIX + "a.txt") == b"another caption"
    listed = [request for request in asked if "list-type=2" in request and "16" in request]
    assert listed == []
    assert "0 to update" in planned(pushed).out, "what was applied is remembered"


def test_an_object_that_moved_meanwhile_is_reported_and_not_overwritten(
    pushed: Path, bucket: Bucket
) -> None:
    edited(pushed, a="another caption", **{"sub/b": "and another"})
    planned(pushed)
    bucket.put(PREFIX + "a.txt", b"theirs")
    ran = here(pushed, "apply", "a.plan", "--yes")
    assert ran.status == 3
    assert "a.txt" in ran.err
    assert bucket.get(PREFIX + "a.txt") == b"theirs"
    assert bucket.get(PREFIX + "sub/b.txt") == b"and another"


def test_a_deletion_of_an_object_that_moved_meanwhile_is_not_made(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "a.txt").unlink()
    here(pushed, "record")
    planned(pushed, "--delete")
    bucket.put(PREFIX + "a.txt", b"theirs")
    ran = here(pushed, "apply", "a.plan", "--yes")
    assert ran.status == 3
    assert bucket.get(PREFIX + "a.txt") == b"theirs"


def test_where_others_have_published_nothing_is_done(
    pushed: Path, bucket: Bucket, tmp_path: Path
) -> None:
    edited(pushed, a="mine")
    planned(pushed)
    (tmp_path / "theirs").mkdir()
    for command in (("clone", bucket.remote(), "16", "--yes"),):
        ran = here(tmp_path / "theirs", *command)
        assert ran.status == 0, ran.err
    (tmp_path / "theirs" / "16" / "a.txt").write_text("theirs")
    assert here(tmp_path / "theirs", "push", "--yes").status == 0
    ran = here(pushed, "apply", "a.plan", "--yes")
    assert ran.status != 0
    assert bucket.get(PREFIX + "a.txt") == b"theirs"


def test_a_file_that_others_brought_is_no_surprise_to_a_new_listing(
    pushed: Path, bucket: Bucket
) -> None:
    bucket.put(PREFIX + "c.txt", b"new on S3")
    assert "c.txt" not in planned(pushed, "--delete").out
    assert "- c.txt" in here(pushed, "plan", "--to", "s3", "--delete").out


def test_where_another_scope_was_listed_it_is_said(pushed: Path, style: Path) -> None:
    manifest = style / "manifest.json"
    before = manifest.read_text()
    manifest.write_text(before.replace('"files"', '"ignore": ["a.txt"], "files"', 1))
    ran = here(pushed, *PLAN)
    assert ran.status == 64
    assert "Which files belong to “16” has changed" in ran.err
    assert "leave --no-refresh out" in ran.err
    manifest.write_text(before)
    planned(pushed)


def test_before_the_first_push_there_is_nothing_to_go_by(workspace: Path) -> None:
    ran = here(workspace, *PLAN)
    assert ran.status == 64
    assert ran.err.startswith("Error: Nothing is remembered of s3://")
    assert "--no-refresh" in ran.err


def test_a_lost_cache_is_said(pushed: Path) -> None:
    for file in (pushed / ".manifest-sync").glob("cache.db*"):
        file.unlink()
    ran = here(pushed, *PLAN)
    assert ran.status == 64
    assert "Nothing is remembered" in ran.err
