"""A proxy before an S3 server that meddles: it refuses, delays, or lets something happen first."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

_DENIED = b"<Error><Code>AccessDenied</Code><Message>by the meddler</Message></Error>"


def nothing(_method: str, _path: str) -> None:
    """What happens before a request, unless a scenario has something happen."""


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
        self.before: Callable[[str, str], None] = nothing
        """Called with method and path of every request before it is passed on, but for those by
        which a first push finds out what the server enforces."""


@contextmanager
def meddling(endpoint: str) -> Iterator[Meddler]:
    """The same server at another endpoint, with a meddler that does nothing yet."""
    behind = urlsplit(endpoint).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            path = unquote(urlsplit(self.path).path)
            request = (self.command, path)
            if request in meddler.refused or meddler.denies(*request):
                self.answer(HTTPStatus.FORBIDDEN, [], _DENIED, str(len(_DENIED)))
                return
            if "/probe-" not in path:
                meddler.before(*request)
            connection = http.client.HTTPConnection(behind, timeout=60)
            headers = {n: v for n, v in self.headers.items() if n.lower() not in meddler.unheard}
            connection.request(self.command, self.path, body, headers)
            heard = connection.getresponse()
            data = heard.read()
            connection.close()
            if request in meddler.unanswered:
                meddler.unanswered.discard(request)
                self.close_connection = True
                return
            told = heard.getheader("Content-Length", "0") if self.command == "HEAD" else None
            self.answer(heard.status, heard.getheaders(), data, told or str(len(data)))

        def answer(
            self, status: int, headers: list[tuple[str, str]], data: bytes, length: str
        ) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", length)
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked has been killed
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = forward  # noqa: N815 - http.server's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    meddler = Meddler(f"http://127.0.0.1:{proxy.server_port}")
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield meddler
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
