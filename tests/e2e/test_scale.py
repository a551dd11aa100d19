"""Many files in one style, and many styles in one workspace: right, in few requests, in bounds.

Played on Ceph alone, because moto takes minutes for what is meant to take seconds.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands import program
from tests.e2e.places import Place

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("server", ["ceph"], indirect=True),
]

_MANY = 20_000
_STYLES = 100
_MOST_MEMORY = 300 << 10
"""KiB of resident memory; it is about 120 MiB."""

_WATCH = """
import resource, subprocess, sys
ran = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(ran.returncode)
"""
"""Started between this process and the command: a child counts as its own the memory that the
process had which started it, and this one's is that of all the tests before."""


def _measured(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """The rows of a command's document, once it has kept within its memory."""
    ran = subprocess.run(
        [sys.executable, "-c", _WATCH, program(), *arguments, "--json"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert int(ran.stderr) < _MOST_MEMORY
    rows = json.loads(ran.stdout)["styles"]
    assert isinstance(rows, list)
    return rows


def test_twenty_thousand_files_in_one_style(place: Place) -> None:
    images = {f"{n % 20}_x/{n:05}.jpg": n.to_bytes(4, "big") for n in range(_MANY // 2)}
    files = images | {path[:-4] + ".txt": b"caption " + data for path, data in images.items()}
    place.begin(files)
    [row] = _measured(place.root, "push", "--yes")
    assert (row["created"], row["failed"]) == (_MANY, 0)
    [again] = _measured(place.root, "push")
    assert (again["unchanged"], again["hashed"]) == (_MANY, 0)
    requests = again["requests"]
    assert _MANY // 1000 <= requests.pop("list") <= _MANY // 1000 + 2
    assert not any(requests.values())
    other = place.second()
    [fetched] = _measured(other.root, "clone", place.bucket.remote(), "styles/16")
    assert (fetched["created"], fetched["failed"]) == (_MANY, 0)
    assert other.files() == files
    assert other.manifest() == place.manifest()


def test_a_hundred_styles_in_one_workspace(place: Place) -> None:
    names = [f"{number:03}" for number in range(_STYLES)]
    place.begin()
    template = place.manifest().decode()
    for name in names:
        folder = place.root / "styles" / name
        folder.mkdir()
        for number in range(5):
            (folder / f"{number}.jpg").write_bytes(f"{name}/{number}".encode())
        text = template.replace("styles/16/", f"styles/{name}/").replace('"16"', f'"{name}"')
        (folder / "manifest.json").write_text(text)
    rows = _measured(place.root, "push", "--yes")
    assert [row["style"] for row in rows] == [*names, "16"]
    assert sum(row["created"] for row in rows) == 5 * _STYLES + 4
    again = _measured(place.root, "push")
    assert sum(row["unchanged"] for row in again) == 5 * _STYLES + 4
    assert sum(row["hashed"] for row in again) == 0
    for name in ("000", "042", "099"):
        stored = place.bucket.objects(f"styles/{name}/")
        assert stored["3.jpg"] == f"{name}/3".encode()
