"""What `remove` takes off S3, and the patterns that keep it off."""

import pytest
from hypothesis import given

from manifest_sync.core.manifest import Header
from manifest_sync.core.removal import ignore_pattern, with_captions
from manifest_sync.core.scope import Scope
from tests.strategies import HARD_PATHS, safe_paths


@pytest.mark.parametrize("path", [
    *HARD_PATHS, "a*b.png", "[x].png", "!a.png", "#a.png", "a ", "a  ", " a", "a?.png", "**/a",
    "\u00a0", "a\u2003 ", "a \u3000",
])  # fmt: skip
def test_a_pattern_names_its_file(path: str) -> None:
    assert Scope(Header(ignore=(ignore_pattern(path),))).ignores(path)


@pytest.mark.parametrize(("path", "other"), [
    ("a.png", "x/a.png"),
    ("a*.png", "ab.png"),
    ("a?.png", "ab.png"),
    ("[ab].png", "a.png"),
    ("x/a.png", "x/a.txt"),
    ("a ", "a"),
])  # fmt: skip
def test_a_pattern_names_nothing_else(path: str, other: str) -> None:
    assert not Scope(Header(ignore=(ignore_pattern(path),))).ignores(other)


@given(safe_paths, safe_paths)
def test_patterns_are_exact(path: str, other: str) -> None:
    scope = Scope(Header(ignore=(ignore_pattern(path),)))
    assert scope.ignores(path)
    assert scope.ignores(other) == (other == path or other.startswith(path + "/"))


@pytest.mark.parametrize(("named", "present", "chosen"), [
    ("a.png", "a.png a.txt b.png", "a.png a.txt"),
    ("a.png", "a.png a.txt a.caption", "a.caption a.png a.txt"),
    ("a.png", "a.jpg a.png a.txt", "a.png"),
    ("a.jpg a.png", "a.jpg a.png a.txt", "a.jpg a.png a.txt"),
    ("a.txt", "a.png a.txt", "a.txt"),
    ("x/a.png", "a.txt x/a.png x/a.txt", "x/a.png x/a.txt"),
    ("a.jpg a.txt", "a.jpg a.png a.txt", "a.jpg a.txt"),
    ("gone.png", "gone.txt", "gone.png gone.txt"),
])  # fmt: skip
def test_captions_go_with_their_images_unless_one_stays(
    named: str, present: str, chosen: str
) -> None:
    found = with_captions(Scope(Header()), named.split(), present.split())
    assert found == tuple(chosen.split())
