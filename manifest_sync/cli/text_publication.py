"""When and by whom a manifest was last published, in words."""

from manifest_sync.cli.text_history import wall_clock
from manifest_sync.core.paths import shown
from manifest_sync.core.publication import Publication


def last_published(publication: Publication) -> str:
    """`last published 2026-11-21 15:20:11 by anna on ws3`."""
    said = f"last published {wall_clock(publication.when)}"
    if publication.user is None:
        return f"{said}, by whom is not noted"
    by = f"{said} by {shown(publication.user)}"
    return by if publication.host is None else f"{by} on {shown(publication.host)}"
