"""Which files come into scope again, and which patterns go for it."""

import pytest
from hypothesis import assume, given

from manifest_sync.core.manifest import Header
from manifest_sync.core.readmission import readmission, readmitted
from manifest_sync.core.removal import ignore_pattern
from manifest_sync.core.scope import Scope
from tests import builders
from tests.strategies import safe_paths


def scope(*ignore: str) -> Scope:
    return Scope(Header(ignore=ignore, include=("*.md",)))


@pytest.mark.parametrize(("ignore", "paths", "left", "back", "still"), [
    (["/a.png"], ["a.png"], [], ["a.png"], []),
    (["*.gif", "/a.png", "/b.png"], ["a.png"], ["*.gif", "/b.png"], ["a.png"], []),
    (["/a.png", "/a.png"], ["a.png"], [], ["a.png"], []),
    (["/a.png", "a.*"], ["a.png"], ["/a.png", "a.*"], [], [("a.png", "a.*")]),
    (["/a.png", "*.txt"], ["a.png", "a.txt"], ["*.txt"], ["a.png"], [("a.txt", "*.txt")]),
    (["/x/", "/x/a.png"], ["x/a.png"], ["/x/", "/x/a.png"], [], [("x/a.png", "/x/")]),
    (["*.png", "!/a.png", "/a.png"], ["a.png"], ["*.png", "!/a.png"], ["a.png"], []),
    (["/b.png"], ["a.png"], ["/b.png"], [], []),
    (["/a.docx"], ["a.docx"], ["/a.docx"], [], []),
])  # fmt: skip
def test_only_patterns_that_alone_keep_a_file_out_go(
    ignore: list[str], paths: list[str], left: list[str], back: list[str],
    still: list[tuple[str, str]],
) -> None:  # fmt: skip
    found = readmission(scope(*ignore), paths)
    assert list(found.header.ignore) == left
    assert list(found.paths) == back
    assert list(found.ignored) == still
    assert found.header.include == ("*.md",)


@given(safe_paths, safe_paths)
def test_what_remove_ignores_is_let_in_again(path: str, other: str) -> None:
    name = f"{path}.png"
    before = Scope(Header(ignore=("*.gif", f"/{other}.webp")))
    assume(before.holds(name))  # hidden files, for one, are never removed, nor let in
    patterns = (*before.header.ignore, ignore_pattern(name))
    found = readmission(Scope(Header(ignore=patterns)), [name])
    assert found.header.ignore == before.header.ignore
    assert found.paths == (name,)


def test_the_survey_holds_what_came_in_again() -> None:
    survey = builders.survey("b.png=2", "b.png=2", header=Header(ignore=("/a.png",)))
    held = builders.survey("a.png=1", "a.png=3")
    after = readmitted(survey, Header(), held.folder.entries, held.bucket.entries)
    assert after.scope.holds("a.png")
    assert after.manifest.header == Header()
    assert list(after.folder.entries) == list(after.bucket.entries) == ["a.png", "b.png"]
    assert after.bucket.content("a.png") == builders.content(3)
