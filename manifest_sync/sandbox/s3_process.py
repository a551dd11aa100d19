"""The embedded S3 as a process of its own: `python -m manifest_sync.sandbox.s3_process PORT`.

It writes the port it listens on as its first line and serves until its standard input ends. The
pipe is the leash: however the parent goes, by `stop()`, Ctrl-C or a kill, the pipe closes and
the server with it. Ctrl-C itself is ignored here, so that a command which is still finishing its
transfers on that key press keeps its server until the parent lets go.

Of moto's services only S3 is there: to find out which one is meant takes moto as long as to answer.
"""

import signal
import sys
from http import HTTPStatus
from io import BytesIO
from threading import Thread

from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

LOOPBACK = "127.0.0.1"
_SECONDS_TO_NOTICE_THE_END = 0.05


class _Handler(MotoRequestHandler):
    """Moto's handler without the line per request, and with connections that stay open, as S3's do.

    werkzeug's closes each after its answer, and waits 10 ms for what else might come by it.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the body goes after the headers at once

    def run_wsgi(self) -> None:
        """Answer one request, which is read to its end before: the next one begins there."""
        environ = self.make_environ()
        length = -1 if "wsgi.input_terminated" in environ else int(environ.get("CONTENT_LENGTH", 0))
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(length))
        chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        body = b"".join(chunks)
        code = int(status.split()[0])
        if code != HTTPStatus.NO_CONTENT:
            headers.setdefault("Content-Length", str(len(body)))
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    app = create_backend_app("s3")
    app.debug = False  # so that an error of its own is an answer, too
    server = make_server(
        LOOPBACK,
        int(sys.argv[1]),
        app,
        threaded=True,
        request_handler=_Handler,
    )
    Thread(target=server.serve_forever, args=(_SECONDS_TO_NOTICE_THE_END,), daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
