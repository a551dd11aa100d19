"""Starting and stopping the embedded S3: moto's server, on loopback only, with one bucket."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection
from types import TracebackType
from typing import IO, Self

from manifest_sync.core.errors import UsageProblem

LOOPBACK = "127.0.0.1"
BUCKET = "sandbox"

_PROXY_VARIABLES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_SECONDS_TO_END = 5


class Server:
    """A running embedded S3; a context manager that stops it."""

    def __init__(self, process: subprocess.Popen[str], port: int, bucket: str) -> None:
        """Use `start_server`, which starts the process too."""
        self._process = process
        self.endpoint_url = f"http://{LOOPBACK}:{port}"
        self.bucket = bucket

    def environment(self) -> dict[str, str]:
        """The variables that point any S3 client (manifest-sync, aws, boto3) at this server."""
        variables = {
            "AWS_ENDPOINT_URL_S3": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        if any(os.environ.get(name) for name in _PROXY_VARIABLES):
            # Clients differ in which spelling they read first.
            variables |= {"NO_PROXY": LOOPBACK, "no_proxy": LOOPBACK}
        return variables

    def stop(self) -> None:
        """End the server; all that it held is gone. Stopping twice is fine."""
        _close_pipes(self._process)
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start_server(port: int = 0, *, bucket: str = BUCKET) -> Server:
    """Start an S3 server on loopback and create a bucket in it; port 0 takes any free one.

    The server is a process of its own: two of them share nothing, and a script that starts one
    shares neither its memory nor its interpreter lock with it.
    """
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(  # noqa: S603 - our own module, no input of a user's
            [sys.executable, "-m", "manifest_sync.sandbox.s3_process", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
        first_line = _first_line(process)
        if not first_line:
            _close_pipes(process)
            process.wait()
            raise UsageProblem(_why_not_started(complaints))
    server = Server(process, int(first_line), bucket)
    try:
        _create_bucket(int(first_line), bucket)
    except BaseException:
        server.stop()
        raise
    return server


def sealed(environ: Mapping[str, str], server: Server) -> dict[str, str]:
    """The environment with every AWS and manifest-sync setting replaced by the server's.

    A person's profile, token, proxy of a role or addressing style must neither reach the
    embedded server nor be reached by a command that was meant for it.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(("AWS_", "MANIFEST_SYNC_"))
    }
    no_files = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return kept | no_files | server.environment()


def _first_line(process: subprocess.Popen[str]) -> str:
    """Wait until the server listens; empty where it ended instead."""
    if process.stdout is None:
        return ""
    try:
        return process.stdout.readline()
    except BaseException:  # Ctrl-C while it starts must not leave it behind
        _close_pipes(process)
        process.wait()
        raise


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _why_not_started(complaints: IO[str]) -> str:
    complaints.seek(0)
    lines = [line.strip() for line in complaints if line.strip()]
    reason = " ".join(lines[-1:]).rstrip(".") or "it ended without a word"
    if "ModuleNotFoundError" in reason or "ImportError" in reason:
        return (
            "The embedded S3 server needs packages that are not installed "
            f"({reason}); install them with: pip install 'manifest-sync[sandbox]'"
        )
    return f"The embedded S3 server did not start ({reason}); try it with another port."


def _create_bucket(port: int, bucket: str) -> None:
    """Create the bucket by a plain request: no client to configure, no proxy in between."""
    connection = HTTPConnection(LOOPBACK, port, timeout=30)
    try:
        connection.request("PUT", f"/{bucket}")
        answer = connection.getresponse()
        if answer.status != HTTPStatus.OK:
            raise UsageProblem(
                f"The embedded S3 server did not create the bucket {bucket} "
                f"(HTTP {answer.status} {answer.reason}); try another bucket name."
            )
    finally:
        connection.close()
