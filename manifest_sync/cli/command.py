"""Turning a function into a command: options in groups, Ctrl-C, and a reader who has left."""

import inspect
import os
import sys
from collections.abc import Callable
from functools import wraps
from inspect import Parameter
from typing import get_type_hints

import msgspec

from manifest_sync.core.errors import Interrupted
from manifest_sync.core.exits import Exit


def command(function: Callable[..., Exit]) -> Callable[..., Exit]:
    """Let a command take structs: each of their fields becomes an option of the command."""
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, type[msgspec.Struct]] = {
        name: hint
        for name, hint in hints.items()
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct)
    }

    @wraps(function)
    def run(**given: object) -> Exit:
        for name, group in groups.items():
            given[name] = group(**{field: given.pop(field) for field in group.__struct_fields__})
        try:
            status = function(**given)
            sys.stdout.flush()
        except KeyboardInterrupt:
            raise Interrupted("Interrupted; run the same command again.") from None
        except BrokenPipeError:
            # Whoever read our output has left (`| head`); Python flushes once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return Exit.ERROR
        return status

    parameters = [
        expanded
        for parameter in inspect.signature(function).parameters.values()
        for expanded in _expanded(parameter, groups.get(parameter.name))
    ]
    signature = inspect.Signature(parameters)
    run.__signature__ = signature  # type: ignore[attr-defined]  # read by inspect, and so by Typer
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _expanded(parameter: Parameter, group: type[msgspec.Struct] | None) -> list[Parameter]:
    """The parameter itself, or the options of the group it stands for: all have a default."""
    if group is None:
        return [parameter.replace(kind=Parameter.KEYWORD_ONLY)]
    hints = get_type_hints(group, include_extras=True)
    fields = zip(group.__struct_fields__, group.__struct_defaults__, strict=True)
    return [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=hints[name])
        for name, default in fields
    ]
