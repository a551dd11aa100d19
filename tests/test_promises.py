"""docs/what-manifest-sync-promises.md: every promise names tests, and they exist."""

import ast
import re
from functools import cache

import pytest

from tests.generate import ROOT

TEXT = (ROOT / "docs" / "what-manifest-sync-promises.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!promise|---)(.+?) \| (.+) \|$", TEXT, re.MULTILINE)
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TEXT)


@cache
def _tests(path: str) -> frozenset[str]:
    """The names of a module's tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_promise_names_a_test() -> None:
    assert len(ROWS) > 20
    for promise, proof in ROWS:
        assert re.search(r"`tests/[\w/]+\.py::test_\w+`", proof), promise


@pytest.mark.parametrize("name", NAMED, ids="::".join)
def test_a_named_test_exists(name: tuple[str, str]) -> None:
    path, test = name
    assert test in _tests(path)


def test_nothing_is_named_in_another_way() -> None:
    assert TEXT.count("::") == len(NAMED)
