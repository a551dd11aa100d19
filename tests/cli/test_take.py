from pathlib import Path

import pytest

from manifest_sync.cli.pairs import joined
from manifest_sync.cli.take import resolve_takes
from manifest_sync.core.content import Side
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.manifest import Manifest
from manifest_sync.workspace.styles import Style
from tests.commands import here


def _style(root: Path, name: str, *files: str) -> Style:
    folder = root / name
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"")
    return Style(folder, name, Manifest(style=name, remote=f"s3://b/{name}/"), "0" * 32)


def test_a_file_below_the_current_folder(tmp_path: Path) -> None:
    styles = [_style(tmp_path, "16", "a.txt"), _style(tmp_path, "17", "a.txt")]
    assert resolve_takes(["local:17/a.txt"], styles, tmp_path) == {"17": {"a.txt": Side.LOCAL}}
    assert resolve_takes(["s3:a.txt"], styles[:1], tmp_path) == {"16": {"a.txt": Side.S3}}
    nested = [_style(tmp_path, "16", "sub/b.txt")]
    assert resolve_takes(["s3:b.txt"], nested, tmp_path / "16/sub") == {
        "16": {"sub/b.txt": Side.S3}
    }
    assert resolve_takes(["s3:../a.txt"], nested, tmp_path / "16/sub") == {"16": {"a.txt": Side.S3}}


def test_a_path_inside_the_only_style_that_has_it(tmp_path: Path) -> None:
    styles = [_style(tmp_path, "16", "a.txt"), _style(tmp_path, "17", "b.txt")]
    assert resolve_takes(["s3:b.txt"], styles, tmp_path) == {"17": {"b.txt": Side.S3}}
    assert resolve_takes(["s3:on-s3-only.txt"], styles[:1], tmp_path) == {
        "16": {"on-s3-only.txt": Side.S3}
    }


def test_what_may_mean_several_is_refused_with_the_candidates(tmp_path: Path) -> None:
    styles = [_style(tmp_path, "16", "a.txt"), _style(tmp_path, "17", "a.txt")]
    with pytest.raises(UsageProblem, match=r"any of: 16/a\.txt, 17/a\.txt"):
        resolve_takes(["s3:a.txt"], styles, tmp_path)
    with pytest.raises(UsageProblem, match="no style here has"):
        resolve_takes(["s3:nowhere.txt"], styles, tmp_path)
    with pytest.raises(UsageProblem, match="for both sides"):
        resolve_takes(["s3:16/a.txt", "local:16/a.txt"], styles, tmp_path)


def test_the_words_of_the_option_are_joined_before_they_are_parsed() -> None:
    given = ["16", "--take", "s3", "a b.txt", "--take", "local", "x:y", "--", "--take", "a", "b"]
    assert joined(given) == [
        *("16", "--take", "s3:a b.txt", "--take", "local:x:y", "--", "--take", "a", "b")
    ]


def test_a_wrong_side_or_no_path_is_a_usage_error(workspace: Path) -> None:
    for words in (["here", "a.txt"], ["local"], []):
        ran = here(workspace, "push", "--take", *words)
        assert ran.status == 64, words
        assert "--take" in ran.err


def test_a_path_that_is_nowhere_is_a_usage_error(workspace: Path) -> None:
    ran = here(workspace, "push", "--yes", "--take", "local", "typo.txt")
    assert ran.status == 64
    assert "typo.txt" in ran.err
