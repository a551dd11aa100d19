"""The command: what it prints, what it is asked to be, and how it ends."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from manifest_sync.cli.app import load_command
from manifest_sync.core.errors import ManifestSyncError, UsageProblem
from manifest_sync.web.server import listening, read_origins, read_token
from tests.buckets import Bucket
from tests.commands import here, program
from tests.servers import S3Server
from tests.slow_s3 import slow_server
from tests.web.visitor import TOKEN, Visitor

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is tested is that this has a warning


@contextmanager
def served(root: Path, *arguments: str, **environ: str) -> Iterator["subprocess.Popen[str]"]:
    """The installed command, serving; the block ends it."""
    with subprocess.Popen(
        [program(), "serve", "--no-open", *arguments],
        cwd=root,
        env={**os.environ, "MANIFEST_SYNC_TOKEN": TOKEN, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def document(process: "subprocess.Popen[str]") -> dict[str, str]:
    """The one document that it prints when it listens."""
    assert process.stdout is not None
    found = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
    assert isinstance(found, dict)
    return found


def test_it_prints_where_it_is_and_ends_with_ctrl_c(root: Path) -> None:
    with served(root, "--json", "--port", "0") as process:
        told = document(process)
        port = int(told["address"].rpartition(":")[2].strip("/"))
        assert told == {
            "format": "manifest-sync/serve",
            "version": 1,
            "url": f"http://127.0.0.1:{port}/?token={TOKEN}",
            "address": f"http://127.0.0.1:{port}/",
            "token": TOKEN,
        }
        visitor = Visitor(port)
        assert len(visitor.get("/training-images-with-captions?styleId=16")["images"]) == 3
        assert visitor.ask("GET", f"/?token={TOKEN}").status == 303
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out) == (0, "")
        assert TOKEN not in err
        assert "Traceback" not in err


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_ends_in_good_order_when_the_server_is_ended(
    moto: S3Server, root: Path, style: Path, bucket: Bucket, number: int
) -> None:
    for n in range(60):
        (style / f"{n}.jpg").write_bytes(b"image %d" % n)
    with (
        slow_server(moto, 0.5) as slow,
        served(root, "--json", "--jobs", "2", AWS_ENDPOINT_URL_S3=slow.endpoint) as process,
    ):
        port = int(document(process)["address"].rpartition(":")[2].strip("/"))
        asking = http.client.HTTPConnection("127.0.0.1", port)
        asking.request(
            "POST",
            "/api/s3/upload",
            b'{"styleId": "16"}',
            {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        while slow.puts < 4:
            assert process.poll() is None
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        asking.close()
        assert "Traceback" not in err
    sent = set(bucket.objects("styles/16/"))
    assert 0 < len(sent) < 60
    ran = here(root, "history", "--json")
    [apply] = ran.document()["applies"]
    assert (apply["complete"], apply["created"]) == (True, len(sent))
    assert here(root, "push", "--yes").status == 0
    assert len(bucket.objects("styles/16/")) == 65


def test_a_port_that_is_taken_is_one_sentence(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = here(root, "serve", "--no-open", "--port", str(taken.getsockname()[1]))
    assert ran.status == 1
    assert ran.err.startswith("Error: Nothing can listen on 127.0.0.1, port ")


@pytest.mark.parametrize("host", ["no such host", "256.1.1.1", "nothing.invalid"])
def test_a_host_that_is_none_is_one_sentence(host: str) -> None:
    with pytest.raises(ManifestSyncError, match="Nothing can listen on"), listening(host, 0, TOKEN):
        pass


def test_outside_of_a_workspace_nothing_is_served(tmp_path: Path) -> None:
    ran = here(tmp_path, "serve", "--no-open")
    assert ran.status == 64
    assert "No workspace here" in ran.err


@pytest.mark.parametrize("origin", ["http://localhost:3000/", "*", "localhost"])
def test_an_origin_that_is_none_is_a_usage_error(root: Path, origin: str) -> None:
    ran = here(root, "serve", "--no-open", "--allow-origin", origin)
    assert ran.status == 64
    assert "--allow-origin" in ran.err
    assert read_origins(["http://localhost:3000"]) == {"http://localhost:3000"}


def test_a_token_is_long_and_random_unless_the_environment_has_one() -> None:
    first, second = read_token({}), read_token({})
    assert first != second
    assert len(first) >= 40
    assert read_token({"MANIFEST_SYNC_TOKEN": "a" * 16}) == "a" * 16
    for simple in ("", "short", "a" * 15, "with spaces in its middle", "semi;colon-0123456789"):
        with pytest.raises(UsageProblem, match="16 characters"):
            read_token({"MANIFEST_SYNC_TOKEN": simple})


@pytest.mark.parametrize(
    ("host", "is_public"), [("127.0.0.1", False), ("localhost", False), (EVERYWHERE, True)]
)
def test_only_another_host_is_public(host: str, *, is_public: bool) -> None:
    with listening(host, 0, TOKEN) as at:
        assert at.is_public is is_public
        bound = at.socket.getsockname()[0]
        assert bound.startswith("127.") is not is_public
        assert (at.door.any_address, str(at.door.port) in at.url) == (is_public, True)
        assert at.is_everywhere is is_public
        assert urlsplit(at.url).hostname in {"127.0.0.1", "localhost"}, "an address to go to"


@pytest.mark.slow
def test_a_public_server_warns(root: Path) -> None:
    with served(root, "--host", EVERYWHERE) as process:
        assert process.stderr is not None
        assert "other machines can reach this server" in process.stderr.readline()


def test_where_the_extra_is_missing_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("manifest_sync.web")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "manifest_sync.cli.serve", raising=False)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    uncached = getattr(load_command, "__wrapped__", load_command)
    with pytest.raises(ManifestSyncError, match=r"pip install 'manifest-sync\[web\]'"):
        uncached("serve")
