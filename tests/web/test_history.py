"""The history on the page, restoring from it, and the doctor."""

import re
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.web.test_runs import PREFIX, plan, run
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow  # the browser does the same with its buttons


@pytest.fixture
def deleted(visitor: Visitor, pushed: Path, style: Path) -> Path:
    """The workspace, after c.webp was deleted on S3 and a.txt was replaced there."""
    (style / "c.webp").unlink()
    (style / "a.txt").write_text("edited")
    run(visitor, plan(visitor, "push", ("deletes", "on")))
    return pushed


def ids(visitor: Visitor) -> list[str]:
    """What can be restored, newest first: deletions, then runs."""
    return re.findall('"what": "(@[^"]*)"', visitor.html("/fragments/history"))


def restore(visitor: Visitor, what: str, *more: tuple[str, str]) -> str:
    """Agree to a restoration; what was shown of it."""
    shown = visitor.form("/fragments/restore", ("what", what), *more)
    assert shown.status == 200, shown.body
    told = run(visitor, shown)
    assert told["state"] == "done", told
    return shown.body.decode()


@pytest.mark.usefixtures("deleted")
def test_what_was_deleted_comes_back_by_its_button(visitor: Visitor, bucket: Bucket) -> None:
    found = visitor.html("/fragments/history")
    assert "c.webp" in found
    assert "1 replaced, 1 deleted" in found
    assert ids(visitor) == ["@2.2", "@2.1", "@2"]
    shown = restore(visitor, "@2.2")
    assert "1 file to restore" in shown
    assert "c.webp" in bucket.objects(PREFIX)
    assert "restored" in visitor.html("/fragments/history")


@pytest.mark.usefixtures("deleted")
def test_all_that_a_run_took_away_comes_back(visitor: Visitor, bucket: Bucket) -> None:
    restore(visitor, "@2")
    objects = bucket.objects(PREFIX)
    assert objects["a.txt"] == b"caption a"
    assert "c.webp" in objects


@pytest.mark.usefixtures("deleted")
def test_something_newer_is_replaced_only_when_that_is_ticked(
    visitor: Visitor, bucket: Bucket
) -> None:
    bucket.put(PREFIX + "c.webp", b"newer")
    shown = visitor.form("/fragments/restore", ("what", "@2.2")).body.decode()
    assert "left alone: something newer is there" in shown
    assert 'class="confirm"' not in shown
    restore(visitor, "@2.2", ("overwrite", "on"))
    assert bucket.get(PREFIX + "c.webp") != b"newer"


@pytest.mark.usefixtures("deleted")
def test_what_came_there_since_it_was_shown_is_not_replaced(
    visitor: Visitor, bucket: Bucket
) -> None:
    shown = visitor.form("/fragments/restore", ("what", "@2.2"), ("overwrite", "on"))
    bucket.put(PREFIX + "c.webp", b"newer")
    told = run(visitor, shown)
    assert told["state"] == "failed"
    assert "Something changed since this was shown" in told["message"]
    assert bucket.get(PREFIX + "c.webp") == b"newer"


@pytest.mark.parametrize("what", ["", "a.txt", "@", "@9", "@2.9", "../x"])
def test_what_is_no_deletion_is_422(visitor: Visitor, what: str) -> None:
    assert visitor.form("/fragments/restore", ("what", what)).status == 422


def test_an_empty_history_says_so(visitor: Visitor) -> None:
    assert "Nothing was done yet" in visitor.html("/fragments/history")
    assert 'hx-get="/fragments/history"' in visitor.html("/history")


def test_the_doctor_speaks_in_words(visitor: Visitor, bucket: Bucket) -> None:
    assert 'hx-get="/fragments/doctor"' in visitor.html("/doctor")
    said = visitor.html("/fragments/doctor")
    assert f"s3://{bucket.name}/" in said
    assert "It can be used." in said
    bucket.client.delete_bucket(Bucket=bucket.name)
    assert "It cannot be used like this." in visitor.html("/fragments/doctor")
