"""The embedded S3 as a process of its own: `python -m manifest_sync.sandbox.s3_process PORT`.

It writes the port it listens on as its first line and serves until its standard input ends. The
pipe is the leash: however the parent goes, by `stop()`, Ctrl-C or a kill, the pipe closes and
the server with it. Ctrl-C itself is ignored here, so that a command which is still finishing its
transfers on that key press keeps its server until the parent lets go.

Of moto's services only S3 is there: to find out which one is meant takes moto as long as to answer.
"""

import signal
import sys
from threading import Thread

from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

LOOPBACK = "127.0.0.1"
_SECONDS_TO_NOTICE_THE_END = 0.05


class _SilentHandler(MotoRequestHandler):
    """Moto's handler without the line per request."""

    protocol_version = "HTTP/1.1"  # connections stay open, as S3's do

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = make_server(
        LOOPBACK,
        int(sys.argv[1]),
        create_backend_app("s3"),
        threaded=True,
        request_handler=_SilentHandler,
    )
    Thread(target=server.serve_forever, args=(_SECONDS_TO_NOTICE_THE_END,), daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
