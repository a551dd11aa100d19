"""The rules of the code base that no other tool checks."""

import ast
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.generate import PACKAGE, ROOT, modules

MODULES = sorted(modules())
LONGEST = 400
MEDIAN = 110
ONE_LINE = 100


def lines(module: Path) -> int:
    return len((PACKAGE / module).read_text(encoding="utf-8").splitlines())


def test_modules_are_short() -> None:
    assert [str(module) for module in MODULES if lines(module) > LONGEST] == []


def test_modules_say_in_a_line_what_they_are() -> None:
    first = {str(module): text.partition("\n")[0] for module, text in modules().items()}
    assert [m for m, text in first.items() if not text.endswith(".") or len(text) > ONE_LINE] == []


def test_the_median_module_is_about_a_hundred_lines() -> None:
    sizes = [lines(module) for module in MODULES if module.name != "__init__.py"]
    assert statistics.median(sizes) <= MEDIAN


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "tools"}
    names = {part.removesuffix(".py") for module in MODULES for part in module.parts}
    assert names.isdisjoint(drawers)


def test_no_two_modules_describe_themselves_alike() -> None:
    texts = [text.partition("\n")[0] for text in modules().values()]
    assert len(texts) == len(set(texts))


def late_imports(tree: ast.Module) -> Iterator[int]:
    """The lines of imports inside functions, by statement or by name."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    for function in (node for node in ast.walk(tree) if isinstance(node, functions)):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node.lineno
            elif isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else ""
                name = called.id if isinstance(called, ast.Name) else name
                if name in {"import_module", "__import__"}:
                    yield node.lineno


def test_imports_stand_at_the_top() -> None:
    found = {
        str(module)
        for module in MODULES
        if any(late_imports(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))))
    }
    # What is not the version; the lazy command table; Rich for terminals; boto3, which takes as
    # long to import as all else together; and sqlite-utils for files that are new or old.
    assert found == {
        "__main__.py",
        "cli/app.py",
        "cli/screen.py",
        "state/database.py",
        "stores/s3_connection.py",
    }


def test_a_late_import_would_be_found() -> None:
    code = "import os\ndef f():\n    import re\n    def g(): return __import__('x')\n"
    assert set(late_imports(ast.parse(code))) == {3, 4}


def test_threads_are_made_in_few_places() -> None:
    makers = {"ThreadPoolExecutor", "Thread", "ProcessPoolExecutor", "Popen"}
    found = set()
    for module in MODULES:
        tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        if makers & (names | attributes) and module.parts[0] not in {"cli", "sandbox"}:
            found.add(module.as_posix())
    # Changes at a time, the parts of one large object at a time, what is tried out of a server;
    # the page's runs, processes that hash, and those that may die of an image.
    assert found == {
        "engine/hash_process.py",
        "engine/pool.py",
        "stores/s3_ahead.py",
        "stores/s3_listing.py",
        "stores/s3_multipart.py",
        "stores/s3_probe.py",
        "stores/s3_together.py",
        "web/jobs.py",
        "web/thumbnails.py",
    }


def test_import_linter_is_content() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout
