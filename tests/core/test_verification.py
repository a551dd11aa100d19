"""What reading bytes again is taken to mean, and whose turn it is to be read."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.content import Side
from manifest_sync.core.manifest import Header
from manifest_sync.core.scope import Scope
from manifest_sync.core.verification import Difference, Witness, judge, lacking, next_turn
from tests.builders import content, contents, memories, problem


@pytest.mark.parametrize(("told", "difference"), [
    ("", None),
    ("cache=1", None),
    ("manifest=1", None),
    ("cache=1 manifest=1", None),
    ("cache=2", Difference.CORRUPTED),
    ("etag=2 manifest=1", Difference.CORRUPTED),
    ("remembered=2 manifest=2", Difference.CORRUPTED),
    ("etag=1 metadata=2", Difference.CORRUPTED),
    ("manifest=2", Difference.DIFFERS),
    ("cache=1 manifest=2", Difference.DIFFERS),
    ("etag=1 manifest=2", Difference.DIFFERS),
])  # fmt: skip
def test_what_is_said_of_this_very_state_weighs_more_than_the_manifest(
    told: str, difference: Difference | None
) -> None:
    said = {Witness(name): number for name, number in contents(told).items()}
    finding = judge(Side.S3, "a.png", content(1), said)
    assert (finding.difference if finding is not None else None) is difference
    if finding is not None:
        assert (finding.found, finding.told) == (content(1), said)


@pytest.mark.parametrize(("side", "memory", "missing", "absent"), [
    (Side.LOCAL, "", "", 1),
    (Side.S3, "", "", 1),
    (Side.LOCAL, "a.png=1/-/-", "a.png", 0),
    (Side.S3, "a.png=1/-/-", "", 1),
    (Side.LOCAL, "a.png=-/1/-", "", 1),
    (Side.S3, "a.png=-/1/-", "a.png", 0),
    (Side.S3, "a.png=2/2/2", "a.png", 0),
])  # fmt: skip
def test_only_what_was_there_once_can_be_missing(
    side: Side, memory: str, missing: str, absent: int
) -> None:
    lack = lacking(
        side,
        ["b.png"],
        [problem("c"), problem("d.png")],
        lines=contents("a.png=1 b.png=1 c/x.png=1 d.png=1 notes.md=1"),
        scope=Scope(Header()),
        memory=memories(f"{memory} b.png=1 c/x.png=1 d.png=1 notes.md=1"),
    )
    assert (" ".join(finding.path for finding in lack.missing), lack.absent) == (missing, absent)
    assert all(finding.difference is Difference.MISSING for finding in lack.missing)


names = st.frozensets(st.text("abc/.", min_size=1, max_size=4), max_size=40)
percents = st.integers(1, 1000).map(lambda tenths: tenths / 10)


@given(names, percents)
def test_in_their_turns_all_files_are_read_and_none_twice_before(
    paths: frozenset[str], percent: float
) -> None:
    turns, seen, after = math.ceil(100 / percent), list[str](), ""
    for _ in range(turns):
        chosen = next_turn(paths, percent, after)
        assert len(chosen) == len(set(chosen)) <= math.ceil(len(paths) * percent / 100) + 1
        seen += chosen
        after = chosen[-1] if chosen else after
    assert set(seen) == paths
    assert len(set(seen[: len(paths)])) == len(paths)


@given(names, names, names, percents)
def test_files_that_stay_are_read_whatever_comes_and_goes(
    stay: frozenset[str], come: frozenset[str], go: frozenset[str], percent: float
) -> None:
    seen, after = set[str](), ""
    turns = math.ceil(100 / percent) * 2
    for turn in range(turns):
        chosen = next_turn(stay | (come if turn % 2 else go), percent, after)
        seen.update(chosen)
        after = chosen[-1] if chosen else after
    assert stay <= seen


def test_a_turn_is_scattered_over_the_folders() -> None:
    paths = [f"{folder}/{number:03}.png" for folder in "abcdefghij" for number in range(100)]
    turn = next_turn(paths, 10, "")
    assert len(turn) == 100
    assert {path[0] for path in turn} == set("abcdefghij")
