"""Listening: the socket, the token, the address to open, and an end in good order."""

import os
import re
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from types import FrameType

import msgspec
import uvicorn

from manifest_sync.core.errors import ManifestSyncError, UsageProblem
from manifest_sync.web.app import guarded, make_app
from manifest_sync.web.jobs import Jobs
from manifest_sync.web.opening import Opener
from manifest_sync.web.security import LOOPBACK, Door, door, is_origin
from manifest_sync.web.site import Site

TOKEN = "MANIFEST_SYNC_TOKEN"  # noqa: S105 - the variable's name

_TOKENS = re.compile(r"[A-Za-z0-9._~-]{16,}")
_PATIENCE = 5
"""Seconds that requests have to end when the server ends; a run has as long as it needs."""


class Listening(msgspec.Struct, frozen=True):
    """A server that listens, and is not serving yet."""

    door: Door
    address: str
    """`http://127.0.0.1:8765/`."""
    is_public: bool
    """Whether other machines can reach it."""
    socket: socket.socket

    @property
    def is_everywhere(self) -> bool:
        """Whether it answers at every address of this machine."""
        return ip_address(self.socket.getsockname()[0]).is_unspecified

    @property
    def url(self) -> str:
        """The address to open in a browser; whoever has it can do all that the page can."""
        return f"{self.address}?token={self.door.token}"


class Server(uvicorn.Server):
    """uvicorn's, which ends a run in good order when it is told to end."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        """`site` is that of the application that is served."""
        super().__init__(config)
        self._site = site

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ctrl-C, or SIGTERM."""
        self._site.close()
        super().handle_exit(sig, frame)


def read_token(environ: Mapping[str, str] = os.environ) -> str:
    """The token of the environment, or a new one. Raises UsageProblem where it is too simple."""
    given = environ.get(TOKEN)
    if given is None:
        return secrets.token_urlsafe(32)
    if _TOKENS.fullmatch(given) is None:
        raise UsageProblem(
            f"{TOKEN} needs 16 characters or more, of letters, digits, “.”, “_”, “~” and “-”."
        )
    return given


def read_origins(texts: list[str]) -> frozenset[str]:
    """What --allow-origin names. Raises UsageProblem for what is no origin."""
    for text in texts:
        if not is_origin(text):
            raise UsageProblem(
                f"--allow-origin is “{text}”; give scheme, host and port, and nothing more: "
                "http://localhost:3000"
            )
    return frozenset(texts)


@contextmanager
def listening(
    host: str, port: int, token: str, origins: frozenset[str] = frozenset()
) -> Iterator[Listening]:
    """Listen; port 0 takes any free one. Raises ManifestSyncError where that cannot be done."""
    try:
        [(family, _, _, _, place), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        opened = socket.create_server(place[:2], family=family)
    except OSError as error:
        raise ManifestSyncError(
            f"Nothing can listen on {host}, port {port}: {error.strerror or error}."
        ) from error
    with opened:
        number = opened.getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        there = Listening(
            door=door(host, number, token, origins),
            address=f"http://{name}:{number}/",
            is_public=name not in LOOPBACK,
            socket=opened,
        )
        if there.is_everywhere:  # which is no address to go to
            here = "[::1]" if ":" in host else "127.0.0.1"
            there = msgspec.structs.replace(there, address=f"http://{here}:{number}/")
        yield there


def make_server(at: Listening, opener: Opener, *, api_docs: bool = False) -> Server:
    """A server for a workspace; `run(sockets=[at.socket])` serves until it is told to end."""
    site = Site(opener, Jobs())
    app = guarded(make_app(site, api_docs=api_docs), at.door)
    config = uvicorn.Config(
        app,
        lifespan="off",
        # The first address that is asked for holds the token.
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    return Server(config, site)
