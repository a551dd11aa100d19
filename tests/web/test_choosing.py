"""Filters, orders and pages of a style's images, as the page asks the server for them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from manifest_sync.web.routes_styles import AT_A_TIME
from tests.buckets import Bucket, new_bucket
from tests.servers import S3Server
from tests.web.places import make_workspace
from tests.web.visitor import Visitor, serving

CARDS = "/fragments/cards?style=16"
NAMES = "/fragments/names?style=16"
ALL = "&begin=0&end=100000"


def paths(html: str) -> list[str]:
    """The images of a page of cards, which never need escaping here."""
    return re.findall(r'data-path="([^"]*)"', html)


def looked(visitor: Visitor) -> str:
    """Look again, and give the look's id."""
    visitor.html(CARDS + "&look=1")
    return str(visitor.get(NAMES + ALL)["board"])


@pytest.fixture(scope="module")
def various(moto: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Images of all kinds, which differ in size and time, and which nobody changes."""
    with new_bucket(moto) as bucket:
        root = make_workspace(tmp_path_factory.mktemp("various") / "ws", bucket)
        with serving(root) as visitor:
            make_various(visitor, root / "styles" / "16", bucket)
            yield visitor


def make_various(visitor: Visitor, style: Path, bucket: Bucket) -> None:
    for number, name in enumerate(("B10.jpg", "b2.jpg", "a.jpg", "c.jpg")):
        (style / name).write_bytes(b"x" * (100 + number))
    visitor.post("/api/s3/upload", {"styleId": "16"})
    bucket.put("styles/16/theirs.jpg", b"theirs")
    (style / "c.jpg").write_bytes(b"mine, and it is larger than all of the others" * 100)
    (style / "new.jpg").write_bytes(b"new")
    (style / "a.txt").write_text("EDITED")
    for number, name in enumerate(("new.jpg", "B10.jpg", "c.webp", "a.jpg", "c.jpg", "b2.jpg")):
        os.utime(style / name, (2e9 - number, 2e9 - number))
    os.utime(style / "sub/b.png", (1e9, 1e9))
    looked(visitor)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("&badge=new", ["new.jpg"]),
        ("&badge=changed", ["a.jpg", "c.jpg"]),
        ("&badge=only_on_s3", ["theirs.jpg"]),
        ("&badge=new&uncaptioned=on", ["new.jpg"]),
        ("&name=SUB/", ["sub/b.png"]),
        ("&caption=edited", ["a.jpg"]),
        ("&caption=caption+B&name=b", ["sub/b.png"]),
        ("&name=nothing", []),
    ],
)
def test_filters(various: Visitor, query: str, shown: list[str]) -> None:
    assert paths(various.html(CARDS + query)) == shown
    assert various.get(NAMES + query + ALL)["names"] == shown


def test_orders(various: Visitor) -> None:
    by_name = [
        "a.jpg",
        "b2.jpg",
        "B10.jpg",
        "c.jpg",
        "c.webp",
        "new.jpg",
        "sub/b.png",
        "theirs.jpg",
    ]
    assert paths(various.html(CARDS)) == by_name
    assert paths(various.html(CARDS + "&order=unheard-of&badge=unheard-of")) == by_name
    by_time = ["new.jpg", "B10.jpg", "c.webp", "a.jpg", "c.jpg", "b2.jpg", "sub/b.png"]
    assert paths(various.html(CARDS + "&order=changed")) == [*by_time, "theirs.jpg"]
    by_size = paths(various.html(CARDS + "&order=size"))
    assert by_size[0] == "c.jpg"
    assert by_size[-2:] == ["theirs.jpg", "new.jpg"]
    by_badge = paths(various.html(CARDS + "&order=badge"))
    assert by_badge[:4] == ["a.jpg", "c.jpg", "new.jpg", "theirs.jpg"]
    assert by_badge[4:] == ["b2.jpg", "B10.jpg", "c.webp", "sub/b.png"]
    assert paths(various.html(CARDS + "&order=size&badge=changed")) == ["c.jpg", "a.jpg"]


def test_figures_of_any_length_sort(visitor: Visitor, style: Path) -> None:
    for name in ("1", "01", "9" * 200, "²", "٣", "x1y", "x1"):
        (style / f"{name}.png").write_bytes(name.encode())
    looked(visitor)
    found = paths(visitor.html(CARDS + "&name=.png"))
    assert found.index("01.png") < found.index("1.png") < found.index("9" * 200 + ".png")
    assert len(found) == 8


def test_pages_hold_every_image_once_and_say_which_it_is(visitor: Visitor, style: Path) -> None:
    for number in range(2 * AT_A_TIME):
        (style / f"n{number:03}.png").write_bytes(b"%d" % number)
    board = looked(visitor)
    every = visitor.get(NAMES + ALL)["names"]
    assert len(every) == 2 * AT_A_TIME + 3
    seen: list[str] = []
    for begin in range(0, len(every), AT_A_TIME):
        html = visitor.html(f"{CARDS}&begin={begin}")
        assert f'data-board="{board}" data-count="{len(every)}"' in html
        places = [int(place) for place in re.findall(r'aria-posinset="(\d+)"', html)]
        assert places == list(range(begin + 1, begin + 1 + len(places)))
        assert html.count(f'aria-setsize="{len(every)}"') == len(places)
        seen += paths(html)
    assert seen == every
    assert paths(visitor.html(f"{CARDS}&begin={len(every)}")) == []
    assert visitor.get(f"{NAMES}&begin=100&end=103")["names"] == every[100:103]
    for wrong in (CARDS + "&begin=-1", CARDS + "&begin=x", NAMES, NAMES + "&begin=0&end=-1"):
        assert visitor.ask("GET", wrong).status == 422, wrong


def test_pages_of_one_look_do_not_change_until_the_next(visitor: Visitor, style: Path) -> None:
    before = looked(visitor)
    (style / "new.png").write_bytes(b"new")
    assert "new.png" not in paths(visitor.html(CARDS))
    assert visitor.get(NAMES + ALL)["board"] == before
    assert looked(visitor) != before
    assert "new.png" in paths(visitor.html(CARDS))


def test_a_look_that_sees_the_same_leaves_pages_as_they_are(visitor: Visitor, style: Path) -> None:
    before = looked(visitor)
    assert looked(visitor) == before
    visitor.html("/fragments/summary?style=16")
    assert visitor.get(NAMES + ALL)["board"] == before
    (style / "a.txt").write_text("other text")
    visitor.html("/fragments/summary?style=16")
    assert visitor.get(NAMES + ALL)["board"] != before
