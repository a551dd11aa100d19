"""What the history says of a run, and that the bytes really are where it says they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.history import Deletion
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.s3_address import parse_place
from manifest_sync.workspace.runs import Applied
from manifest_sync.workspace.workspace import Workspace
from tests.buckets import Bucket

EVERYTHING_GOES = Options(delete=True, overwrite=True)


@pytest.fixture
def workspace(pushed: Path) -> Iterator[Workspace]:
    with Workspace.open(pushed) as opened:
        yield opened


def run(workspace: Workspace, verb: Verb, style: str = "16") -> Applied:
    """A push or pull with deletions."""
    to = Side.S3 if verb is Verb.PUSH else Side.LOCAL
    (chosen,) = workspace.styles([style]).styles
    return workspace.apply(workspace.plan(chosen, verb, to, EVERYTHING_GOES), verb.value)


def files_of_the_style(workspace: Workspace) -> list[Deletion]:
    """The rows that are about files, and not about the published manifest."""
    return [row for row in workspace.deletions() if row.path != "manifest.json"]


def kept(row: Deletion, workspace: Workspace, bucket: Bucket) -> bytes:
    """The bytes that a row leads to."""
    assert row.kept_at is not None
    if row.side is Side.LOCAL:
        return (workspace.root / ".manifest-sync" / row.kept_at).read_bytes()
    place = parse_place(row.kept_at)
    version = {"VersionId": place.version_id} if place.version_id is not None else {}
    answer = bucket.client.get_object(Bucket=place.bucket, Key=place.key, **version)  # type: ignore[arg-type]  # a partial TypedDict
    return answer["Body"].read()


def check(row: Deletion, path: str, side: Side, data: bytes, *, replaced: bool) -> None:
    assert (row.path, row.side, row.replaced, row.style) == (path, side, replaced, "16")
    assert row.content == content_of(data)
    assert row.who.user
    assert row.who.host
    assert row.when.endswith("Z")


@pytest.mark.parametrize("versioned", [False, True])
def test_what_a_push_took_from_s3_is_kept_and_listed(
    workspace: Workspace, bucket: Bucket, *, versioned: bool
) -> None:
    if versioned:
        bucket.client.put_bucket_versioning(
            Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
        )
        for name in ("a.jpg", "a.txt"):  # what was there before has no version to go back to
            bucket.put(f"styles/16/{name}", bucket.get(f"styles/16/{name}"))
    folder = workspace.root / "styles/16"
    (folder / "a.jpg").unlink()
    (folder / "a.txt").write_text("edited")
    applied = run(workspace, Verb.PUSH)
    assert (applied.statistics.updated, applied.statistics.deleted) == (1, 1)
    deleted, replaced = files_of_the_style(workspace)  # newest first: deletes come last
    check(deleted, "a.jpg", Side.S3, b"image of 16", replaced=False)
    check(replaced, "a.txt", Side.S3, b"caption of 16", replaced=True)
    assert kept(deleted, workspace, bucket) == b"image of 16"
    assert kept(replaced, workspace, bucket) == b"caption of 16"
    assert ("versionId" in str(deleted.kept_at)) == versioned
    newest = workspace.applies()[0]
    assert deleted.apply == replaced.apply == newest.id
    assert (newest.command, newest.to, newest.statistics) == ("push", Side.S3, applied.statistics)


def test_what_a_pull_took_from_the_folder_is_in_the_trash(
    workspace: Workspace, bucket: Bucket
) -> None:
    bucket.delete("styles/16/a.jpg")
    bucket.put("styles/16/a.txt", b"by others")
    applied = run(workspace, Verb.PULL)
    assert (applied.statistics.updated, applied.statistics.deleted) == (1, 1)
    # Which of two changes of one run comes first depends on when they were written down.
    deleted, replaced = sorted(files_of_the_style(workspace), key=lambda row: row.path)
    check(deleted, "a.jpg", Side.LOCAL, b"image of 16", replaced=False)
    check(replaced, "a.txt", Side.LOCAL, b"caption of 16", replaced=True)
    assert kept(deleted, workspace, bucket) == b"image of 16"
    assert kept(replaced, workspace, bucket) == b"caption of 16"


def test_one_path_replaced_twice_has_two_rows_and_both_bytes(
    workspace: Workspace, bucket: Bucket
) -> None:
    for text in ("second", "third"):
        (workspace.root / "styles/16/a.txt").write_text(text)
        run(workspace, Verb.PUSH)
    rows = files_of_the_style(workspace)
    assert [kept(row, workspace, bucket) for row in rows] == [b"second", b"caption of 16"]
    assert len({row.id for row in rows}) == len({row.apply for row in rows}) == 2


def test_a_run_that_changes_nothing_is_no_history(workspace: Workspace) -> None:
    before = workspace.applies()
    run(workspace, Verb.PUSH)
    run(workspace, Verb.PULL)
    assert workspace.applies() == before


def test_history_is_told_by_style_and_newest_first(workspace: Workspace) -> None:
    (workspace.root / "styles/16/a.txt").write_text("edited")
    run(workspace, Verb.PUSH)
    assert [apply.style for apply in workspace.applies()] == ["16", "17", "16"]
    (other,) = workspace.styles(["17"]).styles
    assert [apply.style for apply in workspace.applies([other])] == ["17"]
    assert workspace.deletions([other]) == []


def test_a_style_whose_manifest_is_gone_is_still_in_the_history(workspace: Workspace) -> None:
    (workspace.root / "styles/16/manifest.json").unlink()
    assert [apply.style for apply in workspace.applies()] == ["17", "16"]
