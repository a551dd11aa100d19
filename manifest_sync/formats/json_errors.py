"""What is wrong with a JSON document, and where, in one sentence."""

import json
import re
from typing import Any

import msgspec

from manifest_sync.core.paths import shown

_BYTE = re.compile(r"\(byte (\d+)\)")
_AT = re.compile(r" - at `(?:key in )?([^`]*)`$")
_CONFLICT = re.compile(rb"^(?:<{7,}|>{7,}) ", re.MULTILINE)
_BOM = b"\xef\xbb\xbf"

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding JSON may raise."""


def complaint(
    where: str,
    text: bytes,
    error: Exception,
    table: str | None = None,
    row: type[msgspec.Struct] | None = None,
) -> str:
    """A sentence for a decode error; `table` and `row` let it name the entry that is wrong."""
    if isinstance(error, msgspec.ValidationError):
        try:
            document = msgspec.json.decode(text)
        except UNDECODABLE as broken:
            error = broken  # The syntax is wrong too, further down: that comes first.
        else:
            return f"{where}: {_field(document, error, table, row)}."
    if text.startswith(_BOM):
        return f"{where} begins with a byte order mark; save it as UTF-8 without one."
    if isinstance(error, RecursionError):
        return f"{where} is not valid JSON: it is nested too deeply."
    byte, reason = _place(text, error)
    line, column = _position(text, byte)
    if (marker := _CONFLICT.search(text)) is not None:
        line, _ = _position(text, marker.start())
        return (
            f"{where} holds git conflict markers (line {line}): keep one of the two versions "
            "there, delete the other with the lines that mark them, and run the command again."
        )
    return f"{where} is not valid JSON: {reason} at line {line}, column {column}."


def repeated_key(text: bytes) -> str | None:
    """The first key that stands twice in one object of the document; None where none does."""
    found: list[str] = []

    def watch(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for key, value in pairs:
            if key in entries:
                found.append(key)
            entries[key] = value
        return entries

    json.loads(text, object_pairs_hook=watch)
    return found[0] if found else None


def readable(message: str) -> str:
    """A message of msgspec's as the end of a sentence."""
    place = _AT.search(message)
    said = _AT.sub("", message)
    said = shown(said[:1].lower() + said[1:])
    name = place[1].removeprefix("$.") if place else "$"
    return said if name == "$" else f"{said} (in “{shown(name)}”)"


def _place(text: bytes, error: Exception) -> tuple[int, str]:
    """Where the text stops being JSON, as a byte's number, and why."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as not_utf8:
        return not_utf8.start, "bytes that are not UTF-8"
    match = _BYTE.search(str(error))
    reason = _BYTE.sub("", str(error)).strip().removeprefix("JSON is malformed: ")
    byte = int(match[1]) if match is not None else len(text)
    return byte, reason[:1].lower() + reason[1:]


def _position(text: bytes, byte: int) -> tuple[int, int]:
    """Line and column of a byte, from 1; columns count characters."""
    before = text[:byte]
    line_begins = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[line_begins:].decode(errors="replace")) + 1


def _field(
    document: object,
    error: msgspec.ValidationError,
    table: str | None,
    row: type[msgspec.Struct] | None,
) -> str:
    """Which field is wrong and how: msgspec names dictionary keys only as `[...]`."""
    message = str(error)
    if table is not None and row is not None and f"$.{table}[...]" in message:
        entries = document.get(table) if isinstance(document, dict) else None
        for key, value in entries.items() if isinstance(entries, dict) else ():
            try:
                msgspec.convert(value, row)
            except msgspec.ValidationError as inner:
                return f"the entry “{shown(key)}” in “{table}” is wrong: {readable(str(inner))}"
    return readable(message)
