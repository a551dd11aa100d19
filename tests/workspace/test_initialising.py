"""Making a style: which workspace it belongs to, what is written, and what a failure takes back."""

import json
from pathlib import Path

import pytest

from manifest_sync.core.errors import InvalidInput, UsageProblem
from manifest_sync.workspace.initialising import made_folder, made_workspace, root_for
from manifest_sync.workspace.workspace import Workspace
from tests.workspace.places import write_manifest

REMOTE = "s3://bucket/styles/16/"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with one style, and a folder that is none."""
    (tmp_path / "manifest-sync.toml").write_text("")
    write_manifest(tmp_path / "styles" / "16", "16", REMOTE)
    (tmp_path / "styles" / "new").mkdir()
    return tmp_path


def test_a_style_belongs_to_the_workspace_around_its_folder_first(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "manifest-sync.toml").write_text("")
    assert root_for(root / "styles" / "new", other) == root
    assert root_for(root / "not" / "there" / "yet", other) == root


def test_where_there_is_no_workspace_the_current_folder_becomes_one(tmp_path: Path) -> None:
    assert root_for(tmp_path / "a" / "b", tmp_path) == tmp_path
    with pytest.raises(UsageProblem, match="run the command in a folder above both"):
        root_for(tmp_path / "a", tmp_path / "b")


def test_a_workspace_is_made_once(tmp_path: Path) -> None:
    with made_workspace(tmp_path) as written:
        assert written == ("manifest-sync.toml",)
    (tmp_path / "manifest-sync.toml").write_text("jobs = 3")
    with made_workspace(tmp_path) as written:
        assert written == ()
    assert (tmp_path / "manifest-sync.toml").read_text() == "jobs = 3"


def test_what_was_made_for_a_failure_is_taken_away_again(tmp_path: Path) -> None:
    def begin() -> None:
        with made_workspace(tmp_path), made_folder(tmp_path / "a" / "b"):
            (tmp_path / ".manifest-sync").mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin()
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_before_a_failure_stays(tmp_path: Path) -> None:
    (tmp_path / ".manifest-sync").mkdir()
    (tmp_path / ".manifest-sync" / "state.db").write_bytes(b"precious")
    (tmp_path / "a").mkdir()
    with pytest.raises(UsageProblem), made_workspace(tmp_path), made_folder(tmp_path / "a" / "b"):
        raise UsageProblem("no")
    assert (tmp_path / ".manifest-sync" / "state.db").read_bytes() == b"precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".manifest-sync", "a"]
    assert list((tmp_path / "a").iterdir()) == []


def test_a_made_folder_that_was_filled_meanwhile_stays(tmp_path: Path) -> None:
    def begin() -> None:
        with made_folder(tmp_path / "a" / "b"):
            (tmp_path / "a" / "b" / "x.png").write_bytes(b"x")
            raise UsageProblem("no")

    with pytest.raises(UsageProblem):
        begin()
    assert (tmp_path / "a" / "b" / "x.png").exists()


def test_init_writes_a_manifest_without_lines(root: Path) -> None:
    (root / "styles" / "new" / "a.png").write_bytes(b"x")
    with Workspace.open(root) as workspace:
        style = workspace.init(root / "styles" / "new", "s3://bucket/new")
    assert (style.id, style.name) == ("new", "styles/new")
    assert json.loads((root / "styles/new/manifest.json").read_text()) == {
        "version": 1,
        "style": "new",
        "remote": "s3://bucket/new/",
        "files": {},
    }


@pytest.mark.parametrize(
    ("style", "remote", "what"),
    [("16", "s3://bucket/new/", "one id"), ("new", REMOTE, "one remote")],
)
def test_a_twin_is_taken_back(root: Path, style: str, remote: str, what: str) -> None:
    with Workspace.open(root) as workspace:
        with pytest.raises(InvalidInput, match=f"styles/16 and styles/new have {what}"):
            workspace.init(root / "styles" / "new", remote, style)
        assert [known.name for known in workspace.styles().styles] == ["styles/16"]
    assert list((root / "styles" / "new").iterdir()) == []


@pytest.mark.parametrize("style", ["a/b", " ", "x\x1b[2J"])
def test_an_id_that_cannot_be_one_is_refused(root: Path, style: str) -> None:
    with (
        Workspace.open(root) as workspace,
        pytest.raises(UsageProblem, match="is no style id; name one with --style"),
    ):
        workspace.init(root / "styles" / "new", "s3://bucket/new/", style)
    assert list((root / "styles" / "new").iterdir()) == []


def test_init_forgets_what_was_recorded_so_that_nothing_absent_counts_as_deleted(
    root: Path,
) -> None:
    folder = root / "styles" / "16"
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(b"x")
    with Workspace.open(root) as workspace:
        (style,) = workspace.styles().styles
        workspace.record(style)
        lines = json.loads((folder / "manifest.json").read_text())["files"]
        (folder / "manifest.json").unlink()
        (folder / "b.png").unlink()
        workspace.init(folder, REMOTE)
        # The lines come back, as from git; the file that is not here was never deleted here.
        write_manifest(folder, "16", REMOTE)
        text = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps({**text, "files": lines}))
        (style,) = workspace.styles().styles
        assert workspace.record(style).is_up_to_date
    assert "b.png" in json.loads((folder / "manifest.json").read_text())["files"]
