"""A server of the page on loopback, and requests to it with nothing that a client adds itself."""

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from manifest_sync.web.opening import Opener
from manifest_sync.web.server import listening, make_server

TOKEN = "token-of-the-tests-0123"  # noqa: S105 - the tests' own
FRONT_END = "http://localhost:3000"


@dataclass(frozen=True)
class Answer:
    """What a request came to."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - a document of any shape
        """The body, read."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Visitor:
    """Asks a server, as a program that has the token unless it is told otherwise."""

    port: int
    headers: Mapping[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send one request: bytes as they are, anything else as JSON. None leaves a header out."""
        told: dict[str, str | None] = {"Host": f"127.0.0.1:{self.port}", **self.headers}
        data = body if isinstance(body, bytes) else None
        if body is not None and data is None:
            data = json.dumps(body).encode()
            told["Content-Type"] = "application/json"
        told |= headers or {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in told.items():
                if value is not None:
                    connection.putheader(name, value)
            if data is not None and "Transfer-Encoding" not in told:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            answer = connection.getresponse()
            return Answer(answer.status, _lower(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def post(self, path: str, body: object) -> Any:  # noqa: ANN401 - a document of any shape
        """What a POST is answered that goes well."""
        answer = self.ask("POST", path, body)
        assert answer.status == 200, answer.body
        return answer.json()

    def get(self, path: str) -> Any:  # noqa: ANN401 - a document of any shape
        """What a GET is answered that goes well."""
        answer = self.ask("GET", path)
        assert answer.status == 200, answer.body
        return answer.json()

    def form(self, path: str, *fields: tuple[str, str]) -> Answer:
        """What a form is answered."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields).encode(), kind)

    def html(self, path: str) -> str:
        """A page, or a part of one."""
        answer = self.ask("GET", path)
        assert answer.status == 200, answer.body
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return answer.body.decode()

    @contextmanager
    def events(self) -> Iterator[Iterator[Any]]:
        """What the stream of events tells, as it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/events", headers=dict(self.headers))
            answer = connection.getresponse()
            assert answer.status == 200
            lines = iter(answer.readline, b"")
            yield (json.loads(line[6:]) for line in lines if line.startswith(b"data: "))
        finally:
            connection.close()


def _lower(headers: list[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


@contextmanager
def serving(
    root: Path, *, api_docs: bool = False, port: int = 0, token: str = TOKEN
) -> Iterator[Visitor]:
    """Serve a workspace while the block runs."""
    with listening("127.0.0.1", port, token, frozenset({FRONT_END})) as at:
        server = make_server(at, Opener(root), api_docs=api_docs)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [at.socket]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server ended before it began"
                time.sleep(0.01)
            yield Visitor(at.door.port)
        finally:
            server.handle_exit(2, None)
            thread.join()
