"""Losing the cache costs time; losing the state costs questions; neither costs a byte."""

from pathlib import Path

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import StateError
from manifest_sync.core.events import Event, Warned
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.workspace import Workspace
from tests.buckets import Bucket
from tests.commands import here


def planned(root: Path, verb: Verb = Verb.PUSH, warned: list[str] | None = None) -> Planned:
    """The plan of style 16, made in a workspace that was opened anew."""

    def tell(event: Event) -> None:
        if isinstance(event, Warned) and warned is not None:
            warned.append(event.message)

    to = Side.S3 if verb is Verb.PUSH else Side.LOCAL
    with Workspace.open(root, tell=tell) as workspace:
        (style,) = workspace.styles(["16"]).styles
        return workspace.plan(style, verb, to, Options(delete=True))


def hashed(plan: Planned) -> int:
    return plan.watch.tally.cost().hashed


@pytest.fixture
def edited(pushed: Path, bucket: Bucket) -> Path:
    """Since the push one caption was edited here, and an image was sent by others in parts."""
    (pushed / "styles/16/a.txt").write_text("edited")
    upload = bucket.client.create_multipart_upload(Bucket=bucket.name, Key="styles/16/b.jpg")
    key = {"Bucket": bucket.name, "Key": "styles/16/b.jpg", "UploadId": upload["UploadId"]}
    part = bucket.client.upload_part(**key, PartNumber=1, Body=b"in one part")  # type: ignore[arg-type]  # a partial TypedDict
    parts = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
    bucket.client.complete_multipart_upload(**key, MultipartUpload=parts)  # type: ignore[arg-type]  # the same
    return pushed


@pytest.mark.parametrize("how", ["deleted", "damaged"])
def test_without_its_cache_a_workspace_plans_the_same_and_hashes_more(
    edited: Path, how: str
) -> None:
    before = planned(edited)
    changes, withheld = before.plan.changes, before.plan.withheld
    assert [change.path for change in changes] == ["a.txt", "b.jpg"]
    cache = edited / ".manifest-sync/cache.db"
    for extra in ("-wal", "-shm"):
        cache.with_name(f"cache.db{extra}").unlink(missing_ok=True)
    if how == "deleted":
        cache.unlink()
    else:
        cache.write_bytes(b"not a database at all" * 500)
    warned: list[str] = []
    after = planned(edited, warned=warned)
    assert (after.plan.changes, after.plan.withheld) == (changes, withheld)
    # Two files, and the object whose ETag tells nothing.
    assert hashed(after) == 3
    assert len(warned) == (how == "damaged")
    assert hashed(planned(edited)) == 0


def test_a_state_that_is_no_database_is_refused_and_left_alone(edited: Path) -> None:
    state = edited / ".manifest-sync/state.db"
    for extra in ("-wal", "-shm"):
        state.with_name(f"state.db{extra}").unlink(missing_ok=True)
    state.write_bytes(b"not a database at all" * 500)
    with pytest.raises(StateError, match="Restore it from a backup, or move it away"):
        planned(edited)
    assert state.read_bytes() == b"not a database at all" * 500


def test_without_its_state_a_workspace_asks_and_takes_nothing_from_s3(
    edited: Path, bucket: Bucket
) -> None:
    for extra in ("", "-wal", "-shm"):
        (edited / f".manifest-sync/state.db{extra}").unlink(missing_ok=True)
    (edited / "styles/16/a.jpg").unlink()
    before = bucket.objects("styles/16/")
    # Nobody knows any more who changed the caption, or who deleted the image.
    for flags, status in (([], 6), (["--delete"], 5)):
        assert here(edited, "push", "16", "--yes", *flags).status == status
        assert bucket.objects("styles/16/") == before
    here(edited, "push", "16", "--yes", "--take", "local", "a.txt")
    assert bucket.get("styles/16/a.txt") == b"edited"
    assert here(edited, "pull", "16", "--yes").status == 0
    assert (edited / "styles/16/a.jpg").read_bytes() == b"image of 16"
