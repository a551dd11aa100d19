"""What is generated from the code is as the code would generate it now."""

import itertools
import re
import tomllib
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.generate import FILES, FLOORS, PACKAGE, ROOT, architecture, main, modules, out_of_date


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_generated_file_is_up_to_date(path: Path) -> None:
    held = path.read_text(encoding="utf-8").splitlines()
    changes = unified_diff(held, FILES[path]().splitlines(), lineterm="", n=0)
    stale = [line for line in changes if not line.startswith(("---", "+++", "@@"))]
    assert not stale, "run: python -m tests.generate, for\n" + "\n".join(stale)


def test_no_generated_file_is_left_over() -> None:
    assert {*(ROOT / "schemas").iterdir()} == {p for p in FILES if p.parent.name == "schemas"}
    reference = {*(ROOT / "docs" / "reference").iterdir()}
    assert reference == {p for p in FILES if p.parent.name == "reference"}


def test_a_file_that_is_out_of_date_is_noticed_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new" / "file.md"
    monkeypatch.setattr("tests.generate.ROOT", tmp_path)
    monkeypatch.setattr("tests.generate.FILES", {path: lambda: "new\n"})
    assert main(["--check"]) == 1
    assert "new/file.md is out of date" in capsys.readouterr().err
    assert not path.exists()
    assert main([]) == 0
    assert path.read_text() == "new\n"
    assert main(["--check"]) == 0
    path.write_text("edited by hand\n")
    assert list(out_of_date()) == [path]


def test_the_architecture_has_every_module_once() -> None:
    text = architecture()
    for path in modules():
        if path.name != "__init__.py":
            assert text.count(f"| `{path.as_posix()}` |") == 1, path


def test_the_floors_are_those_that_import_linter_knows() -> None:
    [drawn] = re.findall(r"## Floors\n\n```\n(.*?)```", architecture(), re.DOTALL)
    shown = [re.findall(r"[a-z]+", line[:30]) for line in drawn.splitlines()]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    assert shown == [layer.split(" | ") for layer in layers if layer != "__main__"]
    assert {"", *itertools.chain.from_iterable(shown)} == set(FLOORS)


def test_what_the_architecture_points_to_exists() -> None:
    prose = architecture().partition("## Modules")[0]
    named = {word.partition(":")[0] for word in prose.replace("`", " ").split() if ".py" in word}
    named = {word.strip("(),;.") for word in named}
    assert len(named) > 20
    for name in named - {"cli/NAME.py"}:
        assert (PACKAGE / name).exists() or (ROOT / name).exists(), name
