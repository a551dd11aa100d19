"""HTTP servers of the tests' own, on loopback, which nobody waits for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_SECONDS_TO_NOTICE_THE_END = 0.005


class Silent(BaseHTTPRequestHandler):
    """Keeps connections open, and says nothing of requests.

    Headers and body of an answer are sent one after the other. But for TCP_NODELAY the body would
    wait until the client acknowledges the headers, which it does after 40 ms.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Loopback(ThreadingHTTPServer):
    """A server on a free port."""

    daemon_threads = True

    def __init__(self, handler: type[Silent]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.endpoint = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(server: Loopback) -> Iterator[None]:
    """It answers while the block runs."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(_SECONDS_TO_NOTICE_THE_END,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
