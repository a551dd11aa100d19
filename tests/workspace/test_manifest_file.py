"""The manifest as a file: replaced whole, and never over what a person wrote meanwhile."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from manifest_sync.core.errors import InvalidInput, ManifestSyncError
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.engine.publishing import UNPUBLISHED, Published
from manifest_sync.formats.manifest_json import render_manifest
from manifest_sync.stores.bodies import content_of
from manifest_sync.workspace.manifest_file import fingerprint, read_manifest, replace_file
from manifest_sync.workspace.manifest_file import write_manifest as write
from manifest_sync.workspace.styles import Style
from manifest_sync.workspace.workspace import Workspace
from tests.workspace.places import lines, write_manifest


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    replace_file(file, b"one")
    file.chmod(0o640)
    replace_file(file, b"two")
    assert file.read_bytes() == b"two"
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_who_has_it_open_keeps_reading_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(b"old")
    with file.open("rb") as reader:
        replace_file(file, b"new")
        assert reader.read() == b"old"


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if call == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(ManifestSyncError, match="cannot be written: No space left on device"):
        replace_file(file, b"new")
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_what_is_durable_is_the_file_first_and_then_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, Path.replace

    def note_fsync(descriptor: int) -> None:
        steps.append(f"fsync {Path(f'/dev/fd/{descriptor}').resolve().suffix or 'folder'}")
        fsync(descriptor)

    def note_rename(path: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_rename)
    replace_file(tmp_path / "manifest.json", b"new")
    assert steps == ["fsync .part", "rename", "fsync folder"]


def test_a_manifest_is_known_by_its_very_bytes(tmp_path: Path) -> None:
    write_manifest(tmp_path, "16")
    file = tmp_path / "manifest.json"
    manifest, md5 = read_manifest(file, "manifest.json")
    file.write_bytes(file.read_bytes() + b"\n")
    again, other = read_manifest(file, "manifest.json")
    assert manifest == again
    assert md5 != other == fingerprint(file.read_bytes())


def test_a_manifest_that_cannot_be_read_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(InvalidInput, match=r"^16/manifest\.json cannot be read: Is a directory\.$"):
        read_manifest(tmp_path / "manifest.json", "16/manifest.json")


class TestWrittenMeanwhile:
    """A person edits the manifest between a run's reading and its writing of it."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "manifest-sync.toml").write_text("")
        folder = tmp_path / "16"
        write_manifest(folder, "16")
        (folder / "a.png").write_bytes(b"a")
        return folder

    @staticmethod
    def record(folder: Path, meanwhile: Callable[[], object] = lambda: None) -> None:
        with Workspace.open(folder.parent) as workspace:
            (style,) = workspace.styles().styles
            assert isinstance(style, Style)
            meanwhile()
            workspace.record(style)

    @staticmethod
    def edit(folder: Path, **changes: object) -> None:
        """Change top-level keys of the manifest, in a form of one's own."""
        text = (folder / "manifest.json").read_text()
        (folder / "manifest.json").write_text(json.dumps({**json.loads(text), **changes}))

    def test_a_header_that_was_edited_is_kept(self, folder: Path) -> None:
        self.record(folder, lambda: self.edit(folder, ignore=["*.gif"]))
        assert json.loads((folder / "manifest.json").read_text())["ignore"] == ["*.gif"]
        assert list(lines(folder)) == ["a.png"]

    def test_lines_of_other_files_that_were_edited_are_kept(self, folder: Path) -> None:
        added = {"b.png": {"size": 1, "md5": "0" * 32}}
        self.record(folder, lambda: self.edit(folder, files=added))
        assert list(lines(folder)) == ["a.png", "b.png"]

    def test_the_runs_own_line_of_a_file_wins(self, folder: Path) -> None:
        other = {"a.png": {"size": 9, "md5": "0" * 32}}
        self.record(folder, lambda: self.edit(folder, files=other))
        assert lines(folder)["a.png"]["size"] == 1

    def test_a_line_that_was_taken_out_stays_out_where_the_run_has_no_other(
        self, folder: Path
    ) -> None:
        (folder / "b.png").write_bytes(b"b")
        self.record(folder)
        (folder / "b.png").write_bytes(b"bb")
        self.record(folder, lambda: self.edit(folder, files={}))
        assert list(lines(folder)) == ["b.png"]

    def test_a_manifest_that_was_broken_is_left_alone(self, folder: Path) -> None:
        with pytest.raises(InvalidInput, match="not valid JSON"):
            self.record(folder, lambda: (folder / "manifest.json").write_text("{"))
        assert (folder / "manifest.json").read_text() == "{"

    def test_nothing_to_change_writes_nothing(self, folder: Path) -> None:
        self.record(folder)
        before = (folder / "manifest.json").stat()
        self.record(folder)
        after = (folder / "manifest.json").stat()
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_was_rendered_already_is_written_only_where_it_is_the_same(tmp_path: Path) -> None:
    """A text of other lines is not taken, however it came about."""
    lines = {"a.png": content_of(b"a")}
    manifest = Manifest("16", "s3://b/16/", Header(), lines, {})
    others = manifest.with_lines({"a.png": content_of(b"b")}, {})
    file, text = tmp_path / "manifest.json", b"the same, as it was sent"
    rendered = Published(text=text, manifest=manifest, content=content_of(text))
    assert write(file, manifest.with_lines({**lines}, {}), rendered) == content_of(text).md5
    assert file.read_bytes() == text
    assert write(file, others, rendered) == content_of(render_manifest(others)).md5
    assert file.read_bytes() == render_manifest(others)
    assert write(file, manifest, UNPUBLISHED) == content_of(render_manifest(manifest)).md5
    assert file.read_bytes() == render_manifest(manifest)
