"""The null S3: nginx with Lua, faster than any client, so that a time is the client's own."""

import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

_HERE = Path(__file__).parent
_MODULE = Path("/usr/lib/nginx/modules/ngx_http_lua_module.so")


def missing() -> str | None:
    """What has to be installed for it, in one sentence; None where it is all there."""
    if shutil.which("nginx") and _MODULE.exists():
        return None
    return (
        "The null S3 needs nginx with Lua; on Debian: apt install nginx-light libnginx-mod-http-lua"
    )


@dataclass(frozen=True)
class NullS3:
    """A server that runs. A bucket is a folder of `root`; null_s3.lua says what is in it."""

    host: str
    """Where it listens: 127.0.0.1 and a port."""
    root: Path

    @property
    def endpoint(self) -> str:
        """Its URL."""
        return f"http://{self.host}"

    def requests(self) -> dict[str, int]:
        """How many requests of each kind there were since this was last asked."""
        connection = http.client.HTTPConnection(self.host)
        connection.request("GET", "/-requests")
        lines = connection.getresponse().read().decode().splitlines()
        connection.close()
        counted = (line.partition(" ") for line in lines)
        return {kind: int(count) for count, _, kind in sorted(counted, key=lambda row: row[2])}


@contextmanager
def null_s3(root: Path, *, delay: float = 0.0, distance: float = 0.0) -> Iterator[NullS3]:
    """A null S3 whose buckets are in `root`.

    Every listed page takes `delay` seconds, and every request about an object `distance`.
    """
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    (root / "tmp").mkdir(parents=True, exist_ok=True)
    config = root / "nginx.conf"
    text = Template((_HERE / "nginx.conf").read_text())
    waits = {"delay": delay, "distance": distance}
    config.write_text(text.substitute(root=root, here=_HERE, port=port, **waits))
    with subprocess.Popen(["nginx", "-p", root, "-c", config]) as process:
        try:
            _wait_for(port, process)
            yield NullS3(f"127.0.0.1:{port}", root)
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"nginx did not start: it ended with {process.poll()}")
