"""The tour, by the real command line against the embedded S3."""

from functools import partial
from pathlib import Path

import pytest

from manifest_sync.core.errors import Refused
from manifest_sync.sandbox import tour
from manifest_sync.sandbox.command_line import CommandLine
from manifest_sync.sandbox.tour import run_tour


def _let_every_command_be(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tour, "CommandLine", partial(CommandLine, program=(program,)))


@pytest.mark.slow
def test_the_tour_ends_well_in_its_own_folder(tmp_path: Path) -> None:
    shown: list[str] = []
    assert run_tour(tmp_path / "demo", shown.append) == 0, "\n".join(shown)
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    text = "\n".join(shown)
    for command in (
        "init styles/16 --remote s3://sandbox/styles/16/ --yes",
        "record",
        "push --yes",
        "plan 16 --to s3 --delete",
        "push 16 --delete --yes",
        "clone s3://sandbox/styles/watercolor/ styles/watercolor",
        "pull --yes",
        "history --deletions",
    ):
        assert f"$ manifest-sync {command}\n" in text
    assert "styles/16: identical" in text
    assert "styles/watercolor: identical" in text
    assert "island.webp" in text.rpartition("$ manifest-sync history --deletions")[2]


@pytest.mark.slow
def test_the_verdict_is_the_tours_own_and_it_may_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _let_every_command_be("true", monkeypatch)
    stale = tmp_path / "demo" / "trainer" / "styles" / "16" / "left-over.png"
    for _ in range(2):
        shown: list[str] = []
        assert run_tour(tmp_path / "demo", shown.append) == 1
        assert any(line.startswith("styles/16: NOT identical: 10_subject/") for line in shown)
        assert not stale.exists()
        stale.parent.mkdir(parents=True)
        stale.write_bytes(b"of an earlier tour")


def test_a_failing_command_ends_the_tour_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _let_every_command_be("false", monkeypatch)
    shown: list[str] = []
    assert run_tour(tmp_path / "demo", shown.append) == 1
    assert "The tour stopped: `manifest-sync init styles/watercolor" in shown[-1]


def test_the_tour_keeps_out_of_other_folders(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("")
    with pytest.raises(Refused):
        run_tour(tmp_path, print)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
