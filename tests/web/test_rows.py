"""A plan of many files: it opens with some of them, and every one of them can be read."""

import re
from html import unescape
from pathlib import Path

import pytest

from manifest_sync.web.rows import AT_A_TIME, Kind, Row, part
from tests.buckets import Bucket
from tests.web.test_runs import agreement, plan, run
from tests.web.visitor import Visitor

PREFIX = "styles/16/"
MANY = AT_A_TIME * 2 + 5


def names(html: str) -> list[str]:
    """The files of some rows."""
    return [unescape(name) for name in re.findall('<span class="name">([^<]*)</span>', html)]


def read_on(visitor: Visitor, html: str) -> list[str]:
    """The files of all rows: those that are there, and those that are asked for later."""
    found = names(html)
    while more := re.search('hx-get="(/fragments/rows[^"]*)"', html):
        html = visitor.html(unescape(more[1]))
        found += names(html)
    return found


def many(style: Path) -> list[str]:
    """Write many files into the folder."""
    made = [f"n{number:04}.jpg" for number in range(MANY)]
    for name in made:
        (style / name).write_bytes(name.encode())
    return made


def test_parts_hold_each_row_once() -> None:
    rows = {Kind.DELETED: [Row(f"{number}") for number in range(MANY)]}
    seen: list[str] = []
    begin: int | None = 0
    while begin is not None:
        found = part(rows, Kind.DELETED, begin)
        assert 0 < len(found.rows) <= AT_A_TIME
        seen += [row.path for row in found.rows]
        begin = found.following
    assert seen == [row.path for row in rows[Kind.DELETED]]
    for kind, first in ((Kind.DELETED, 10**9), (Kind.CREATED, 0)):
        assert part(rows, kind, first).rows in ([], ())
        assert part(rows, kind, first).following is None


def test_every_file_that_is_created_can_be_read(visitor: Visitor, style: Path) -> None:
    made = many(style)
    shown = plan(visitor, "push").body.decode()
    assert f"{MANY + 5} files created" in shown
    assert len(names(shown)) == AT_A_TIME
    assert read_on(visitor, shown) == sorted(
        [*made, "a.jpg", "a.txt", "c.webp", "sub/b.png", "sub/b.txt"]
    )


def test_reading_on_leaves_the_plan_to_be_agreed_to_as_it_was(
    visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    many(style)
    shown = plan(visitor, "push")
    _, name = agreement(shown)
    (style / "later.jpg").write_bytes(b"later")
    (style / "n0000.jpg").unlink()
    asked = f"/fragments/rows?agreement={name}&kind=created&begin="
    assert "n0000.jpg" in names(visitor.html(f"{asked}0"))
    assert "later.jpg" not in names(visitor.html(f"{asked}{AT_A_TIME}"))
    run(visitor, shown)
    assert "later.jpg" not in bucket.objects(PREFIX)
    assert visitor.ask("GET", f"{asked}0").status == 409


@pytest.mark.slow
def test_every_deletion_is_there_by_name_and_images_with_their_picture(
    visitor: Visitor, style: Path
) -> None:
    made = many(style)
    visitor.post("/api/s3/upload", {"styleId": "16"})
    visitor.html("/fragments/cards?look=1&style=16")
    for name in [*made, "a.jpg", "a.txt"]:
        (style / name).unlink()
    withheld = plan(visitor, "push").body.decode()
    assert len(read_on(visitor, withheld)) == MANY + 2
    shown = plan(visitor, "push", ("deletes", "on"), ("permit", "max_delete")).body.decode()
    assert sorted(read_on(visitor, shown)) == sorted([*made, "a.jpg", "a.txt"])
    rows = shown.split("<li>")[1:]
    pictures = {names(row)[0]: re.search('src="([^"]*)"', row) for row in rows if names(row)}
    assert pictures["a.txt"] is None
    assert pictures["a.jpg"] is not None
    assert visitor.ask("GET", unescape(pictures["a.jpg"][1])).status == 200


@pytest.mark.parametrize(
    "query", ["kind=moon", "kind=created&begin=-1", "kind=created&begin=x", ""]
)
def test_rows_that_nothing_asks_for_are_422(lasting: Visitor, query: str) -> None:
    assert lasting.ask("GET", f"/fragments/rows?agreement=x&{query}").status == 422
