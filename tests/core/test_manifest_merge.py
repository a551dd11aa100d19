"""Merging manifests in git: what one side changed is taken, what both changed is left to choose."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.content import Content
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.core.manifest_merge import Choice, merge_manifests
from manifest_sync.formats.manifest_conflicts import render_merge
from manifest_sync.formats.manifest_json import parse_manifest, render_manifest
from tests.builders import content, manifest
from tests.strategies import EASY_PATHS


def merged(base: str | None, ours: str, theirs: str) -> str:
    """The lines on one line; a choice as `a.png=1|2`."""
    found = merge_manifests(
        None if base is None else manifest(base), manifest(ours), manifest(theirs)
    )
    shown = []
    for path, line in found.lines.items():
        sides = [line.ours, line.theirs] if isinstance(line, Choice) else [line]
        sizes = [str(side.content.size) if side is not None else "-" for side in sides]
        shown.append(f"{path}={'|'.join(sizes)}")
    return " ".join(shown)


@pytest.mark.parametrize(("base", "ours", "theirs", "expected"), [
    ("a.png=1", "a.png=1", "a.png=1", "a.png=1"),
    ("a.png=1", "a.png=2", "a.png=1", "a.png=2"),
    ("a.png=1", "a.png=1", "a.png=2", "a.png=2"),
    ("a.png=1", "a.png=2", "a.png=2", "a.png=2"),
    ("a.png=1", "a.png=2", "a.png=3", "a.png=2|3"),
    ("a.png=1", "", "a.png=1", ""),
    ("a.png=1", "a.png=1", "", ""),
    ("a.png=1", "", "", ""),
    ("a.png=1", "", "a.png=2", "a.png=-|2"),
    ("a.png=1", "a.png=2", "", "a.png=2|-"),
    ("", "a.png=1", "b.png=2", "a.png=1 b.png=2"),
    ("", "a.png=1", "a.png=2", "a.png=1|2"),
    (None, "a.png=1 b.png=2", "b.png=2 c.png=3", "a.png=1 b.png=2 c.png=3"),
    (None, "a.png=1", "a.png=2", "a.png=1|2"),
    ("a.png=1 b.png=1 c.png=1", "a.png=2 b.png=1", "a.png=1 b.png=1 c.png=1 d.png=4",
     "a.png=2 b.png=1 d.png=4"),
])  # fmt: skip
def test_each_path_is_merged_by_itself(
    base: str | None, ours: str, theirs: str, expected: str
) -> None:
    assert merged(base, ours, theirs) == expected


def test_the_header_is_merged_by_entry() -> None:
    base = manifest("", header=Header(ignore=("*.npz", "old/")))
    ours = manifest("", header=Header(ignore=("*.npz", "old/", "mine/")))
    theirs = manifest("", header=Header(ignore=("*.npz", "theirs/")))
    found = merge_manifests(base, ours, theirs)
    assert set(found.ours.header.ignore) == {"*.npz", "mine/", "theirs/"}
    assert found.conflicts == ()


def test_an_etag_stays_with_its_line() -> None:
    base = manifest("a.png=1 b.png=1")
    theirs = base.with_lines({"a.png": content(2), "b.png": content(1)}, {"a.png": "multi-2"})
    text = render_merge(merge_manifests(base, base, theirs))
    assert parse_manifest(text, "m").etags == {"a.png": "multi-2"}


def test_a_conflict_shows_both_lines_and_no_other() -> None:
    base, ours, theirs = map(manifest, ("a.png=1 b.png=2 c.png=3", "a.png=4 b.png=2 c.png=3",
                                        "a.png=5 b.png=2 c.png=3"))  # fmt: skip
    text = render_merge(merge_manifests(base, ours, theirs), size=9).decode()
    four, five = (f'    "a.png": {{"size": {n}, "md5": "{n:032x}"}},' for n in (4, 5))
    assert text.splitlines()[5:] == [
        "<<<<<<<<< ours", four, "=========", five, ">>>>>>>>> theirs",
        *render_manifest(base).decode().splitlines()[6:],
    ]  # fmt: skip


def test_another_remote_on_either_side_is_a_choice() -> None:
    base = manifest("a.png=1")
    ours = Manifest("16", "s3://ours/", lines=base.lines)
    theirs = Manifest("16", "s3://theirs/", lines=base.lines)
    found = merge_manifests(base, ours, theirs)
    assert found.conflicts == ("remote",)
    assert kept(render_merge(found), "ours") == render_manifest(ours)
    assert kept(render_merge(found), "theirs") == render_manifest(theirs)
    assert merge_manifests(base, base, theirs).ours.remote == "s3://theirs/"


def kept(text: bytes, side: str) -> bytes:
    """The text after somebody has kept one side of every conflict."""
    block = re.compile(rb"<{7} ours\n(.*?)={7}\n(.*?)>{7} theirs\n", re.DOTALL)
    return block.sub(lambda found: found[1 if side == "ours" else 2], text)


lines = st.dictionaries(st.sampled_from(EASY_PATHS), st.integers(1, 3).map(content))
manifests = lines.map(manifest)


FATES = {
    "same": (1, 1, 1),
    "added": (None, 2, None),
    "gone": (1, None, 1),
    "edited": (1, 2, 3),
    "ours deleted": (1, None, 2),
    "theirs deleted": (1, 2, None),
}
"""What becomes of a path: base, ours, theirs."""


@pytest.mark.parametrize("fates", list(itertools.product(FATES, repeat=3)), ids=", ".join)
def test_conflicts_next_to_each_other_and_at_the_end(fates: tuple[str, ...]) -> None:
    states: list[dict[str, Content]] = [{}, {}, {}]
    for path, fate in zip(("a.png", "b.png", "c.png"), fates, strict=True):
        for state, number in zip(states, FATES[fate], strict=True):
            if number is not None:
                state[path] = content(number)
    check_either_choice(*map(manifest, states))


@given(st.none() | manifests, manifests, manifests)
def test_whichever_side_is_kept_the_merge_is_a_canonical_manifest(
    base: Manifest | None, ours: Manifest, theirs: Manifest
) -> None:
    check_either_choice(base, ours, theirs)


def check_either_choice(base: Manifest | None, ours: Manifest, theirs: Manifest) -> None:
    found = merge_manifests(base, ours, theirs)
    text = render_merge(found)
    assert (b"<<<<<<<" in text) == (found.conflicts != ())
    before = base.lines if base is not None else {}
    for side, own in (("ours", ours), ("theirs", theirs)):
        result = parse_manifest(kept(text, side), "m")
        assert render_manifest(result) == kept(text, side)
        for path in before.keys() | ours.lines.keys() | theirs.lines.keys():
            assert result.lines.get(path) == expected(
                before.get(path), ours.lines.get(path), theirs.lines.get(path), own.lines.get(path)
            )


def expected(
    before: Content | None, ours: Content | None, theirs: Content | None, own: Content | None
) -> Content | None:
    """What becomes of a path where `own` is the side that is kept of a conflict."""
    if ours == before:
        return theirs
    return ours if theirs == before else own
