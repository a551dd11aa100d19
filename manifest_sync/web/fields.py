"""The fields of a form, as the page sends them."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request

_FORM = "application/x-www-form-urlencoded"
_MOST = 200_000
"""Fields of one form: a name for each selected image."""


class Fields:
    """What was filled in, and what was ticked."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        """Every name has one value or more."""
        self._values = values

    def one(self, name: str, default: str = "") -> str:
        """The value of a field that is there once."""
        return self._values.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return self._values.get(name, [])

    def below(self, prefix: str) -> dict[str, str]:
        """The fields of names that begin like that, by the rest of their names."""
        return {
            name.removeprefix(prefix): values[0]
            for name, values in self._values.items()
            if name.startswith(prefix)
        }


async def read_fields(request: Request) -> Fields:
    """The form that a request carries. Raises HTTPException where it carries none."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        raise HTTPException(422, "The request carries no form")
    body = await request.body()
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=_MOST, errors="strict"
        )
    except ValueError as error:
        raise HTTPException(422, "The form cannot be read") from error
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return Fields(values)
