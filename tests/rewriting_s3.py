"""A proxy before an S3 server that rewrites what is said, or answers in the server's stead."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from urllib.parse import unquote, urlsplit

from tests.loopback import Loopback, Silent, serving
from tests.stores.scripted_s3 import Reply

Headers = dict[str, str]
"""Names in small letters."""


class Rewriter:
    """What becomes of requests and answers; nothing at first."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.instead: Callable[[str, str, Headers, bytes], Reply | None] = lambda *_: None
        """From method, path (`/bucket/key`), headers and body to an answer in its stead."""
        self.asks: Callable[[Headers], Mapping[str, str]] = lambda headers: headers
        """Rewrites the headers of every request that is passed on."""
        self.targets: Callable[[str], str] = lambda target: target
        """Rewrites path and query of every request that is passed on."""
        self.answers: Callable[[Headers, bytes], tuple[Headers, bytes]] = _as_they_are
        """Rewrites every answer."""


def _as_they_are(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return headers, body


@contextmanager
def rewriting(endpoint: str) -> Iterator[Rewriter]:
    """The same server at another endpoint."""
    behind = urlsplit(endpoint).netloc

    class Handler(Silent):
        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            path = unquote(urlsplit(self.path).path)
            reply = rewriter.instead(self.command, path, headers, body)
            if reply is not None:
                self.answer(reply.status, {**reply.headers}, reply.body)
                return
            target = rewriter.targets(self.path)
            with closing(http.client.HTTPConnection(behind, timeout=60)) as connection:
                connection.request(self.command, target, body, dict(rewriter.asks(headers)))
                heard = connection.getresponse()
                said = {name.lower(): value for name, value in heard.getheaders()}
                data = heard.read()
            self.answer(heard.status, *rewriter.answers(said, data))

        def answer(self, status: int, headers: Headers, body: bytes) -> None:
            length = headers.pop("content-length", "0") if self.command == "HEAD" else len(body)
            self.send_response_only(status)
            for name, value in headers.items():
                if name not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = forward  # noqa: N815 - http.server's

    proxy = Loopback(Handler)
    rewriter = Rewriter(proxy.endpoint)
    with serving(proxy):
        yield rewriter
