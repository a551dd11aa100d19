"""What an installation brings, as `pip` and type checkers see it. Building it is left to CI."""

import re
import sys
import tomllib
from importlib.metadata import distribution
from importlib.resources import files

from manifest_sync.cli.app import COMMANDS, PROGRAM
from tests.generate import PACKAGE, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
INSTALLED = distribution("manifest-sync")


def test_the_command_is_installed() -> None:
    [script] = INSTALLED.entry_points.select(group="console_scripts")
    assert (script.name, script.value) == (PROGRAM, "manifest_sync.__main__:main")
    assert callable(script.load())


def test_type_checkers_may_trust_the_annotations() -> None:
    assert (files("manifest_sync") / "py.typed").is_file()


def test_the_extras_that_commands_ask_for_exist() -> None:
    extras = set(INSTALLED.metadata.get_all("Provides-Extra") or ())
    assert {row.extra for row in COMMANDS.values() if row.extra} <= extras
    assert {"sandbox", "web", "dev"} <= extras


def test_what_is_imported_is_declared() -> None:
    """A dependency of a dependency may be gone with the next release of it."""
    declared = {
        re.split(r"[\[<>=]", requirement)[0].replace("-", "_")
        for requirement in PROJECT["project"]["dependencies"]
    }
    known = declared | set(sys.stdlib_module_names) | {"manifest_sync", "botocore"}
    imported = {
        name
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] != "sandbox"
        for name in re.findall(
            r"^(?:from|import) (\w+)[\w.]*(?: import| as|,|$)",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
    }
    assert imported - known == set()
    assert declared - imported == set()


def test_the_source_distribution_holds_what_its_readme_links_to() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    links = re.findall(r"\]\(([^):]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert {link.partition("/")[0] for link in links} <= set(included)
