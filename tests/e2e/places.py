"""Workspaces and buckets that scenarios are played in, and the two servers they are played on.

Acts are commands of the installed program, in processes of their own; what only prepares them
runs in this process, which is quicker and the same code.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.buckets import Bucket
from tests.commands import Ran, here, installed
from tests.servers import SECRET_KEY

PREFIX = "styles/16/"

_CEPH = pytest.param("ceph", marks=pytest.mark.ceph)
BOTH_SERVERS_SLOWLY = pytest.mark.parametrize(
    "server", [pytest.param("moto", marks=pytest.mark.slow), _CEPH], indirect=True
)
"""Kept out of the fast suite, like Ceph's half of it."""

FILES = {
    "a.jpg": b"image a",
    "a.txt": b"caption a",
    "10_subject/b.png": b"image b!",
    "10_subject/b.txt": b"caption b",
}
"""What a style holds where a scenario does not say more."""

_OUTSIDE_HERE = {
    "notes.md": b"never mine to touch",
    "model.safetensors": b"weights",
    ".hidden/x.png": b"hidden",
    "10_subject/_latent_cache/b.png": b"derived",
}
_OUTSIDE_THERE = {
    PREFIX + "readme.md": b"of other people",
    PREFIX + ".thumbnails/a.jpg": b"hidden",
    PREFIX + "_latent_cache/a.png": b"derived",
    "styles/160/a.jpg": b"the neighbour's",
    "a.jpg": b"above the prefix",
}
"""Beside the style in every scenario, and the same at its end: they are out of its scope."""


@dataclass(frozen=True)
class Place:
    """A workspace with one style, 16, and the bucket that it is synced with."""

    root: Path
    bucket: Bucket

    @property
    def style(self) -> Path:
        """The folder of style 16."""
        return self.root / "styles" / "16"

    def url_path(self, path: str) -> str:
        """An object's path in the URL of a request."""
        return f"/{self.bucket.name}/{PREFIX}{path}"

    def run(self, *arguments: str, status: int = 0, **environ: str) -> Ran:
        """Run the installed command, and hold it to its exit status and to its manners."""
        return mannerly(installed(self.root, *arguments, environ=environ), status)

    def quickly(self, *arguments: str, status: int = 0) -> Ran:
        """Run a command in this process: for what is not what the scenario is about."""
        return mannerly(here(self.root, *arguments), status)

    def row(self, *arguments: str, status: int = 0, **environ: str) -> dict[str, Any]:
        """What a command does to the one style, from its document."""
        [row] = self.run(*arguments, "--json", status=status, **environ).document()["styles"]
        assert isinstance(row, dict)
        return row

    def quick_row(self, *arguments: str, status: int = 0) -> dict[str, Any]:
        """The same of a command in this process."""
        [row] = self.quickly(*arguments, "--json", status=status).document()["styles"]
        assert isinstance(row, dict)
        return row

    def write(self, files: dict[str, bytes]) -> None:
        """Write files of the style."""
        for path, data in files.items():
            (self.style / path).parent.mkdir(parents=True, exist_ok=True)
            (self.style / path).write_bytes(data)

    def begin(self, files: dict[str, bytes] | None = None) -> None:
        """Make the folder style 16."""
        self.write(FILES if files is None else files)
        self.quickly("init", "styles/16", "--remote", self.bucket.remote())

    def begin_pushed(self, files: dict[str, bytes] | None = None) -> None:
        """Make the folder style 16, all of it on S3."""
        self.begin(files)
        self.quickly("push", "--yes", "--quiet")

    def files(self) -> dict[str, bytes]:
        """The folder's files, but for what is out of scope, by path."""
        found = {
            str(path.relative_to(self.style)): path.read_bytes()
            for path in self.style.rglob("*")
            if path.is_file()
        }
        return {path: data for path, data in found.items() if path not in _NOT_COUNTED}

    def objects(self) -> dict[str, bytes]:
        """The style's objects, but for what is out of scope, by path."""
        found = self.bucket.objects(PREFIX)
        return {path: data for path, data in found.items() if path not in _NOT_COUNTED_THERE}

    def published(self) -> dict[str, Any]:
        """The manifest on S3."""
        found = json.loads(self.bucket.get(PREFIX + "manifest.json"))
        assert isinstance(found, dict)
        return found

    def stamps(self) -> dict[str, int]:
        """The mtime of every file, in nanoseconds, by path."""
        return {path: (self.style / path).stat().st_mtime_ns for path in self.files()}

    def manifest(self) -> bytes:
        """The manifest's bytes."""
        return (self.style / "manifest.json").read_bytes()

    def second(self) -> "Place":
        """Another workspace at the same bucket, with nothing in it yet."""
        root = self.root.with_name("second")
        root.mkdir()
        return Place(root, self.bucket)

    def kept(self) -> list[bytes]:
        """All that the trash of S3 holds, but for manifests that were published before."""
        keys = self.bucket.keys(".manifest-sync-trash/")
        return [self.bucket.get(key) for key in keys if not key.endswith("/manifest.json")]


_NOT_COUNTED = {*_OUTSIDE_HERE, "manifest.json"}
_NOT_COUNTED_THERE = {"manifest.json", *(key.removeprefix(PREFIX) for key in _OUTSIDE_THERE)} - {
    "a.jpg"
}


def mannerly(ran: Ran, status: int = 0) -> Ran:
    """What every command owes: its exit status, no traceback, no secret."""
    assert ran.status == status, ran.out + ran.err
    assert "Traceback" not in ran.out + ran.err, ran.err
    assert SECRET_KEY not in ran.out + ran.err, "a secret was shown"
    return ran


def plant_outsiders(place: Place) -> None:
    """Put files and objects beside the style that do not belong to it."""
    place.write(_OUTSIDE_HERE)
    for key, data in _OUTSIDE_THERE.items():
        place.bucket.put(key, data)


def check_outsiders(place: Place) -> None:
    """All of them are as they were, and nothing of ours holds the secret."""
    for path, data in _OUTSIDE_HERE.items():
        assert (place.style / path).read_bytes() == data, f"{path} was changed here"
    keys = place.bucket.keys()
    assert not [path for path in _OUTSIDE_HERE if PREFIX + path in keys], "sent to S3"
    for key, data in _OUTSIDE_THERE.items():
        assert place.bucket.get(key) == data, f"{key} was changed on S3"
        fetched = key.startswith(PREFIX) and (place.style / key.removeprefix(PREFIX)).exists()
        assert not fetched, f"{key} was fetched"
    for file in place.root.rglob("*"):
        if file.is_file() and not file.is_relative_to(place.style):
            assert SECRET_KEY.encode() not in file.read_bytes(), file
