import json
import subprocess
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import here

PREFIX = "styles/16/"


def test_init_makes_a_workspace_and_a_style(tmp_path: Path, bucket: Bucket) -> None:
    (tmp_path / "styles" / "16").mkdir(parents=True)
    ran = here(tmp_path, "init", "styles/16", "--remote", f"s3://{bucket.name}/styles/16")
    assert ran.status == 0
    assert ran.out.splitlines()[:2] == [
        f"Style 16 is in styles/16: {bucket.remote()}",
        "Wrote manifest-sync.toml, styles/16/manifest.json.",
    ]
    manifest = json.loads((tmp_path / "styles/16/manifest.json").read_text())
    assert (manifest["style"], manifest["remote"]) == ("16", bucket.remote())
    ran = here(tmp_path, "init", "styles/16", "--remote", bucket.remote())
    assert ran.status == 64
    assert "is a style already" in ran.err


def test_init_as_json_with_an_id_of_its_own(tmp_path: Path, bucket: Bucket) -> None:
    (tmp_path / "x").mkdir()
    ran = here(tmp_path, "init", "x", "--remote", bucket.remote(), "--style", "ink", "--json")
    assert ran.document() == {
        "format": "manifest-sync/init",
        "version": 1,
        "style": "ink",
        "folder": "x",
        "remote": bucket.remote(),
        "written": ["manifest-sync.toml", "x/manifest.json"],
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["x", "--remote", "http://b/p"], "s3://bucket/prefix/"),
        (["x", "--remote", "s3://b/../p"], "no remote"),
        (["nowhere", "--remote", "s3://b/p"], "is not a folder"),
        (["x", "--remote", "s3://b/p", "--style", "a/b"], "no style id"),
        (["x"], "Missing option '--remote'"),
    ],
)
def test_a_wrong_init_leaves_nothing_behind(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    (tmp_path / "x").mkdir()
    ran = here(tmp_path, "init", *arguments)
    assert ran.status == 64
    assert says in ran.err
    assert [path.name for path in tmp_path.rglob("*")] == ["x"]


def test_in_a_git_work_tree_the_lines_are_named_and_added_once(
    tmp_path: Path, bucket: Bucket
) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("*.jpg\nbuild")
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    ran = here(tmp_path, "init", "a", "--remote", bucket.remote("a/"))
    assert "Images go to S3 and not into git; .gitignore should have: *.avif, " in ran.out
    assert "*.jpg" not in ran.out
    assert (tmp_path / ".gitignore").read_text() == "*.jpg\nbuild"
    ran = here(tmp_path, "init", "b", "--remote", bucket.remote("b/"), "--yes", "--json")
    assert ran.document()["written"] == ["b/manifest.json", ".gitignore", ".gitattributes"]
    lines = (tmp_path / ".gitignore").read_text().splitlines()
    assert lines[:2] == ["*.jpg", "build"]
    assert len(lines) == len(set(lines)) == 11
    assert (tmp_path / ".gitattributes").read_text() == "*.txt -text\n*.caption -text\n"
    here(tmp_path, "init", "c", "--remote", bucket.remote("c/"), "--yes")
    assert (tmp_path / ".gitignore").read_text().splitlines() == lines


def test_clone_fills_a_new_folder_without_asking(
    pushed: Path, tmp_path: Path, bucket: Bucket
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    ran = here(there, "clone", bucket.remote(), "styles/16")
    assert ran.status == 0
    assert "4 created" in ran.out
    assert ran.out.endswith("Style 16 is in styles/16.\n")
    for path in ("a.jpg", "a.txt", "sub/b.png", "sub/b.txt", "manifest.json"):
        mine = (pushed / "styles/16" / path).read_bytes()
        assert (there / "styles/16" / path).read_bytes() == mine
    assert "All files are already synced" in here(there, "push").out


def test_what_a_clone_that_was_killed_has_left_is_no_reason_to_ask(
    pushed: Path, tmp_path: Path, bucket: Bucket
) -> None:
    assert pushed.is_dir()
    folder = tmp_path / "there" / "styles" / "16"
    folder.mkdir(parents=True)
    left = folder / ".ms-0123456789abcdef.part"
    left.write_bytes(b"half a manifest")
    assert here(tmp_path / "there", "clone", bucket.remote(), "styles/16").status == 0
    assert not left.exists()


def test_clone_as_json(pushed: Path, tmp_path: Path, bucket: Bucket) -> None:
    assert pushed.is_dir()
    (tmp_path / "there").mkdir()
    ran = here(tmp_path / "there", "clone", bucket.remote(), "x", "--json")
    [row] = ran.document()["styles"]
    assert (row["to"], row["created"]) == ("local", 4)


def test_clone_into_a_folder_with_files_asks(pushed: Path, tmp_path: Path, bucket: Bucket) -> None:
    assert pushed.is_dir()
    there = tmp_path / "there"
    (there / "x").mkdir(parents=True)
    (there / "x" / "mine.png").write_bytes(b"mine")
    ran = here(there, "clone", bucket.remote(), "x")
    assert ran.status == 5
    assert [path.name for path in there.rglob("*")] == ["x", "mine.png"]
    assert here(there, "clone", bucket.remote(), "x", "--yes").status == 0
    assert (there / "x" / "mine.png").read_bytes() == b"mine"


def test_a_clone_that_fails_leaves_nothing_behind(tmp_path: Path, bucket: Bucket) -> None:
    assert bucket.name
    ran = here(tmp_path, "clone", "s3://no-such-bucket-here/x/", "a/b")
    assert ran.status == 1
    assert ran.err == (f"Error: There is no bucket “no-such-bucket-here” at {bucket.endpoint}.\n")
    assert list(tmp_path.rglob("*")) == []


def test_clone_of_nothing_says_so(tmp_path: Path, bucket: Bucket) -> None:
    ran = here(tmp_path, "clone", bucket.remote("empty/"), "x")
    assert ran.status == 0
    assert f"There is nothing yet at {bucket.remote('empty/')}" in ran.err
    assert (tmp_path / "x" / "manifest.json").exists()


def test_clone_over_a_style_is_refused(pushed: Path, bucket: Bucket) -> None:
    ran = here(pushed, "clone", bucket.remote(), "styles/16")
    assert ran.status == 64
    assert (pushed / "styles/16/manifest.json").exists()
