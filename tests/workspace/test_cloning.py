"""Beginning a clone: what the new style is, what it cost to find out, and what a failure leaves."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import InvalidInput, Refused, StoreError, UsageProblem
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.workspace.workspace import Workspace
from tests.buckets import Bucket


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "manifest-sync.toml").write_text("")
    (tmp_path / "new").mkdir()
    with Workspace.open(tmp_path) as opened:
        yield opened


def publish(bucket: Bucket, **header: object) -> None:
    """A style on S3 with a published manifest."""
    line = {"size": 1, "md5": "0" * 32}
    manifest = {
        "version": 1,
        "style": "ink",
        "remote": bucket.remote("styles/16/"),
        **header,
        "files": {"gone.png": line},
    }
    bucket.put("styles/16/manifest.json", json.dumps(manifest).encode())
    bucket.put("styles/16/a.png", b"image")


def test_the_published_manifest_tells_id_and_scope_and_no_line(
    workspace: Workspace, bucket: Bucket
) -> None:
    publish(bucket, ignore=["*.gif"], captions=[".md"])
    style = workspace.begin_clone(workspace.root / "new", bucket.remote("styles/16/"))
    written = json.loads((workspace.root / "new/manifest.json").read_text())
    assert written == {
        "version": 1,
        "style": "ink",
        "remote": bucket.remote("styles/16/"),
        "ignore": ["*.gif"],
        "captions": [".md"],
        "files": {},
    }
    assert style.id == "ink"


def test_where_nothing_is_published_the_prefix_names_the_style(
    workspace: Workspace, bucket: Bucket
) -> None:
    bucket.put("deep/down/16/a.png", b"image")
    style = workspace.begin_clone(workspace.root / "new", bucket.remote("deep/down/16"))
    assert (style.id, style.manifest.remote) == ("16", bucket.remote("deep/down/16/"))


def test_a_published_manifest_found_at_another_place_belongs_here_now(
    workspace: Workspace, bucket: Bucket
) -> None:
    """A prefix that was copied within S3, with its manifest."""
    publish(bucket, remote="s3://elsewhere/styles/16/")
    style = workspace.begin_clone(workspace.root / "new", bucket.remote("styles/16/"))
    assert style.manifest.remote == bucket.remote("styles/16/")


def test_what_beginning_it_asked_of_s3_is_in_the_figures(
    workspace: Workspace, bucket: Bucket
) -> None:
    publish(bucket)
    style = workspace.begin_clone(workspace.root / "new", bucket.remote("styles/16/"))
    clone, pull = (
        workspace.plan(style, Verb.PULL, Side.LOCAL, Options()).watch.tally.cost().requests
        for _ in range(2)
    )
    assert clone["list"] == pull["list"] + 1
    assert clone["head"] >= 1  # whether a manifest is published
    assert clone["get"] >= 1  # reading it
    assert pull["head"] == pull["get"] == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "manifest.json is not valid JSON"),
        ('{"version": 9, "style": "x", "remote": "s3://b/p/", "files": {}}', "version"),
    ],
)
def test_a_published_manifest_that_is_broken_is_told_and_nothing_is_written(
    workspace: Workspace, bucket: Bucket, text: str, says: str
) -> None:
    bucket.put("styles/16/manifest.json", text.encode())
    with pytest.raises(Refused, match=says) as caught:
        workspace.begin_clone(workspace.root / "new", bucket.remote("styles/16/"))
    assert bucket.remote("styles/16/manifest.json") in str(caught.value)
    assert list((workspace.root / "new").iterdir()) == []


def test_a_bucket_that_cannot_be_listed_leaves_nothing_behind(
    workspace: Workspace, bucket: Bucket
) -> None:
    with pytest.raises(StoreError, match="there is no bucket “not-"):
        workspace.begin_clone(workspace.root / "new", f"s3://not-{bucket.name}/styles/16/")
    assert list((workspace.root / "new").iterdir()) == []


def test_a_folder_that_is_a_style_already_is_refused(workspace: Workspace, bucket: Bucket) -> None:
    publish(bucket)
    workspace.begin_clone(workspace.root / "new", bucket.remote("styles/16/"))
    before = (workspace.root / "new/manifest.json").read_bytes()
    with pytest.raises(UsageProblem, match="is a style already: pull instead"):
        workspace.begin_clone(workspace.root / "new", bucket.remote("styles/16/"))
    assert (workspace.root / "new/manifest.json").read_bytes() == before


def test_a_style_that_the_workspace_has_already_is_taken_back(
    workspace: Workspace, bucket: Bucket
) -> None:
    publish(bucket)
    workspace.begin_clone(workspace.root / "new", bucket.remote("styles/16/"))
    (workspace.root / "twin").mkdir()
    with pytest.raises(InvalidInput, match="The styles in new and twin have one id"):
        workspace.begin_clone(workspace.root / "twin", bucket.remote("styles/16/"))
    assert list((workspace.root / "twin").iterdir()) == []


def test_a_remote_that_is_none_is_a_usage_problem(workspace: Workspace) -> None:
    with pytest.raises(UsageProblem, match="“http://b/p” is no remote"):
        workspace.begin_clone(workspace.root / "new", "http://b/p")
