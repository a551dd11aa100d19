"""What is wrong with a JSON document, and where, in one sentence."""

import json
import re
from typing import Any

import msgspec

from manifest_sync.core.paths import shown

_BYTE = re.compile(r"\(byte (\d+)\)")
_AT = re.compile(r" - at `([^`]*)`$")
_MARKERS = (b"<<<<<<< ", b">>>>>>> ")


def complaint(
    where: str,
    text: bytes,
    error: Exception,
    table: str | None = None,
    row: type[msgspec.Struct] | None = None,
) -> str:
    """A sentence for a decode error; `table` and `row` let it name the entry that is wrong."""
    if isinstance(error, msgspec.ValidationError):
        return f"{where}: {_field(text, error, table, row)}."
    line, column = _position(text, error)
    if any(text.startswith(marker) or b"\n" + marker in text for marker in _MARKERS):
        return f"{where} holds git conflict markers (line {line}); settle the merge first."
    reason = _BYTE.sub("", str(error)).strip().removeprefix("JSON is malformed: ")
    return f"{where} is not valid JSON: {reason} at line {line}, column {column}."


def repeated_key(text: bytes, table: str) -> str | None:
    """The first key that stands twice in an object of that name; None where none does."""
    found: list[str] = []

    def watch(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for key, value in pairs:
            if key in entries:
                found.append(key)
            entries[key] = value
        return entries

    document = json.loads(text, object_pairs_hook=watch)
    return next((key for key in found if key in document.get(table, {})), None)


def _position(text: bytes, error: Exception) -> tuple[int, int]:
    """Line and column, from 1."""
    if isinstance(error, UnicodeDecodeError):
        byte = error.start
    elif (match := _BYTE.search(str(error))) is not None:
        byte = int(match[1])
    else:
        byte = len(text)
    before = text[:byte]
    return before.count(b"\n") + 1, byte - (before.rfind(b"\n") + 1) + 1


def _field(
    text: bytes, error: Exception, table: str | None, row: type[msgspec.Struct] | None
) -> str:
    """Which field is wrong and how: msgspec names dictionary keys only as `[...]`."""
    message = str(error)
    if table is not None and row is not None and f"$.{table}[...]" in message:
        for key, value in msgspec.json.decode(text)[table].items():
            try:
                msgspec.convert(value, row)
            except msgspec.ValidationError as inner:
                return f"the entry “{shown(key)}” in “{table}” is wrong: {_readable(str(inner))}"
    return _readable(message)


def _readable(message: str) -> str:
    place = _AT.search(message)
    said = _AT.sub("", message)
    said = said[:1].lower() + said[1:]
    return f"{said} (in “{place[1].removeprefix('$.')}”)" if place else said
