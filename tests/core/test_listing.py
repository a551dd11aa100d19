"""Listings and what problems cover."""

import pytest
from hypothesis import given

from manifest_sync.core.content import Side, action_between
from manifest_sync.core.listing import Problem, Shadow, self_and_parents
from manifest_sync.core.selection import EVERYTHING, Selection
from tests.builders import bucket, content, folder, problem
from tests.strategies import any_text, safe_paths


@pytest.mark.parametrize(("path", "places"), [
    ("a/b/c.png", ["a/b/c.png", "a/b", "a", ""]),
    ("c.png", ["c.png", ""]),
    ("", [""]),
])  # fmt: skip
def test_a_path_and_what_is_above_it(path: str, places: list[str]) -> None:
    assert list(self_and_parents(path)) == places


@given(any_text)
def test_any_text_has_an_end(text: str) -> None:
    assert list(self_and_parents(text))[-1] == ""


@given(safe_paths)
def test_every_place_above_is_a_folder_of_the_path(path: str) -> None:
    for place in list(self_and_parents(path))[1:-1]:
        assert path.startswith(place + "/")


@pytest.mark.parametrize(("path", "covered"), [
    ("x/y", True),
    ("x/y/a.png", True),
    ("x/y/z/a.png", True),
    ("x", False),
    ("x/yy/a.png", False),
    ("x/y.png", False),
    ("y/a.png", False),
])  # fmt: skip
def test_a_problem_covers_its_path_and_all_below(path: str, *, covered: bool) -> None:
    assert (Shadow([problem("x/y")]).over(path) is not None) is covered


def test_a_problem_of_the_whole_side_covers_everything() -> None:
    assert Shadow([problem("")]).over("any/where.png") == problem("")


def test_the_nearest_problem_is_named() -> None:
    shadow = Shadow([problem("x"), problem("x/y"), problem("")])
    assert shadow.over("x/y/a.png") == problem("x/y")
    assert shadow.over("x/a.png") == problem("x")


def test_no_problems_cover_nothing() -> None:
    assert not Shadow([])
    assert Shadow([]).over("a.png") is None
    assert Shadow([problem("a.png")])


def test_a_listing_knows_contents_by_path() -> None:
    listed = folder("a.png=1")
    assert (listed.content("a.png"), listed.content("b.png")) == (content(1), None)
    assert bucket("a.png=1").entries["a.png"].content == content(1)
    assert Side.LOCAL.other is Side.S3
    assert Side.S3.other is Side.LOCAL


def test_problems_sort_by_path() -> None:
    found = sorted([problem("b", Side.LOCAL), problem("a", Side.S3), problem("a", Side.LOCAL)])
    assert [(each.path, each.side) for each in found] == [
        ("a", Side.LOCAL), ("a", Side.S3), ("b", Side.LOCAL),
    ]  # fmt: skip
    assert isinstance(found[0], Problem)


def test_no_action_leads_from_a_content_to_itself() -> None:
    for same in (None, content(1)):
        with pytest.raises(ValueError, match="itself"):
            action_between(same, same)
    glyphs = [action_between(before, after).glyph for before, after in (
        (None, content(1)), (content(1), content(2)), (content(1), None))]  # fmt: skip
    assert glyphs == ["+", "~", "-"]


def test_contents_are_equal_when_size_and_md5_are() -> None:
    one = content(1)
    assert one == content(1)
    assert one != type(one)(2, one.md5)
    assert one != type(one)(1, content(2).md5)


def test_everything_is_everything() -> None:
    assert EVERYTHING.is_everything
    assert not Selection(paths=frozenset()).is_everything
