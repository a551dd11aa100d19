"""What a workspace remembers: by endpoint and remote, folded all at once, counted."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.state import memories
from manifest_sync.state.memories import fold, forget_recorded, know, lineage, load
from manifest_sync.state.state import open_state
from tests import strategies as given_st
from tests.builders import content
from tests.searching import examples

ONE, TWO = content(1), content(2)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    made = open_state(tmp_path / "state.db")
    yield made
    made.close()


def test_a_style_is_known_by_endpoint_and_remote(database: sqlite3.Connection) -> None:
    here = know(database, "https://a", "s3://b/p/", "16", "styles/16")
    assert know(database, "https://a", "s3://b/p/", "16", "styles/16") == here
    assert know(database, "https://b", "s3://b/p/", "16", "styles/16").id != here.id
    assert know(database, "https://a", "s3://b/q/", "16", "styles/16").id != here.id
    moved = know(database, "https://a", "s3://b/p/", "sixteen", "moved/16")
    assert (moved.id, moved.style, moved.folder) == (here.id, "sixteen", "moved/16")


def test_finding_a_style_makes_none(database: sqlite3.Connection) -> None:
    assert memories.find(database, "e", "r") is None
    made = know(database, "e", "r", "s", "f")
    assert memories.find(database, "e", "r") == made


memory_maps = st.dictionaries(
    given_st.safe_paths | given_st.hard_paths, given_st.memories(), max_size=5
)


@settings(max_examples=examples(8))
@given(steps=st.lists(memory_maps, max_size=4))
def test_folding_is_what_a_mapping_would_do(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, Memory]]
) -> None:
    path = tmp_path_factory.mktemp("m") / "state.db"
    database = open_state(path)
    style, other = (know(database, "e", remote, "s", "f") for remote in ("r1", "r2"))
    fold(database, other.id, {"a.png": Memory(ONE)})
    expected: dict[str, Memory] = {}
    serial = 0
    for moved in steps:
        fold(database, style.id, moved)
        serial += bool(moved)
        expected = {p: m for p, m in {**expected, **moved}.items() if m != BLANK}
        database.close()
        database = open_state(path)
        assert load(database, style.id) == expected
        assert know(database, "e", "r1", "s", "f").serial == serial
    assert load(database, other.id) == {"a.png": Memory(ONE)}
    database.close()


def test_blank_forgets_the_row_altogether(database: sqlite3.Connection) -> None:
    style = know(database, "e", "r", "s", "f")
    fold(database, style.id, {"a": Memory(ONE, ONE, ONE), "b": Memory(TWO)})
    fold(database, style.id, {"a": BLANK, "never there": BLANK})
    assert load(database, style.id) == {"b": Memory(TWO)}
    assert Database(database)["memory"].count == 1


def test_nothing_moved_counts_nothing(database: sqlite3.Connection) -> None:
    style = know(database, "e", "r", "s", "f")
    fold(database, style.id, {})
    assert know(database, "e", "r", "s", "f").serial == 0


def test_a_fold_that_fails_leaves_no_half(database: sqlite3.Connection) -> None:
    style = know(database, "e", "r", "s", "f")
    fold(database, style.id, {"a": Memory(ONE)})
    lone_surrogate = {"b": Memory(ONE), "\ud800": Memory(ONE), "a": BLANK}
    with pytest.raises(UnicodeEncodeError):
        fold(database, style.id, lone_surrogate)
    assert load(database, style.id) == {"a": Memory(ONE)}
    assert know(database, "e", "r", "s", "f").serial == 1


def test_init_forgets_what_was_recorded_and_nothing_else(database: sqlite3.Connection) -> None:
    style, other = (know(database, "e", remote, "s", "f") for remote in ("r1", "r2"))
    for known in (style, other):
        fold(database, known.id, {"a": Memory(ONE, TWO, ONE), "b": Memory(ONE)})
    forget_recorded(database, style.id)
    assert load(database, style.id)["a"] == Memory(None, TWO, ONE)
    assert load(database, style.id).get("b", BLANK) == BLANK
    assert load(database, other.id) == {"a": Memory(ONE, TWO, ONE), "b": Memory(ONE)}


def test_a_workspaces_lineage_is_made_once(database: sqlite3.Connection, tmp_path: Path) -> None:
    made = lineage(database)
    assert len(made) == 8
    assert int(made, 16) >= 0
    assert lineage(database) == made
    other = open_state(tmp_path / "other.db")
    assert lineage(other) != made
    other.close()
