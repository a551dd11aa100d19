"""What an installation brings, as `pip` and type checkers see it. Building it is left to CI."""

import re
import sys
import tomllib
from importlib.metadata import distribution
from importlib.resources import files

from manifest_sync.cli.app import COMMANDS
from manifest_sync.cli.version import PROGRAM
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


def _declared(requirements: list[str]) -> set[str]:
    names = {re.split(r"[\[<>=]", requirement)[0] for requirement in requirements}
    return {_MODULES.get(name, name.replace("-", "_")) for name in names}


def _imported(below: str) -> set[str]:
    """What the modules of one package of ours import; "" is all that needs no extra."""
    return {
        name
        for path in (PACKAGE / below).rglob("*.py")
        if below or path.relative_to(PACKAGE).parts[0] not in {"sandbox", "web"}
        for name in re.findall(
            r"^(?:from|import) (\w+)[\w.]*(?: import| as|,|$)",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
    }


_MODULES = {"arro3-core": "arro3", "pillow": "PIL"}
"""The modules of packages that are not called like them."""
_ALWAYS = set(sys.stdlib_module_names) | {"manifest_sync"}


def test_what_is_imported_is_declared() -> None:
    """A dependency of a dependency may be gone with the next release of it."""
    declared = _declared(PROJECT["project"]["dependencies"])
    imported = _imported("") - _ALWAYS - {"botocore"}
    assert imported == declared


def test_what_the_page_imports_is_in_its_extra() -> None:
    base = _declared(PROJECT["project"]["dependencies"])
    extra = _declared(PROJECT["project"]["optional-dependencies"]["web"])
    assert _imported("web") - _ALWAYS - base == extra


def test_the_source_distribution_holds_what_its_readme_links_to() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    links = re.findall(r"\]\(([^):]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert {link.partition("/")[0] for link in links} <= set(included)
