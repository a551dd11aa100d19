"""Facts by name: what was remembered comes back, and nothing else does."""

from pathlib import Path

import msgspec
import pytest

from manifest_sync.core.errors import StateError
from manifest_sync.state.facts import recall, remember
from manifest_sync.state.memories import lineage
from manifest_sync.state.state import open_state


class _Found(msgspec.Struct, frozen=True):
    what: str
    times: int = 1


def test_what_was_remembered_comes_back_after_reopening(tmp_path: Path) -> None:
    database = open_state(tmp_path / "state.db")
    assert recall(database, "a", _Found) is None
    remember(database, "a", _Found("x"))
    remember(database, "b", _Found("other"))
    remember(database, "a", _Found("y", 2))
    database.close()
    database = open_state(tmp_path / "state.db")
    assert recall(database, "a", _Found) == _Found("y", 2)
    assert recall(database, "b", _Found) == _Found("other")
    database.close()


def test_what_has_another_shape_is_not_remembered(tmp_path: Path) -> None:
    database = open_state(tmp_path / "state.db")
    lineage(database)
    assert recall(database, "lineage", _Found) is None
    remember(database, "a", "a text")
    assert recall(database, "a", _Found) is None
    assert recall(database, "a", str) == "a text"
    database.close()


def test_a_damaged_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    database = open_state(tmp_path / "state.db")
    database.execute("DROP TABLE facts")
    with pytest.raises(StateError, match=r"state\.db"):
        recall(database, "a", str)
    database.close()
