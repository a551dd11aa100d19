"""An S3 server that takes its time over each PUT of an image or a caption."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.meddler import meddling
from tests.servers import S3Server

SLOW = (".png", ".jpg", ".txt")


class Slowness:
    """How slow the server is, and how many PUTs it has begun, but for those of a probe."""

    def __init__(self, endpoint: str, seconds: float) -> None:
        self.endpoint = endpoint
        self.seconds = seconds
        self.puts = 0


@contextmanager
def slow_server(server: S3Server, seconds: float) -> Iterator[Slowness]:
    """The same server at another endpoint, slow."""
    with meddling(server.endpoint) as meddler:
        slowness = Slowness(meddler.endpoint, seconds)

        def wait(method: str, path: str) -> None:
            if method == "PUT" and path.endswith(SLOW):
                slowness.puts += 1
                time.sleep(slowness.seconds)

        meddler.before = wait
        yield slowness
