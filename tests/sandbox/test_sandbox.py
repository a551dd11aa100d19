"""The sandbox as a whole: a server, a folder that stays, and what to type first."""

from pathlib import Path

import pytest

from manifest_sync.core.errors import Refused
from manifest_sync.sandbox.samples import STYLES
from manifest_sync.sandbox.sandbox import open_sandbox


def test_a_sandbox_has_samples_and_says_what_to_type(tmp_path: Path) -> None:
    with open_sandbox(tmp_path / "box") as box:
        assert box.endpoint_url in box.environment().values()
        assert all((box.folder / folder).is_dir() for folder in box.remotes)
        assert len(box.remotes) == len(STYLES)
        first = box.first_commands()[0]
    assert first == (
        "manifest-sync init styles/watercolor --remote s3://sandbox/styles/watercolor/"
    )


@pytest.mark.slow
def test_the_folder_stays_as_it_was_left(tmp_path: Path) -> None:
    caption = tmp_path / "styles" / "16" / "island.txt"
    with open_sandbox(tmp_path):
        caption.write_text("mine")
    with open_sandbox(tmp_path):
        assert caption.read_text() == "mine"


def test_somebodys_folder_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "work.txt").write_text("")
    with pytest.raises(Refused):
        open_sandbox(tmp_path)
