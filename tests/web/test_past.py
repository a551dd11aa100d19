"""A long history, read a part at a time, with pictures of what this machine still has."""

import re
from html import unescape
from pathlib import Path

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import NotFound
from manifest_sync.core.history import Apply
from manifest_sync.web.past import AT_A_TIME, part
from manifest_sync.workspace.workspace import Workspace
from tests.buckets import Bucket
from tests.commands import here
from tests.web.visitor import Visitor

MANY = AT_A_TIME + 20


def test_parts_hold_each_row_once_newest_first() -> None:
    runs = [Apply(f"@{n}", "", "push", "u", "h", "16", Side.S3, None) for n in range(250, 0, -1)]
    rows = {run.id: run for run in runs}
    seen: list[Apply] = []
    last = ""
    for _ in range(3):
        found, following = part(rows, last)
        seen += found
        last = following or ""
    assert (seen, following) == (runs, None)
    assert part({}) == ([], None)
    assert part({run.id: run for run in runs[:AT_A_TIME]})[1] is None
    with pytest.raises(NotFound):
        part(rows, "@999")


@pytest.mark.slow
@pytest.mark.usefixtures("pushed")
def test_every_deletion_and_run_is_there_by_its_button(visitor: Visitor, style: Path) -> None:
    for number in range(MANY):
        (style / f"n{number}.txt").write_text("first")
    visitor.post("/api/s3/upload", {"styleId": "16"})
    for number in range(MANY):
        (style / f"n{number}.txt").write_text("second")
    visitor.post("/api/s3/upload", {"styleId": "16"})
    html = visitor.html("/fragments/history")
    seen = re.findall(r'aria-label="Restore n\d+.txt, (@3\.\d+)"', html)
    assert len(seen) == AT_A_TIME
    older = re.search(r'hx-get="(/fragments/deletions[^"]*)"', html)
    assert older is not None
    rest = visitor.html(unescape(older[1]))
    seen += re.findall(r'aria-label="Restore n\d+.txt, (@3\.\d+)"', rest)
    assert sorted(seen) == sorted(f"@3.{number}" for number in range(1, MANY + 1))
    assert "/fragments/deletions" not in rest
    assert "Older runs" not in html


@pytest.mark.usefixtures("pushed")
def test_older_runs_follow(visitor: Visitor, style: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("manifest_sync.web.past.AT_A_TIME", 2)
    for number in range(2):
        (style / "a.txt").write_text(f"edit {number}")
        visitor.post("/api/s3/upload", {"styleId": "16"})
    html = visitor.html("/fragments/history")
    older = re.search(r'hx-get="(/fragments/applies[^"]*)"', html)
    assert older is not None
    rest = visitor.html(unescape(older[1]))
    assert re.findall(r"(@\d+) · 5 created", rest) == ["@1"]
    assert "/fragments/applies" not in rest


def test_what_no_row_has_is_404(visitor: Visitor) -> None:
    for path in ("/kept/@9.1", "/kept/x", "/kept/..%2f..%2fx"):
        assert visitor.ask("GET", path).status == 404
    for kind in ("deletions", "applies"):
        assert visitor.ask("GET", f"/fragments/{kind}?after=@9").status == 404


@pytest.mark.usefixtures("pushed")
def test_what_the_trash_or_the_folder_holds_has_its_picture(
    visitor: Visitor, root: Path, style: Path, bucket: Bucket
) -> None:
    bucket.client.delete_object(Bucket=bucket.name, Key="styles/16/a.jpg")
    assert here(root, "pull", "--delete", "--yes").status == 0
    assert here(root, "remove", "16", "sub/b.png", "--yes").status == 0
    (style / "c.webp").unlink()
    assert here(root, "push", "--delete", "--yes").status == 0
    with Workspace.open(root) as workspace:
        found = {each.path: each.id for each in workspace.deletions()}
    visitor.html("/fragments/history")
    for path in ("a.jpg", "sub/b.png"):
        answer = visitor.ask("GET", f"/kept/{found[path]}")
        assert (answer.status, answer.headers["content-type"]) == (200, "image/webp"), path
    gone = visitor.ask("GET", f"/kept/{found['c.webp']}")
    assert (gone.status, gone.headers["location"]) == (307, "/static/no-image.svg")
