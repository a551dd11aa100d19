"""What changed between two manifests, in the words of the trade."""

import pytest

from manifest_sync.core.manifest import Header
from manifest_sync.core.manifest_diff import diff_manifests
from tests.builders import manifest


@pytest.mark.parametrize(("old", "new", "summary"), [
    ("", "", "no change"),
    ("a.png=1", "a.png=1", "no change"),
    ("", "a.png=1", "+1 image"),
    ("", "a.png=1 a.txt=2", "+1 pair"),
    ("", "a.png=1 x/a.txt=2", "+1 image, +1 caption"),
    ("a.png=1 a.txt=2", "", "−1 pair"),
    ("a.png=1", "a.png=1 a.txt=2", "+1 caption"),
    ("a.txt=1 b.txt=1 c.png=1 c.txt=1",
     "a.txt=2 b.txt=2 d.png=1 e.png=1 f.png=1",
     "+3 images, 2 captions edited, −1 pair"),
    ("a.png=1 a.txt=1", "a.png=2 a.txt=2", "1 image edited, 1 caption edited"),
    ("", "a.png=1 a.jpg=2 a.txt=3", "+1 pair, +1 image"),
    ("", "notes.md=1", "+1 other file"),
])  # fmt: skip
def test_the_summary(old: str, new: str, summary: str) -> None:
    assert diff_manifests(manifest(old), manifest(new)).summary == summary


def test_the_paths_are_named() -> None:
    found = diff_manifests(manifest("a.png=1 b.png=1"), manifest("b.png=2 c.png=1"))
    assert (found.added, found.edited, found.removed) == (("c.png",), ("b.png",), ("a.png",))


def test_a_manifest_that_is_new_or_gone() -> None:
    assert diff_manifests(None, manifest("a.png=1")).summary == "+1 image"
    assert diff_manifests(manifest("a.png=1"), None).summary == "−1 image"
    assert diff_manifests(None, None).summary == "no change"


def test_other_keys_are_named() -> None:
    found = diff_manifests(manifest(""), manifest("", header=Header(ignore=("*.npz",))))
    assert (found.summary, found.keys) == ("ignore changed", ("ignore",))
