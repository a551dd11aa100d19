"""A proxy before an S3 server that takes its time over each PUT of an image or a caption."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.servers import S3Server

SLOW = (".png", ".jpg", ".txt")


class Slowness:
    """How slow the proxy is, and how many PUTs it has begun, but for those of a probe."""

    def __init__(self, endpoint: str, seconds: float) -> None:
        self.endpoint = endpoint
        self.seconds = seconds
        self.puts = 0


@contextmanager
def slow_server(server: S3Server, seconds: float) -> Iterator[Slowness]:
    """The same server at another endpoint, slow."""
    behind = urlsplit(server.endpoint).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if self.command == "PUT" and urlsplit(self.path).path.endswith(SLOW):
                slowness.puts += 1
                time.sleep(slowness.seconds)
            connection = http.client.HTTPConnection(behind, timeout=30)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            data = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            length = answer.getheader("Content-Length", "0") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            connection.close()

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = forward  # noqa: N815 - http.server's

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    slowness = Slowness(f"http://127.0.0.1:{proxy.server_port}", seconds)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield slowness
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
