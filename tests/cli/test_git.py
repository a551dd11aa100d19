"""Manifests in git, by real git: the merge driver, the external diff, and the textconv."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.formats.manifest_json import parse_manifest, render_manifest
from tests.builders import Short, contents, manifest
from tests.commands import here, program

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

MANIFEST = "styles/16/manifest.json"
SETTINGS = {
    "merge.manifest.driver": "merge-driver %O %A %B %L %P",
    "diff.manifest.command": "diff",
    "diff.manifest.textconv": "diff",
}
ATTRIBUTES = "manifest.json merge=manifest diff=manifest"


class Repository:
    """A work tree with one manifest, set up as the documentation says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")
        for key, value in SETTINGS.items():
            self.git("config", key, f"{shlex.quote(program())} {value}")
        (root / ".gitattributes").write_text(f"{ATTRIBUTES}\n")

    def git(self, *arguments: str, status: int = 0) -> str:
        """Run git; its output, both streams."""
        identity = {
            f"GIT_{who}_{what}": "a@example.org"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "PAGER": "cat"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        text = done.stdout.decode()
        assert done.returncode == status, text
        return text

    def commit(self, state: Manifest) -> None:
        (self.root / MANIFEST).parent.mkdir(parents=True, exist_ok=True)
        (self.root / MANIFEST).write_bytes(render_manifest(state))
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a state")

    def branches(self, base: Manifest, ours: Manifest, theirs: Manifest) -> None:
        """`theirs` on a branch of that name, `ours` on main, where we are."""
        self.commit(base)
        self.git("checkout", "--quiet", "-b", "theirs")
        self.commit(theirs)
        self.git("checkout", "--quiet", "main")
        self.commit(ours)

    @property
    def text(self) -> bytes:
        return (self.root / MANIFEST).read_bytes()

    def lines(self) -> Short:
        return dict(parse_manifest(self.text, MANIFEST).lines)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def test_a_merge_takes_what_either_side_did_also_on_lines_next_to_each_other(
    repository: Repository,
) -> None:
    base = manifest("a.png=1 b.png=2 c.png=3", header=Header(ignore=("x/",)))
    ours = manifest("a.png=4 b.png=2 c.png=3 d.png=5", header=Header(ignore=("x/", "ours/")))
    theirs = manifest("b.png=6 c.png=3 e.png=7", header=Header(ignore=("x/", "theirs/")))
    theirs = manifest({**theirs.lines, "a.png": base.lines["a.png"]}, header=theirs.header)
    repository.branches(base, ours, theirs)
    repository.git("merge", "--quiet", "--no-edit", "theirs")
    assert repository.lines() == contents("a.png=4 b.png=6 c.png=3 d.png=5 e.png=7")
    merged = parse_manifest(repository.text, MANIFEST)
    assert set(merged.header.ignore) == {"x/", "ours/", "theirs/"}
    assert render_manifest(merged) == repository.text


def test_a_conflict_is_left_between_markers_and_told_by_every_command(
    repository: Repository,
) -> None:
    base, ours, theirs = map(manifest, ("a.png=1 b.png=1", "a.png=2 b.png=1", "a.png=3 c.png=4"))
    repository.branches(base, ours, theirs)
    told = repository.git("merge", "theirs", status=1)
    assert f"{MANIFEST}: 1 conflict left to choose" in told
    shown = repository.text.decode().splitlines()
    at = shown.index("<<<<<<< ours")
    assert [line.split()[0] for line in shown[at : at + 6]] == [
        "<<<<<<<", '"a.png":', "=======", '"a.png":', ">>>>>>>", '"c.png":'
    ]  # fmt: skip
    (repository.root / "manifest-sync.toml").write_text("")
    for command in (["record"], ["status"], ["push", "--yes"], ["plan", "--to", "s3"]):
        ran = here(repository.root, *command)
        assert ran.status == 1
        assert ran.err == (
            f"Error: {MANIFEST} holds git conflict markers (line {at + 1}): keep one of the two "
            "versions there, delete the other with the lines that mark them, and run the command "
            "again.\n"
        )
    kept = [*shown[:at], *shown[at + 3 : at + 4], *shown[at + 5 :]]
    (repository.root / MANIFEST).write_text("\n".join(kept) + "\n")
    assert repository.lines() == contents("a.png=3 c.png=4")


def test_a_manifest_that_both_sides_began(repository: Repository) -> None:
    repository.git("add", ".gitattributes")
    repository.git("commit", "--quiet", "--message", "no manifest yet")
    repository.git("checkout", "--quiet", "-b", "theirs")
    repository.commit(manifest("a.png=1 b.png=2"))
    repository.git("checkout", "--quiet", "main")
    repository.commit(manifest("b.png=2 c.png=3"))
    repository.git("merge", "--quiet", "--no-edit", "theirs")
    assert repository.lines() == contents("a.png=1 b.png=2 c.png=3")


def test_a_script_is_told_which_paths_are_left(tmp_path: Path) -> None:
    states = {"base": "a.png=1 b.png=1", "ours": "a.png=2 b.png=1", "theirs": "a.png=3 c.png=1"}
    for name, lines in states.items():
        (tmp_path / name).write_bytes(render_manifest(manifest(lines)))
    ran = here(tmp_path, "merge-driver", *states, "--json")
    assert (ran.status, ran.document()["conflicts"]) == (1, ["a.png"])
    (tmp_path / "ours").write_bytes(render_manifest(manifest(states["base"])))
    ran = here(tmp_path, "merge-driver", *states, "--json")
    assert (ran.status, ran.document()["conflicts"]) == (0, [])
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


def test_what_is_no_manifest_is_not_merged_and_both_versions_stay(repository: Repository) -> None:
    repository.branches(manifest("a.png=1"), manifest("a.png=2"), manifest("a.png=3"))
    (repository.root / MANIFEST).write_text("{")
    repository.git("commit", "--all", "--quiet", "--message", "broken")
    told = repository.git("merge", "theirs", status=1)
    assert f"our {MANIFEST} is not valid JSON" in told
    assert "Nothing was merged; git has both versions" in told
    assert repository.git("show", f":2:{MANIFEST}") == "{"


def test_git_diff_says_what_changed(repository: Repository) -> None:
    repository.commit(manifest("a.png=1 a.txt=1 b.txt=1 c.txt=1"))
    repository.commit(manifest("b.txt=2 c.txt=2 d.png=1 e.png=2 f.png=3"))
    said = repository.git("diff", "HEAD~1")
    assert said == f"{MANIFEST}: +3 images, 2 captions edited, −1 pair\n"
    repository.git("rm", "--quiet", MANIFEST)
    assert f"{MANIFEST}: −3 images, −2 captions\n" in repository.git("diff", "--cached")


@pytest.mark.slow
def test_git_log_shows_a_line_for_each_file(repository: Repository) -> None:
    repository.commit(manifest("a.png=1 a.txt=1"))
    repository.commit(manifest("a.png=1 a.txt=2"))
    (repository.root / MANIFEST).write_text("<<<<<<< not a manifest")
    repository.git("commit", "--all", "--quiet", "--message", "broken")
    said = repository.git("log", "--patch", "-2")
    assert "-caption a.txt (1 B, md5 00000000)\n+caption a.txt (2 B, md5 00000000)\n" in said
    assert " image a.png (1 B, md5 00000000)\n" in said
    assert "+<<<<<<< not a manifest\n" in said


def test_diff_takes_manifests_and_folders(repository: Repository) -> None:
    repository.commit(manifest("a.png=1"))
    (repository.root / "old.json").write_bytes(render_manifest(manifest("b.png=1")))
    ran = here(repository.root, "diff", "old.json", "styles/16")
    assert (ran.status, ran.out) == (0, "+1 image, −1 image\n")
    document = here(repository.root, "diff", "old.json", MANIFEST, "--json").document()
    assert (document["added"], document["edited"], document["removed"]) == (
        ["a.png"], [], ["b.png"]
    )  # fmt: skip
    assert document["summary"] == "+1 image, −1 image"


@pytest.mark.parametrize("files", [["a", "b", "c"], ["old.json", "--json"]])
def test_diff_needs_two(tmp_path: Path, files: list[str]) -> None:
    assert here(tmp_path, "diff", *files).status == 64


def test_diff_of_what_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    ran = here(tmp_path, "diff", "a.json", "b.json")
    assert (ran.status, ran.err) == (
        1, "Error: a.json cannot be read: No such file or directory.\n"
    )  # fmt: skip


def test_the_document_sets_git_up_as_these_tests_do() -> None:
    text = (Path(__file__).parents[2] / "docs" / "working-as-a-team.md").read_text()
    for key, value in SETTINGS.items():
        assert f"git config {key} 'manifest-sync {value}'\n" in text
    assert f"```\n{ATTRIBUTES}\n```" in text
