"""Names that one folder cannot hold together."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.clashes import file_and_folder, merged_twins, twins
from manifest_sync.core.content import Side
from tests.strategies import CLASHING_PATHS, HARD_PATHS, fold, hard_paths

names = st.frozensets(hard_paths | st.sampled_from(CLASHING_PATHS), max_size=6)


@pytest.mark.parametrize(("created", "held", "clashing"), [
    ("a", "", ""),
    ("a/b", "a", "a/b"),
    ("a", "a/b", "a"),
    ("a", "a/b/c", "a"),
    ("a/b/c", "a", "a/b/c"),
    ("a a/b", "", "a a/b"),
    ("a/b a/b/c d", "", "a/b a/b/c"),
    ("a/b", "a/c", ""),
    ("ab/c", "a", ""),
    ("a", "ab/c", ""),
    ("", "a a/b", ""),
])  # fmt: skip
def test_a_file_is_no_folder(created: str, held: str, clashing: str) -> None:
    found = file_and_folder(created.split(), frozenset(held.split()))
    assert sorted(found) == clashing.split()
    for path, why in found.items():
        assert (why.path, why.side, why.code, why.hides_content) == (
            path, Side.LOCAL, "name_clash", False,
        )  # fmt: skip


@given(names, names)
def test_exactly_the_created_names_that_are_in_each_other_s_way(
    created: frozenset[str], held: frozenset[str]
) -> None:
    every = created | held
    expected = {
        path
        for path, other in itertools.product(created, every)
        if other.startswith(path + "/") or path.startswith(other + "/")
    }
    assert file_and_folder(created, held).keys() == expected


@pytest.mark.parametrize(("paths", "groups"), [
    (["a.png", "A.png", "b.png"], [("A.png", "a.png")]),
    (["caf\u00e9.png", "cafe\u0301.png"], [("cafe\u0301.png", "caf\u00e9.png")]),
    (["x/a.png", "X/a.png", "x/b.png"], [("X/a.png", "x/a.png")]),
    (["stra\u00dfe.png", "STRASSE.png"], [("STRASSE.png", "stra\u00dfe.png")]),
    (["\u212a.png", "k.png"], [("k.png", "\u212a.png")]),
    (["a.png", "b.png"], []),
    (["a.png"], []),
    (["a", "A", "\u00c9", "\u00e9", "E\u0301"], [("A", "a"), ("E\u0301", "\u00c9", "\u00e9")]),
])  # fmt: skip
def test_twins(paths: list[str], groups: list[tuple[str, ...]]) -> None:
    assert twins(paths) == groups
    assert twins(reversed(paths)) == groups


@given(st.frozensets(hard_paths | st.text(max_size=3)))
def test_twins_are_those_that_fold_to_one_name(paths: frozenset[str]) -> None:
    grouped = {path for group in twins(paths) for path in group}
    for path in paths:
        others = [other for other in paths if fold(other) == fold(path)]
        assert (len(others) > 1) is (path in grouped)


@given(names, names)
def test_created_twins_are_problems_and_held_ones_are_not(
    created: frozenset[str], held: frozenset[str]
) -> None:
    found = merged_twins(created, held)
    expected = {
        path
        for path in created
        if any(fold(path) == fold(other) for other in (created | held) - {path})
    }
    assert found.keys() == expected


def test_hard_paths_hold_twins() -> None:
    assert len(twins(HARD_PATHS)) >= 3
