import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperArgument, TyperOption

from manifest_sync.cli.app import COMMANDS, load_command
from tests.commands import here

GIVEN = ["16", "", "-5", "1.5", "nonsense", "local", "s3", "images", "ever\udcffy", "true"]
Conversion = tuple[str, object]


def converted(
    parameter: TyperArgument | TyperOption, value: object, context: typer.Context, *, plainly: bool
) -> Conversion:
    """What comes out, or the sentence that is said instead."""
    kind: Any = type(parameter)
    way = parameter.get_runtime_param() if plainly else kind.get_runtime_param(parameter)
    try:
        return "value", way.coerce(value, param=parameter, ctx=context)
    except typer.BadParameter as error:
        return "refusal", error.message


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_what_typer_makes_of_it(name: str) -> None:
    command = load_command(name)
    context = typer.Context(command)
    for parameter in command.get_params(context):
        assert isinstance(parameter, TyperArgument | TyperOption)
        several = parameter.multiple or parameter.nargs == -1
        values = [list(GIVEN), ["x"], ()] if several else GIVEN
        for value in [*values, None, parameter.get_default(context)]:
            plain = converted(parameter, value, context, plainly=True)
            typers = converted(parameter, value, context, plainly=False)
            assert plain == typers
            assert type(plain[1]) is type(typers[1])


def test_a_command_line_of_words_is_read_without_pydantic(tmp_path: Path) -> None:
    (tmp_path / "16").mkdir()
    (tmp_path / "16" / "a.png").write_bytes(b"a")
    assert here(tmp_path, "init", "16", "--remote", "s3://bucket/16/").status == 0
    script = (
        "import sys\n"
        "from manifest_sync.cli.app import run\n"
        "status = run(['record', '16', '--json'])\n"
        "print(*sys.modules, file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert '"a.png"' in done.stdout
    assert "pydantic" not in done.stderr.split()
