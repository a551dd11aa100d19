"""Syncing from the page: nothing is done that was not shown and agreed to."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from manifest_sync.workspace.workspace import Workspace
from tests.buckets import Bucket
from tests.commands import here
from tests.servers import S3Server
from tests.slow_s3 import slow_server
from tests.web.visitor import Answer, Visitor, serving

PREFIX = "styles/16/"


def plan(visitor: Visitor, command: str, *more: tuple[str, str]) -> Answer:
    answer = visitor.form("/fragments/plan", ("style", "16"), ("command", command), *more)
    assert answer.status == 200, answer.body
    return answer


def agreement(answer: Answer) -> tuple[str, str]:
    found = re.search(r'name="agreement" value="(\w+)"', answer.body.decode())
    assert found is not None, answer.body
    return "agreement", found[1]


def toast(answer: Answer) -> Any:  # noqa: ANN401 - what the page is told
    return json.loads(answer.headers["hx-trigger"])["toast"]["message"]


def end(visitor: Visitor) -> Any:  # noqa: ANN401 - what the page is told
    """Wait for the run to end."""
    with visitor.events() as events:
        return next(told for told in events if told and told["state"] != "running")


def run(visitor: Visitor, answer: Answer) -> Any:  # noqa: ANN401 - what the page is told
    """Agree to a plan, and wait for its end."""
    begun = visitor.form("/runs", agreement(answer))
    assert begun.status == 200, begun.body
    return end(visitor)


def test_a_plan_is_shown_then_carried_out_and_told_of(visitor: Visitor, bucket: Bucket) -> None:
    shown = plan(visitor, "push")
    assert "5 files created" in shown.body.decode()
    assert bucket.objects(PREFIX) == {}
    begun = visitor.form("/runs", agreement(shown))
    assert toast(begun) == "Syncing 5 files to S3..."
    told = end(visitor)
    assert (told["state"], told["files"], told["of_files"]) == ("done", 5, 5)
    assert told["message"] == "Successfully uploaded 5 images to S3"
    assert len(bucket.objects(PREFIX)) == 5
    assert toast(plan(visitor, "push")) == "All files are already synced to S3!"
    assert toast(plan(visitor, "pull")) == "All files are already synced from S3!"


@pytest.mark.usefixtures("pushed")
def test_what_others_brought_is_fetched(visitor: Visitor, style: Path, bucket: Bucket) -> None:
    for name in ("x.jpg", "y.jpg", "z.jpg"):
        bucket.put(PREFIX + name, b"theirs")
    begun = visitor.form("/runs", agreement(plan(visitor, "pull")))
    assert toast(begun) == "Syncing 3 files from S3..."
    assert end(visitor)["message"] == "Successfully synced 3 images from S3"
    assert (style / "x.jpg").read_bytes() == b"theirs"


def test_a_plan_is_agreed_to_once_and_only_if_it_was_shown(visitor: Visitor) -> None:
    shown = plan(visitor, "push")
    run(visitor, shown)
    for name in (agreement(shown), ("agreement", "x"), ("agreement", ""), ("other", "x")):
        answer = visitor.form("/runs", name)
        assert (answer.status, answer.json()["code"]) == (409, "stale_plan")


@pytest.mark.usefixtures("pushed")
def test_what_was_agreed_to_is_not_exceeded(visitor: Visitor, style: Path, bucket: Bucket) -> None:
    (style / "a.txt").write_text("edited")
    shown = plan(visitor, "push")
    (style / "c.webp").write_bytes(b"edited after the plan was shown")
    told = run(visitor, shown)
    assert told["state"] == "failed"
    assert told["message"].startswith("Failed to sync to S3: Something changed")
    assert bucket.get(PREFIX + "a.txt") == b"caption a"


@pytest.mark.usefixtures("pushed")
def test_deletions_are_withheld_until_sync_deletes_is_ticked(
    visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    (style / "c.webp").unlink()
    withheld = plan(visitor, "push").body.decode()
    assert "1 deletion withheld: Sync Deletes is off" in withheld
    assert 'class="confirm' not in withheld
    shown = plan(visitor, "push", ("deletes", "on"))
    assert "1 file deleted on S3" in shown.body.decode()
    assert run(visitor, shown)["message"] == "Successfully deleted 1 file on S3"
    assert "c.webp" not in bucket.objects(PREFIX)


@pytest.mark.usefixtures("pushed")
def test_what_is_refused_needs_a_tick_and_a_second_look(
    visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    for path in bucket.objects(PREFIX):
        (style / path).unlink()
    refused = plan(visitor, "push", ("deletes", "on"))
    assert "every one of the 5 files" in refused.body.decode()
    assert 'class="confirm' not in refused.body.decode()
    told = run(visitor, refused)
    assert told["state"] == "failed"
    assert len(bucket.objects(PREFIX)) == 5
    allowed = plan(visitor, "push", ("deletes", "on"), ("permit", "side_emptied"))
    assert 'class="confirm danger"' in allowed.body.decode()
    assert run(visitor, allowed)["state"] == "done"
    assert bucket.objects(PREFIX) == {}


@pytest.mark.usefixtures("pushed")
@pytest.mark.parametrize(("side", "wins"), [("local", b"mine"), ("s3", b"theirs")])
def test_a_conflict_waits_for_a_choice(
    visitor: Visitor, style: Path, bucket: Bucket, side: str, wins: bytes
) -> None:
    (style / "a.txt").write_bytes(b"mine")
    bucket.put(PREFIX + "a.txt", b"theirs")
    command = "push" if side == "local" else "pull"
    shown = plan(visitor, command).body.decode()
    assert "1 file changed on both sides" in shown
    assert 'name="take:a.txt"' in shown
    assert 'class="confirm' not in shown
    assert 'class="confirm' not in plan(visitor, command, ("take:a.txt", "")).body.decode()
    chosen = plan(visitor, command, ("take:a.txt", side))
    assert run(visitor, chosen)["state"] == "done"
    assert (style / "a.txt").read_bytes() == bucket.get(PREFIX + "a.txt") == wins


@pytest.mark.usefixtures("pushed")
def test_the_selected_are_removed_from_s3_and_stay_here(
    visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    shown = plan(visitor, "remove", ("image", "a.jpg"), ("image", "c.webp"))
    assert "Remove 3 files from S3" in shown.body.decode()
    told = run(visitor, shown)
    assert told["message"] == "Successfully removed 3 files from S3"
    assert set(bucket.objects(PREFIX)) == {"sub/b.png", "sub/b.txt"}
    assert (style / "a.jpg").exists()


def test_a_lock_is_said_in_words(visitor: Visitor, root: Path) -> None:
    shown = plan(visitor, "push")
    with Workspace.open(root) as workspace, workspace.holding("push"):
        told = run(visitor, shown)
    assert told["state"] == "failed"
    assert "Another run holds this workspace: “push”" in told["message"]


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("command", "drop")],
        [("command", "push"), ("take:a.txt", "moon")],
        [("command", "apply"), ("style", "16")],
    ],
)
def test_what_no_button_asks_for_is_422(lasting: Visitor, fields: list[tuple[str, str]]) -> None:
    assert lasting.form("/fragments/plan", *fields).status == 422
    assert lasting.ask("POST", "/fragments/plan", {"command": "push"}).status == 422


@pytest.mark.slow
def test_a_run_goes_on_without_anybody_watching_and_can_be_cancelled(
    moto: S3Server, root: Path, style: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(80):
        (style / f"{number}.jpg").write_bytes(b"image %d" % number)
    with slow_server(moto, 0.5) as slow:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", slow.endpoint)
        monkeypatch.setenv("MANIFEST_SYNC_JOBS", "2")
        with serving(root) as visitor:
            visitor.form("/runs", agreement(plan(visitor, "push")))
            with visitor.events() as events:
                told = next(told for told in events if told["step"] == "syncing" and told["files"])
            assert (told["state"], told["of_files"]) == ("running", 85)
            second = visitor.ask("POST", "/api/s3/upload", {"styleId": "16"})
            assert second.status == 423
            with visitor.events() as events:
                later = next(seen for seen in events if seen["files"] >= told["files"] + 3)
            assert later["id"] == told["id"]
            assert visitor.form("/runs/stop", ("job", told["id"])).status == 204
            ending = end(visitor)
    assert ending["state"] == "done"
    assert "left, sync again to finish" in ending["message"]
    assert 0 < len(bucket.objects(PREFIX)) < 85
    monkeypatch.undo()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", moto.endpoint)
    assert here(root, "push", "--yes").status == 0
