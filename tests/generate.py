"""Everything in the tree that is made from the code: `python -m tests.generate [--check]`.

Without --check the files are written; with it nothing is, and a file that is not as it would be
written fails the run. To add a file, write a function that returns its text and add it to FILES.
"""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import typer

from manifest_sync.cli.app import COMMANDS, load_command
from manifest_sync.cli.version import PROGRAM
from manifest_sync.core import errors
from manifest_sync.core.exits import Exit, worst
from manifest_sync.formats.schemas import DOCUMENTS, render_schema

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "manifest_sync"
NOTE = "<!-- Made by `python -m tests.generate` from the code; edit that instead. -->\n"
BEGIN, END = "<!-- modules: made by `python -m tests.generate` -->\n", "<!-- end of modules -->\n"

FLOORS = {
    "": "Entry points",
    "cli": "`cli`: talks to people, decides nothing",
    "web": "`web`: the page, and the API of front ends",
    "workspace": "`workspace`: the façade and public Python API",
    "sandbox": "`sandbox`: an S3 and a sample workspace to try everything on",
    "engine": "`engine`: the verbs that touch the world",
    "formats": "`formats`: text",
    "stores": "`stores`: bytes",
    "state": "`state`: SQLite",
    "core": "`core`: pure types and decisions",
}
"""The packages from the top floor down, and what each is."""


def main(arguments: list[str]) -> int:
    """Write or check every file; 1 where something is out of date."""
    stale = list(out_of_date())
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of date\n")
        if stale:
            sys.stderr.write("Run: python -m tests.generate\n")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FILES[path](), encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


def out_of_date() -> Iterator[Path]:
    """The files that are not what the code would make of them."""
    for path, make in FILES.items():
        if not path.exists() or path.read_text(encoding="utf-8") != make():
            yield path


# The command line


def cli_reference() -> str:
    """Every command with its options."""
    parts = [NOTE, "# Commands\n", "`--help` on every command says the same.\n"]
    parts += [f"- [`{name}`](#{name}): {row.says}" for name, row in COMMANDS.items()]
    parts.append("")
    for name in COMMANDS:
        parts.append(_command(name))
    return "\n".join(parts)


def _command(name: str) -> str:
    command = load_command(name)
    context = typer.Context(command, info_name=f"{PROGRAM} {name}", terminal_width=100)
    usage = " ".join(command.collect_usage_pieces(context))
    about = inspect.cleandoc(command.help or "").replace("\b\n", "").replace("\f", "")
    lines = [f"## {name}\n", f"```\n{PROGRAM} {name} {usage}\n```\n", f"{about}\n"]
    records = [
        record for p in command.get_params(context) if (record := p.get_help_record(context))
    ]
    lines += ["| | |", "| --- | --- |"]
    lines += [f"| `{_cell(flags)}` | {_cell(text)} |" for flags, text in records]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# Exit statuses


def exit_reference() -> str:
    """Every exit status, which of them wins, and the codes of errors."""
    rows = "\n".join(f"| {status.value} | {_field_texts(Exit)[status.name]} |" for status in Exit)
    left, order = set(Exit), []
    while left:
        order.append(worst(left))
        left.discard(order[-1])
    codes = "\n".join(
        f"| `{error.code}` | {error.exit_status.value} | {_first_line(error)} |"
        for error in sorted(_errors(), key=lambda error: (error.exit_status, error.code))
    )
    return f"""{NOTE}
# Exit status

| status | meaning |
| --- | --- |
{rows}

Several styles are worked on in one run. Where they end differently, the first of these that any
of them has is the run's: {", ".join(str(status.value) for status in order)}.

## Errors

With `--json` an error is a document on standard output: `{{"format": "manifest-sync/error",
"version": 1, "code": …, "message": …}}`.

| code | status | |
| --- | --- | --- |
{codes}
"""


def _errors() -> list[type[errors.ManifestSyncError]]:
    found = [value for value in vars(errors).values() if inspect.isclass(value)]
    return [value for value in found if issubclass(value, errors.ManifestSyncError)]


# Documents


def document_reference() -> str:
    """Every JSON document, field by field."""
    parts = [
        NOTE,
        "# JSON documents\n",
        "Every command prints exactly one of these with `--json`; the manifest and the saved plan",
        "are files. A field may be added without a new `version`; anything else is a new one.",
        "JSON schemas are in `schemas/`, and `manifest-sync schema NAME` prints them.\n",
    ]
    described: set[type] = set()
    for name, document in DOCUMENTS.items():
        parts += [f"## {name}\n", f"{_whole(document)}\n", _fields(document)]
        described.add(document)
    parts.append("## Parts of documents\n")
    waiting = [part for document in DOCUMENTS.values() for part in _parts_of(document)]
    pieces: dict[str, str] = {}
    while waiting:
        part = waiting.pop()
        if part not in described:
            described.add(part)
            pieces[part.__name__] = f"### {part.__name__}\n\n{_whole(part)}\n\n{_fields(part)}"
            waiting += _parts_of(part)
    return "\n".join([*parts, *(pieces[name] for name in sorted(pieces))])


def _fields(struct: type[msgspec.Struct]) -> str:
    hints = get_type_hints(struct)
    texts = _field_texts(struct)
    lines = ["| field | type | |", "| --- | --- | --- |"]
    tag = struct.__struct_config__.tag
    if tag is not None:
        lines.append(f"| `{struct.__struct_config__.tag_field}` | `{tag!r}` | |")
    for field in msgspec.structs.fields(struct):
        optional = "" if field.required else "Optional."
        about = " ".join(piece for piece in (optional, texts.get(field.name, "")) if piece)
        kind = _cell(_type(hints[field.name]))
        lines.append(f"| `{field.encode_name}` | {kind} | {_cell(about)} |")
    return "\n".join(lines) + "\n"


def _type(hint: Any) -> str:  # noqa: ANN401 - a type of any kind
    """A type as a person reads it."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(f"`{arg!r}`" for arg in args)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(arg) for arg in args))
    if origin is tuple:
        return f"list of {_type(args[0])}"
    if origin is not None:
        return f"object: name → {_type(args[1])}"
    if hint is type(None):
        return "null"
    if msgspec.inspect.is_struct_type(hint):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    names = {str: "text", int: "number", float: "number", bool: "true or false"}
    return names[hint] if hint in names else " or ".join(f"`{item.value}`" for item in hint)


def _parts_of(struct: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    """The structs that a struct's fields are made of, in their order."""

    def inside(hint: Any) -> Iterator[type[msgspec.Struct]]:  # noqa: ANN401 - a type of any kind
        if msgspec.inspect.is_struct_type(hint):
            yield hint
        elif get_origin(hint) is not Literal:
            for arg in get_args(hint):
                yield from inside(arg)

    return [part for hint in get_type_hints(struct).values() for part in inside(hint)]


# Modules


def architecture() -> str:
    """The hand-written document with its table of modules brought up to date."""
    path = ROOT / "docs" / "architecture.md"
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{path.relative_to(ROOT)} has lost its markers {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n{_modules()}\n{END}{after}"


@cache
def modules() -> dict[Path, str]:
    """Every module's path below the package, with its docstring."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {
        path.relative_to(PACKAGE): ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        for path in paths
    }


def _modules() -> str:
    documented = modules()
    lines = []
    for package, title in FLOORS.items():
        lines += [f"### {title}\n", "| module | |", "| --- | --- |"]
        for path, text in documented.items():
            if "/".join(path.parts[:-1]) == package and (path.name != "__init__.py" or not package):
                lines.append(f"| `{path.as_posix()}` | {_cell(text.splitlines()[0])} |")
        lines.append("")
    return "\n".join(lines)


# Texts in the code


def _whole(thing: type) -> str:
    return _cell(inspect.getdoc(thing) or "")


def _first_line(thing: type) -> str:
    return (inspect.getdoc(thing) or "").splitlines()[0]


def _field_texts(thing: type) -> dict[str, str]:
    """What stands below each field of a class."""
    body = next(
        node
        for node in ast.walk(ast.parse(inspect.getsource(sys.modules[thing.__module__])))
        if isinstance(node, ast.ClassDef) and node.name == thing.__name__
    ).body
    texts = {}
    for field, below in pairwise(body):
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            target = field.targets[0] if isinstance(field, ast.Assign) else None
            target = field.target if isinstance(field, ast.AnnAssign) else target
            if isinstance(target, ast.Name):
                texts[target.id] = inspect.cleandoc(str(below.value.value))
    return texts


FILES: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "architecture.md": architecture,
    ROOT / "docs" / "reference" / "cli.md": cli_reference,
    ROOT / "docs" / "reference" / "exit-status.md": exit_reference,
    ROOT / "docs" / "reference" / "json-documents.md": document_reference,
    **{
        ROOT / "schemas" / f"{name}.schema.json": partial(render_schema, name) for name in DOCUMENTS
    },
}
"""Every generated file, with the function that makes its text."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
