"""A proxy before an S3 server that meddles: it refuses, harms, delays, or acts in between."""

import http.client
import random
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from tests.loopback import Loopback, Silent, serving


class Harm(StrEnum):
    """What goes wrong with a request."""

    BUSY = "503 SlowDown"
    BROKEN = "500 InternalError"
    BROKEN_AFTER = "500, though it took effect"
    RESET = "connection reset"
    LOST = "took effect, but the answer is lost"
    CUT = "half of the answer"
    EXPIRED = "400 ExpiredToken"
    DENIED = "403 AccessDenied"


@dataclass(frozen=True)
class _Answer:
    status: int
    data: bytes = b""
    headers: Sequence[tuple[str, str]] = ()
    length: int | None = None
    """Of the data; of a HEAD what the server has told."""


def _refusal(status: int, code: str) -> _Answer:
    text = f"<Error><Code>{code}</Code><Message>by the meddler</Message></Error>"
    return _Answer(status, text.encode())


_REFUSALS = {
    Harm.BUSY: _refusal(503, "SlowDown"),
    Harm.BROKEN: _refusal(500, "InternalError"),
    Harm.BROKEN_AFTER: _refusal(500, "InternalError"),
    Harm.EXPIRED: _refusal(400, "ExpiredToken"),
    Harm.DENIED: _refusal(403, "AccessDenied"),
}
_PASSED_ON = {None, Harm.BROKEN_AFTER, Harm.LOST, Harm.CUT}
_SILENT = {Harm.RESET, Harm.LOST}
PASSING = (Harm.BUSY, Harm.BROKEN, Harm.BROKEN_AFTER, Harm.RESET, Harm.LOST, Harm.CUT)
"""What may go through the next time."""

Harms = Callable[[str, str], Harm | None]
"""From method and path to what goes wrong."""


def nothing(_method: str, _path: str) -> None:
    """What happens before a request, unless a scenario has something happen."""


def now_and_then(rate: float) -> Harms:
    """Harm that share of the requests in all ways; which ones is random."""
    lots = random.Random(0)  # noqa: S311  # nothing depends on its being a secret

    def harms(_method: str, _path: str) -> Harm | None:
        return lots.choice(PASSING) if lots.random() < rate else None

    return harms


class Meddler:
    """What is to be done to which requests: (method, path), where a path is `/bucket/key`."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.refused: set[tuple[str, str]] = set()
        """Answered with 403."""
        self.denies: Callable[[str, str], bool] = lambda _method, _path: False
        """Which other requests are answered with 403, too."""
        self.unanswered: set[tuple[str, str]] = set()
        """Arrive, while the answer gets lost: each once."""
        self.unheard: set[str] = set()
        """Headers that are not passed on, in small letters."""
        self.harms: Harms = nothing
        """What else goes wrong."""
        self.before: Callable[[str, str], None] = nothing
        """Called with method and path of every request before it is passed on, but for those by
        which a first push finds out what the server enforces."""

    def harm(self, method: str, path: str) -> Harm | None:
        """What goes wrong with this request."""
        request = (method, path)
        if request in self.refused or self.denies(*request):
            return Harm.DENIED
        if request in self.unanswered:
            self.unanswered.discard(request)
            return Harm.LOST
        return self.harms(*request)


class _Handler(Silent):
    server: "_Proxy"

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path = unquote(urlsplit(self.path).path)
        meddler = self.server.meddler
        harm = meddler.harm(self.command, path)
        if harm in _PASSED_ON and "/probe-" not in path:
            meddler.before(self.command, path)
        heard = self.pass_on(body) if harm in _PASSED_ON else None
        if harm in _SILENT:
            self.fall_silent(reset=harm is Harm.RESET)
        elif harm in _REFUSALS:
            self.answer(_REFUSALS[harm])
        elif heard is not None:
            self.answer(heard, cut=harm is Harm.CUT)

    def pass_on(self, body: bytes) -> "_Answer":
        unheard = self.server.meddler.unheard
        headers = {n: v for n, v in self.headers.items() if n.lower() not in unheard}
        behind = http.client.HTTPConnection(self.server.behind, timeout=60)
        with closing(behind) as connection:
            connection.request(self.command, self.path, body, headers)
            heard = connection.getresponse()
            data = heard.read()
        length = int(heard.getheader("Content-Length", "0")) if self.command == "HEAD" else None
        return _Answer(heard.status, data, heard.getheaders(), length)

    def fall_silent(self, *, reset: bool) -> None:
        if reset:  # closing sends an RST then, and else a FIN
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def answer(self, heard: "_Answer", *, cut: bool = False) -> None:
        length = heard.length if heard.length is not None else len(heard.data)
        self.send_response(heard.status)
        for name, value in heard.headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        with suppress(BrokenPipeError, ConnectionResetError):  # who asked has been killed
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(heard.data[: len(heard.data) // 2] if cut else heard.data)
        self.close_connection |= cut

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = forward  # noqa: N815 - http.server's


class _Proxy(Loopback):
    def __init__(self, behind: str) -> None:
        super().__init__(_Handler)
        self.behind = behind
        self.meddler = Meddler(self.endpoint)

    def handle_error(self, *_: object) -> None:
        """Whoever asked has gone; that is not the proxy's trouble."""


@contextmanager
def meddling(endpoint: str) -> Iterator[Meddler]:
    """The same server at another endpoint, with a meddler that does nothing yet."""
    proxy = _Proxy(urlsplit(endpoint).netloc)
    with serving(proxy):
        yield proxy.meddler
