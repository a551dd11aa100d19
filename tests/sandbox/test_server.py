"""The embedded S3: a real endpoint on loopback that ends with whoever started it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from manifest_sync.core.errors import UsageProblem
from manifest_sync.sandbox.server import BUCKET, LOOPBACK, Server, sealed, start_server

_UNSIGNED = Config(signature_version=UNSIGNED, region_name="us-east-1")
_SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, Signature=unchecked"
_HOLD = """
from manifest_sync.sandbox.server import start_server
with start_server() as server:
    print(server.endpoint_url, flush=True)
    input()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_server() as running:
        yield running


def _port(endpoint_url: str) -> int:
    return int(endpoint_url.rpartition(":")[2])


def _buckets(server: Server) -> list[str]:
    client = boto3.client("s3", endpoint_url=server.endpoint_url, config=_UNSIGNED)
    names = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    client.close()
    return names


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def test_it_serves_the_bucket_to_a_client_with_its_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    client = boto3.Session().client("s3")
    client.put_object(Bucket=BUCKET, Key="a/Café.txt", Body=b"x")
    listed = client.list_objects_v2(Bucket=BUCKET)["Contents"]
    client.close()
    assert [entry["Key"] for entry in listed] == ["a/Café.txt"]


def test_it_listens_on_loopback_only(server: Server) -> None:
    assert server.endpoint_url.startswith(f"http://{LOOPBACK}:")
    with socket.socket() as same_port:
        # Another loopback address is free on that port, so the server did not take them all.
        same_port.bind(("127.0.0.2", _port(server.endpoint_url)))


def test_one_connection_takes_many_requests_with_whatever_bodies(server: Server) -> None:
    connection = HTTPConnection(LOOPBACK, _port(server.endpoint_url), timeout=30)

    def ask(method: str, body: object = None, **how: bool) -> tuple[int, str | None, bytes]:
        headers = {"Authorization": _SIGNED, **({"Transfer-Encoding": "chunked"} if how else {})}
        connection.request(method, f"/{BUCKET}/many.txt", body, headers, **how)  # type: ignore[arg-type]
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Length"), answer.read()

    with closing(connection):
        assert ask("PUT", b"one")[0] == 200
        held = connection.sock
        assert ask("GET") == (200, "3", b"one")
        assert ask("PUT", iter([b"in", b"pieces"]), encode_chunked=True)[0] == 200
        assert ask("HEAD") == (200, "8", b"")
        assert ask("GET") == (200, "8", b"inpieces")
        assert ask("DELETE") == (204, None, b"")
        assert ask("GET")[0] == 404
        assert connection.sock is held


@pytest.mark.slow
def test_two_servers_share_nothing(server: Server) -> None:
    with start_server(bucket="other") as other:
        assert other.endpoint_url != server.endpoint_url
        assert _buckets(other) == ["other"]
    assert _buckets(server) == [BUCKET]


@pytest.mark.slow
def test_stopping_ends_it_and_may_be_repeated() -> None:
    server = start_server()
    port = _port(server.endpoint_url)
    assert _answers(port)
    server.stop()
    server.stop()
    assert not _answers(port)


@pytest.mark.slow
def test_a_taken_port_is_a_sentence(server: Server) -> None:
    with pytest.raises(UsageProblem, match=r"did not start .* another port"):
        start_server(_port(server.endpoint_url))


@pytest.mark.slow
def test_an_impossible_bucket_is_a_sentence() -> None:
    with pytest.raises(UsageProblem, match="another bucket name"):
        start_server(bucket="A")


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_server_outlives_the_one_who_started_it(how: signal.Signals) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert holder.stdout is not None
    port = _port(holder.stdout.readline().strip())
    assert _answers(port)
    if how is signal.SIGINT:
        os.killpg(holder.pid, how)  # as a terminal does: to the server too
    else:
        holder.send_signal(how)
    _, complaints = holder.communicate(timeout=30)
    assert how is signal.SIGKILL or complaints.rstrip().endswith("KeyboardInterrupt")
    for _ in range(100):
        if not _answers(port):
            return
        time.sleep(0.1)
    pytest.fail("the server still answers")


def test_nothing_of_the_persons_own_settings_reaches_the_commands(server: Server) -> None:
    own = {
        "PATH": "/bin",
        "AWS_PROFILE": "work",
        "AWS_SESSION_TOKEN": "secret",
        "AWS_ACCESS_KEY_ID": "real",
        "MANIFEST_SYNC_ENDPOINT_URL": "https://elsewhere.example",
    }
    made = sealed(own, server)
    assert made["PATH"] == "/bin"
    assert made["AWS_ENDPOINT_URL_S3"] == server.endpoint_url
    assert made["AWS_CONFIG_FILE"] == made["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "MANIFEST_SYNC_ENDPOINT_URL"} & made.keys()
    assert "real" not in made.values()
    assert own["AWS_PROFILE"] == "work"


def test_a_proxy_is_told_to_leave_loopback_alone(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert server.environment()["NO_PROXY"] == LOOPBACK
