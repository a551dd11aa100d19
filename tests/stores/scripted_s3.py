"""An S3 server that answers as a test tells it to."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.loopback import Loopback, Silent, serving


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    missing: int = 0
    """Bytes that the headers promise and that never come."""


Script = Callable[[str, str], Reply]
"""From method and path, with its query, to the answer."""


def refusal(status: int, code: str, message: str = "") -> Reply:
    """An error as S3 words it."""
    text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Reply(status, {"Content-Type": "application/xml"}, text.encode())


@contextmanager
def scripted_s3(script: Script, certificate: Path | None = None) -> Iterator[str]:
    """The endpoint of a server that follows the script; with a certificate and key, over TLS."""

    class Handler(Silent):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = script(self.command, self.path)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(reply.body) + reply.missing))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)
            self.close_connection = bool(reply.missing)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _answer  # noqa: N815  # as the base names them

    server = Loopback(Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.endpoint = server.endpoint.replace("http:", "https:")
    with serving(server):
        yield server.endpoint
