import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from manifest_sync import __version__
from manifest_sync.cli.app import COMMANDS, load_command, run
from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.formats.schemas import DOCUMENTS
from tests.commands import here, installed, program


def test_help_names_every_command_with_its_line(tmp_path: Path) -> None:
    ran = here(tmp_path, "--help")
    assert ran.status == 0
    width = max(map(len, COMMANDS)) + 2
    for name, row in COMMANDS.items():
        assert f"  {name:{width}}{row.says}\n" in ran.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(tmp_path: Path, name: str) -> None:
    ran = here(tmp_path, name, "--help")
    assert ran.status == 0
    assert f"\n      manifest-sync {name}" in ran.out
    assert "--json" in ran.out
    assert "<list[str]>" not in ran.out


def test_no_command_shows_the_help_and_is_a_usage_error(tmp_path: Path) -> None:
    ran = here(tmp_path)
    assert ran.status == 64
    assert "Commands:" in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pusj"], "No such command 'pusj'. Did you mean 'push'? Try “manifest-sync --help”."),
        (["push", "--yess"], "No such option: --yess (Possible options: --yes)"),
        (["plan"], "Missing option '--to'. Choose from: local, s3. Try “manifest-sync plan"),
        (["plan", "--to", "moon"], "Invalid value for '--to': 'moon' is not one of"),
        (["push", "--jobs", "many"], "Invalid value for '--jobs'"),
        (["clone", "s3://b/p/"], "Missing argument 'DIR'"),
    ],
)
def test_usage_errors(tmp_path: Path, arguments: list[str], says: str) -> None:
    ran = here(tmp_path, *arguments)
    assert (ran.status, ran.out) == (64, "")
    assert ran.err.startswith(f"Error: {says}")
    assert ran.err.count("\n") == 1
    document = here(tmp_path, *arguments, "--json").document()
    assert document["code"] == "usage"
    assert ran.err == f"Error: {document['message']}\n"
    assert here(tmp_path, *arguments, "--", "--json").out == ""


def test_schema(tmp_path: Path) -> None:
    assert here(tmp_path, "schema").out.split() == list(DOCUMENTS)
    assert here(tmp_path, "schema", "--json").document()["names"] == list(DOCUMENTS)
    for name in DOCUMENTS:
        assert json.loads(here(tmp_path, "schema", name).out)["title"] == f"manifest-sync {name}"
    ran = here(tmp_path, "schema", "nothing")
    assert ran.status == 64
    assert "manifest, plan, " in ran.err


def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.startswith("manifest_sync.sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "manifest_sync.cli.sandbox", raising=False)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ManifestSyncError, match=r"pip install 'manifest-sync\[sandbox\]'"):
        load_command("sandbox")


@pytest.fixture
def complete(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Path, str], list[str]]:
    """What is offered after words that were typed in a folder."""

    def ask(folder: Path, words: str) -> list[str]:
        monkeypatch.chdir(folder)
        for name, value in _asking(words).items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit):
            run([])
        out, err = capsys.readouterr()
        assert err == ""
        return out.split()

    return ask


def _asking(words: str) -> dict[str, str]:
    """How bash asks."""
    return {
        "_MANIFEST_SYNC_COMPLETE": "complete_bash",
        "COMP_WORDS": f"manifest-sync {words}",
        "COMP_CWORD": str(len(words.split(" "))),
    }


def test_a_shell_completes_commands_options_and_styles(
    workspace: Path, tmp_path: Path, complete: Callable[[Path, str], list[str]]
) -> None:
    assert complete(workspace, "pu") == ["push", "pull"]
    assert "--detailed-exitcode" in complete(workspace, "plan --de")
    assert complete(workspace, "push ") == ["16"]
    assert complete(workspace, "schema comp") == ["compare"]
    assert complete(tmp_path, "push ") == []
    (workspace / "styles/16/manifest.json").write_text("{")
    assert complete(workspace, "push ") == []


def test_the_installed_command_answers_a_shell(workspace: Path) -> None:
    ran = installed(workspace, environ=_asking("push "))
    assert (ran.out.split(), ran.err) == (["16"], "")


def test_the_completion_script_is_for_our_command(tmp_path: Path) -> None:
    # The shell is the one that it was begun by.
    ran = installed(tmp_path, "--show-completion", through=("bash", "-c", '"$0" "$@"; exit "$?"'))
    assert "_MANIFEST_SYNC_COMPLETE" in ran.out or "manifest-sync" in ran.out


def test_a_reader_who_leaves_is_no_error_message(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" schema plan | true', program()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_python_m_is_the_same_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "manifest_sync", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"manifest-sync {__version__}\n"


def test_names_that_the_terminal_cannot_show_are_escaped(workspace: Path) -> None:
    (workspace / "styles/16/雪.png").write_bytes(b"snow")
    environ = {"PYTHONIOENCODING": "ascii"}
    ran = installed(workspace, "push", "--dry-run", environ=environ)
    assert ran.status == 0
    assert "+ \\u96ea.png" in ran.out
    ran = installed(workspace, "push", "--dry-run", "--json", environ=environ)
    assert "雪.png" in [change["path"] for change in ran.document()["styles"][0]["changes"]]
