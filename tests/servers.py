"""S3 servers on loopback, begun and ended by the tests: moto's simulation, and a real Ceph RGW.

Ceph's daemons detach themselves. They are stopped by the pid files they write in the cluster's
own directory, however the test run ends.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ACCESS_KEY = "AKIATESTSONLY"
SECRET_KEY = "not-a-secret-but-a-canary"  # noqa: S105  # tests look for it in messages
REGION = "us-east-1"


@dataclass(frozen=True)
class S3Server:
    """A running server. Its one account is ACCESS_KEY and SECRET_KEY."""

    endpoint: str

    def client(self) -> "S3Client":
        """A client of the tests' own, past everything that is tested."""
        return _client(self.endpoint)

    def new_bucket(self, *, versioned: bool = False) -> str:
        """An empty bucket that nobody else uses."""
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        client = self.client()
        client.create_bucket(Bucket=name)
        if versioned:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name


@cache
def _client(endpoint: str) -> "S3Client":
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            max_pool_connections=20,
        ),
    )


MOTO_PAGE = 100
"""Keys of one answer of moto's to a LIST, so that it takes few to fill a page."""


@contextmanager
def moto_server() -> Iterator[S3Server]:
    """The embedded S3 in a process of its own, which ends with its standard input."""
    with subprocess.Popen(
        [sys.executable, "-m", "manifest_sync.sandbox.s3_process", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": str(MOTO_PAGE)},
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield S3Server(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.stdin.close()
            process.kill()


CEPH_TOOLS = (
    "ceph",
    "ceph-authtool",
    "ceph-mon",
    "ceph-osd",
    "monmaptool",
    "radosgw",
    "radosgw-admin",
)


def missing_ceph_tools() -> list[str]:
    """The programs of Ceph that this machine does not have."""
    return [tool for tool in CEPH_TOOLS if shutil.which(tool) is None]


@contextmanager
def ceph_server() -> Iterator[S3Server]:
    """A Ceph cluster of one monitor and one OSD in memory, with one gateway; about 13 s to begin.

    Its directory's name is short, because admin sockets allow no more than 107 bytes.
    """
    home = Path(tempfile.mkdtemp(prefix="rgw-"))
    try:
        yield _Ceph(home).start()
    except BaseException:
        for log in sorted(home.glob("*.log")):
            tail = log.read_text(errors="replace").splitlines()[-5:]
            sys.stderr.write(f"{log.name}:\n" + "\n".join(tail) + "\n")
        raise
    finally:
        for pid_file in home.glob("*.pid"):
            _stop(int(pid_file.read_text()))
        shutil.rmtree(home, ignore_errors=True)


class _Ceph:
    """The steps that make a cluster, in their order."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._fsid = str(uuid.uuid4())
        self._ports = _free_ports(3)

    def start(self) -> S3Server:
        self._write_configuration()
        self._make_keys()
        self._start_monitor()
        self._start_osd()
        return self._start_gateway()

    def _write_configuration(self) -> None:
        v2, v1, gateway = self._ports
        home = self._home
        (home / "ceph.conf").write_text(
            f"""
[global]
fsid = {self._fsid}
mon host = [v2:127.0.0.1:{v2},v1:127.0.0.1:{v1}]
mon initial members = a
public addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = {home}/keyring
run dir = {home}
admin socket = {home}/$name.asok
pid file = {home}/$name.pid
log file = {home}/$name.log
crash dir = {home}/crash
mon data = {home}/mon
mon data avail crit = 1
mon data avail warn = 1
mon allow pool size one = true
mon allow pool delete = true
mon cluster log file = {home}/cluster.log
osd data = {home}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd crush chooseleaf type = 0
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw data = {home}/rgw
""",
            encoding="utf-8",
        )

    def _make_keys(self) -> None:
        keyring = f"{self._home}/keyring"
        self._run("ceph-authtool", keyring, "--create-keyring")
        for name, *caps in (
            ("mon.", "mon", "allow *"),
            ("client.admin", "mon", "allow *", "osd", "allow *", "mgr", "allow *"),
            ("osd.0", "mon", "allow profile osd", "osd", "allow *"),
            ("client.rgw", "mon", "allow rw", "osd", "allow rwx"),
        ):
            pairs = [caps[i : i + 2] for i in range(0, len(caps), 2)]
            flags = [flag for what, may in pairs for flag in ("--cap", what, may)]
            self._run("ceph-authtool", keyring, "--gen-key", "-n", name, *flags)

    def _start_monitor(self) -> None:
        v2, v1, _ = self._ports
        monmap = f"{self._home}/monmap"
        address = f"[v2:127.0.0.1:{v2},v1:127.0.0.1:{v1}]"
        self._run("monmaptool", "--create", "--fsid", self._fsid, "--addv", "a", address, monmap)
        (self._home / "mon").mkdir()
        self._ceph("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap)
        self._ceph("ceph-mon", "-i", "a")

    def _start_osd(self) -> None:
        osd = str(uuid.uuid4())
        (self._home / "osd").mkdir()
        self._ceph("ceph", "osd", "new", osd)
        self._ceph("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self._ceph("ceph-osd", "-i", "0")
        _wait_for(lambda: "1 up" in self._ceph("ceph", "osd", "stat"), "the OSD")

    def _start_gateway(self) -> S3Server:
        endpoint = f"http://127.0.0.1:{self._ports[2]}"
        self._ceph("radosgw", "-n", "client.rgw")
        _wait_for(lambda: _answers(endpoint), "the gateway")
        self._ceph(
            "radosgw-admin",
            *("user", "create", "--uid", "tests", "--display-name", "Tests"),
            *("--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY),
        )
        return S3Server(endpoint)

    def _ceph(self, program: str, *arguments: str) -> str:
        return self._run(program, "--conf", f"{self._home}/ceph.conf", *arguments)

    def _run(self, *command: str) -> str:
        """Run to its end; a daemon ends when it has detached itself."""
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
        return done.stdout


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on; all are held until the last is found, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _answers(endpoint: str) -> bool:
    try:
        urllib.request.urlopen(endpoint, timeout=2).close()  # noqa: S310  # http, ours
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        return False
    return True


def _wait_for(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come up within {seconds} s"
        time.sleep(0.2)


def _stop(pid: int) -> None:
    """End a daemon; killed outright, since nothing of the cluster is to be kept."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
