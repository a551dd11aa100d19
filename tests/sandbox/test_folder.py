"""Where the sandbox may write: nowhere that could hold somebody's work."""

from pathlib import Path

import pytest

from manifest_sync.core.errors import Refused
from manifest_sync.sandbox.folder import SANDBOX_MARK, TOUR_MARK, claim


@pytest.mark.parametrize("exists", [False, True])
def test_a_new_or_empty_folder_becomes_ours(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "deep" / "demo"
    if exists:
        folder.mkdir(parents=True)
    assert claim(folder, TOUR_MARK)
    assert not claim(folder, TOUR_MARK), "the second time it is known"


def test_a_folder_with_anything_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("draft")
    with pytest.raises(Refused, match="did not make"):
        claim(tmp_path, SANDBOX_MARK)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_sandbox_is_not_a_tour(tmp_path: Path) -> None:
    claim(tmp_path, SANDBOX_MARK)
    with pytest.raises(Refused):
        claim(tmp_path, TOUR_MARK)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(Refused):
        claim(tmp_path / "demo", SANDBOX_MARK)


def test_a_folder_inside_a_workspace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest-sync.toml").write_text("")
    with pytest.raises(Refused, match="inside your workspace"):
        claim(tmp_path / "styles" / "demo", SANDBOX_MARK)
    assert not (tmp_path / "styles").exists()
