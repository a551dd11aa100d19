"""Who is let in: the rules, as functions of what a request says. No I/O.

Everybody on the machine, and every web page that its browser shows, can reach a loopback port.
So a request must name a host of ours (a page of another site cannot, whatever its DNS says), must
not come from a page of others, and must have the token.
"""

import hmac
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer. A page takes everything from this server, and nothing that is written in it."""

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::\d{1,5})?")
FROM_HERE = frozenset({"same-origin", "none"})
"""What browsers say in Sec-Fetch-Site of our own pages, and of an address a person has typed."""


class Door(msgspec.Struct, frozen=True):
    """What is asked of a request before it is let in."""

    token: str
    port: int
    hosts: frozenset[str]
    """Names of this server, in lower case and without a port."""
    any_address: bool = False
    """Whether it answers to every IP address; no DNS entry can forge one."""
    origins: frozenset[str] = frozenset()
    """Of the front ends on other ports that may use the API."""

    @property
    def cookie(self) -> str:
        """The cookie that holds the token; browsers share cookies between ports."""
        return f"manifest_sync_{self.port}"


class Knock(msgspec.Struct, frozen=True):
    """What a request says of itself. None is a header that is not there."""

    method: str
    host: str | None
    origin: str | None = None
    fetch_site: str | None = None
    bearer: str | None = None
    cookie: str | None = None


class Denial(msgspec.Struct, frozen=True):
    """Why a request is not let in."""

    status: int
    code: str
    message: str


def door(host: str, port: int, token: str, origins: frozenset[str] = frozenset()) -> Door:
    """The door of a server that listens on `host`."""
    name = f"[{host}]" if ":" in host else host.lower()
    if name in LOOPBACK:
        return Door(token, port, LOOPBACK, origins=origins)
    return Door(token, port, LOOPBACK | {name}, any_address=True, origins=origins)


def is_origin(text: str) -> bool:
    """Whether a text is an origin as browsers send it: scheme, host and port, and no more."""
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return known and text == f"{parts.scheme}://{parts.netloc}".lower() and "@" not in text


def judge(knock: Knock, door: Door) -> Denial | None:
    """Why a request is turned away; None where it is let in."""
    return _host(knock, door) or _site(knock, door) or _token(knock, door)


def is_preflight_of(knock: Knock, door: Door) -> bool:
    """Whether a browser asks, for a front end that may, if it may. That has no token yet."""
    return knock.method == "OPTIONS" and knock.origin in door.origins and not _host(knock, door)


def is_token(given: str | None, door: Door) -> bool:
    """Whether that is the token; takes as long for any other text of its length."""
    return given is not None and hmac.compare_digest(given.encode(), door.token.encode())


def _host(knock: Knock, door: Door) -> Denial | None:
    found = _HOST.fullmatch((knock.host or "").lower())
    name = found[1] if found else ""
    if name in door.hosts or (door.any_address and _is_address(name)):
        return None
    return Denial(400, "foreign_host", "This server does not answer to that host name.")


def _is_address(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _site(knock: Knock, door: Door) -> Denial | None:
    """Whether a page of others sends it, as far as the browser tells."""
    if knock.origin is not None:
        own = f"http://{(knock.host or '').lower()}"
        allowed = knock.origin == own or knock.origin in door.origins
    else:
        allowed = knock.fetch_site is None or knock.fetch_site in FROM_HERE
    if allowed:
        return None
    return Denial(
        403,
        "foreign_origin",
        "The request comes from another site. A front end of yours is let in by --allow-origin.",
    )


def _token(knock: Knock, door: Door) -> Denial | None:
    if knock.bearer is not None:
        return None if is_token(knock.bearer, door) else _no_token()
    if not is_token(knock.cookie, door):
        return _no_token()
    told = knock.origin is not None or knock.fetch_site is not None
    if knock.method not in SAFE_METHODS and not told:
        # A browser sends the cookie by itself, so it must say on whose behalf.
        return Denial(
            403, "no_origin", "A change by cookie needs an Origin; programs use the Bearer token."
        )
    return None


def _no_token() -> Denial:
    return Denial(
        401,
        "no_token",
        "The token is missing or wrong: open the address that “manifest-sync serve” printed, or "
        "send it as “Authorization: Bearer …”.",
    )
