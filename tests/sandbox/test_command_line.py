"""How the tour runs commands: shown first, output as it comes, a failure named."""

import os
import sys
from pathlib import Path

import pytest

from manifest_sync.sandbox.command_line import CommandFailed, CommandLine


def _program(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


def test_a_command_is_shown_before_what_it_says(tmp_path: Path) -> None:
    shown: list[str] = []
    script = "import os, sys; print(sys.argv[1:], os.getcwd()); print('oops', file=sys.stderr)"
    CommandLine(os.environ, shown.append, _program(script)).run(tmp_path, "push", "a b")
    assert shown[0] == "$ manifest-sync push 'a b'"
    assert sorted(shown[1:]) == sorted([f"['push', 'a b'] {tmp_path.resolve()}", "oops"])


def test_a_failure_names_the_command_and_its_status(tmp_path: Path) -> None:
    line = CommandLine(os.environ, lambda _: None, _program("raise SystemExit(6)"))
    with pytest.raises(CommandFailed, match=r"`manifest-sync push` .* ended with status 6\."):
        line.run(tmp_path, "push")


def test_a_command_has_nobody_to_ask(tmp_path: Path) -> None:
    shown: list[str] = []
    CommandLine({}, shown.append, _program("import sys; print(repr(sys.stdin.read()))")).run(
        tmp_path, "apply"
    )
    assert shown[1:] == ["''"]
