"""The document that `serve --json` prints when the server listens."""

from typing import Literal

import msgspec


class ServeDocument(msgspec.Struct, frozen=True):
    """`serve`: where the page is. It goes on serving until it is ended."""

    format: Literal["manifest-sync/serve"]
    version: Literal[1]
    url: str
    """To open in a browser; it holds the token."""
    address: str
    """The same without the token."""
    token: str
    """For programs: `Authorization: Bearer …`."""
