"""Taking the words of a command line as they are, where there is nothing in them to convert.

Typer converts every option by pydantic, also those that were not given. Importing pydantic takes
a sixth of what a command with nothing to do needs; text, choices and defaults are had without.
"""

from enum import Enum
from typing import TypeVar

import typer
from typer.core import TyperArgument, TyperOption

Parameter = TyperArgument | TyperOption
_Any = TypeVar("_Any")
_ASKED = "get_runtime_param"
"""The method by which Typer asks a parameter for what converts its value."""


class _Conversion:
    """Leaves to Typer what is not of the wanted type yet."""

    def __init__(self, parameter: Parameter) -> None:
        self._wanted = parameter.type_descriptor.annotation
        self._typers = parameter.get_runtime_param

    def coerce(self, value: object, param: Parameter, ctx: typer.Context) -> object:
        """The value, converted; raises typer.BadParameter where it cannot be."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if self._wanted == list[str] and isinstance(value, list | tuple):
            return [*value]
        if isinstance(self._wanted, type):
            if isinstance(value, self._wanted):
                return value  # text, or a default
            if issubclass(self._wanted, Enum) and value in [each.value for each in self._wanted]:
                return self._wanted(value)
        return self._typers().coerce(value, param=param, ctx=ctx)


def taking_plain_values(parameters: list[_Any]) -> list[_Any]:
    """The same parameters; from now on they import pydantic only for what has to be converted.

    Where a release of Typer asks elsewhere, commands start slower, and that is all.
    """
    for parameter in parameters:
        if isinstance(parameter, Parameter) and _ASKED not in vars(parameter):
            conversion = _Conversion(parameter)
            setattr(parameter, _ASKED, lambda made=conversion: made)
    return parameters
