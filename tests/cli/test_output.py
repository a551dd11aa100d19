"""Output that leads to no terminal: plain, and without what only a terminal needs."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from manifest_sync.cli.output import Plain, Styled
from manifest_sync.cli.screen import Screen

LINES = ("plain [bold]text[/bold]", Styled("in [red]", "red"))


def test_lines_are_written_as_they_are_and_without_colours() -> None:
    out = io.StringIO()
    plain = Plain(lambda: out)
    plain.print(*LINES)
    plain.print()
    plain.print("no end", end="")
    assert out.getvalue() == "plain [bold]text[/bold]\nin [red]\nno end"


def test_colours_are_had_by_force(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen(as_json=False, quiet=False)
    assert screen.limit == Screen.SHOWN_ON_A_TERMINAL
    screen.show(*LINES)
    assert capsys.readouterr().out == "plain [bold]text[/bold]\n\x1b[31min [red]\x1b[0m\n"


def test_colours_are_lost_by_force(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "0")
    screen = Screen(as_json=False, quiet=False)
    assert screen.limit is None
    screen.show(*LINES)
    assert capsys.readouterr().out == "plain [bold]text[/bold]\nin [red]\n"


def test_rich_is_not_imported_where_there_is_no_terminal(tmp_path: Path) -> None:
    (tmp_path / "style").mkdir()
    code = (
        "import sys\n"
        "from manifest_sync.cli.app import run\n"
        "status = run(['init', 'style', '--remote', 's3://bucket/style/'])\n"
        "print(int(status), 'rich' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 False", done.stderr
