"""A saved plan: it is carried out exactly, or refused with what moved since it was made."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Refused, StalePlan
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Options, StylePlan
from manifest_sync.core.reconcile import Verb
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.workspace import Workspace
from tests.buckets import Bucket

A = "styles/16/a.txt"
"""The caption that the plan is about: file and key alike."""


@pytest.fixture
def workspace(pushed: Path) -> Iterator[Workspace]:
    """All is on S3; since then a caption of style 16 was edited, and recorded."""
    (pushed / A).write_text("edited")
    with Workspace.open(pushed) as opened:
        (style,) = opened.styles(["16"]).styles
        opened.record(style)
        yield opened


def made(workspace: Workspace, verb: Verb = Verb.APPLY, to: Side = Side.S3) -> StylePlan:
    (style,) = workspace.styles(["16"]).styles
    plan = workspace.plan(style, verb, to, Options()).plan
    assert [change.path for change in plan.changes] == ["a.txt"]
    return plan


def left(planned: Planned) -> list[str]:
    return [change.path for change in planned.plan.changes]


def test_it_is_carried_out_once(workspace: Workspace, bucket: Bucket) -> None:
    plan = made(workspace)
    applied = workspace.apply(workspace.renew(plan), "apply")
    assert [outcome.status for outcome in applied.outcomes] == [Status.DONE]
    assert bucket.get(A) == b"edited"
    again = workspace.renew(plan)
    assert (left(again), [outcome.status for outcome in again.already]) == ([], [Status.ALREADY])
    applied = workspace.apply(again, "apply")
    assert (applied.statistics.updated, applied.statistics.bytes) == (0, 0)


def edit_the_file(workspace: Workspace, _: Bucket) -> None:
    (workspace.root / A).write_text("again!")


def delete_the_file(workspace: Workspace, _: Bucket) -> None:
    (workspace.root / A).unlink()


def replace_the_object(_: Workspace, bucket: Bucket) -> None:
    bucket.put(A, b"others")


def delete_the_object(_: Workspace, bucket: Bucket) -> None:
    bucket.delete(A)


def ignore_the_file(workspace: Workspace, _: Bucket) -> None:
    manifest = workspace.root / "styles/16/manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "ignore": ["a.txt"]}))


Move = Callable[[Workspace, Bucket], object]


@pytest.mark.parametrize(
    "move",
    [edit_the_file, delete_the_file, replace_the_object, delete_the_object, ignore_the_file],
)
def test_what_moved_is_named_and_nothing_is_done(
    workspace: Workspace, bucket: Bucket, move: Move
) -> None:
    plan = made(workspace)
    move(workspace, bucket)
    before = bucket.objects()
    with pytest.raises(StalePlan, match=r"these moved: a\.txt\. Make the plan again\.$") as caught:
        workspace.renew(plan)
    assert caught.value.exit_status == 4
    assert bucket.objects() == before


def test_of_a_pull_the_object_that_moved_is_named(workspace: Workspace, bucket: Bucket) -> None:
    bucket.put(A, b"others")
    (workspace.root / A).write_text("caption of 16")  # as it was: only S3 has changed
    plan = made(workspace, Verb.PULL, Side.LOCAL)
    bucket.put(A, b"others again")
    with pytest.raises(StalePlan, match=r"these moved: a\.txt"):
        workspace.renew(plan)
    assert (workspace.root / A).read_text() == "caption of 16"


def test_another_line_of_the_manifest_makes_it_stale(workspace: Workspace) -> None:
    plan = made(workspace)
    (workspace.root / "styles/16/b.txt").write_text("new")
    (style,) = workspace.styles(["16"]).styles
    workspace.record(style)
    with pytest.raises(StalePlan, match=r"its manifest \(styles/16/manifest\.json\) moved"):
        workspace.renew(plan)


def test_another_remote_makes_it_stale(workspace: Workspace, bucket: Bucket) -> None:
    plan = made(workspace)
    manifest = workspace.root / "styles/16/manifest.json"
    manifest.write_text(manifest.read_text().replace("styles/16/", "elsewhere/"))
    with pytest.raises(
        StalePlan, match=r"is for folder styles/16 and .* but the style is"
    ) as caught:
        workspace.renew(plan)
    assert bucket.remote("elsewhere/") in str(caught.value)


def test_another_endpoint_makes_it_stale(workspace: Workspace, bucket: Bucket) -> None:
    plan = made(workspace)
    flags = {"endpoint_url": "http://127.0.0.1:9"}
    with (
        Workspace.open(workspace.root, flags=flags) as elsewhere,
        pytest.raises(StalePlan) as caught,
    ):
        elsewhere.renew(plan)
    assert bucket.endpoint in str(caught.value)
    assert "http://127.0.0.1:9" in str(caught.value)


def test_another_folder_makes_it_stale(workspace: Workspace) -> None:
    plan = made(workspace)
    (workspace.root / "styles/16").rename(workspace.root / "styles/renamed")
    with pytest.raises(StalePlan, match="the style is folder styles/renamed and "):
        workspace.renew(plan)


def test_a_style_that_is_gone_makes_it_stale(workspace: Workspace) -> None:
    plan = made(workspace)
    shutil.rmtree(workspace.root / "styles/16")
    with pytest.raises(StalePlan, match="is for style “16”, which is not here"):
        workspace.renew(plan)


def test_a_style_whose_manifest_is_gone_refuses_it(workspace: Workspace) -> None:
    plan = made(workspace)
    (workspace.root / "styles/16/manifest.json").unlink()
    with pytest.raises(Refused, match=r"styles/16/manifest\.json is missing"):
        workspace.renew(plan)


def test_what_does_not_concern_it_does_not_make_it_stale(
    workspace: Workspace, bucket: Bucket
) -> None:
    plan = made(workspace)
    os.utime(workspace.root / A, (1, 1))
    (workspace.root / "styles/16/z.txt").write_text("not recorded")
    (workspace.root / "styles/17/a.txt").write_text("another style")
    bucket.put("styles/16/a.jpg", b"replaced by others")
    assert left(workspace.renew(plan)) == ["a.txt"]


def test_what_moves_between_the_check_and_the_change_is_an_outcome(
    workspace: Workspace, bucket: Bucket
) -> None:
    planned = workspace.renew(made(workspace))
    bucket.put(A, b"others")
    (outcome,) = workspace.apply(planned, "apply").outcomes
    assert outcome.status is Status.MOVED
    assert bucket.get(A) == b"others"
    # Nothing was learnt of it: it is looked at anew, and nobody's bytes are lost meanwhile.
    with pytest.raises(StalePlan):
        workspace.renew(planned.plan)
