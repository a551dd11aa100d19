"""The header that a style last had in common with its published manifest (§5, "Header")."""

import sqlite3

from manifest_sync.core.manifest import Header
from manifest_sync.state import facts


def agreed_header(database: sqlite3.Connection, style_id: int) -> Header | None:
    """The ancestor of the next merge; None where there is none."""
    return facts.recall(database, _name(style_id), Header)


def agree_on(database: sqlite3.Connection, style_id: int, header: Header) -> None:
    """Remember the header that is published and that the manifest on disk has taken in."""
    if agreed_header(database, style_id) != header:
        facts.remember(database, _name(style_id), header)


def _name(style_id: int) -> str:
    return f"header:{style_id}"
