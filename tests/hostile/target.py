"""What hostile input is aimed at: a workspace, and everything around it that must stay as it is."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import Ran, here

PREFIX = "styles/16/"
GOOD = {"good.png": b"image", "good.txt": b"caption", "sub/b.png": b"image b"}

BOTH_SERVERS = pytest.mark.parametrize(
    "server",
    [
        pytest.param("moto", marks=pytest.mark.slow),
        pytest.param("ceph", marks=pytest.mark.ceph),
    ],
    indirect=True,
)

UNSAFE = {
    "../up.png": "has a segment '..'",
    "../../../../evil.png": "has a segment '..'",
    "sub/../../../up.png": "has a segment '..'",
    "sub/../good.png": "has a segment '..'",
    "./here.png": "has a segment '.'",
    "sub/./b.png": "has a segment '.'",
    "/absolute.png": "is absolute",
    "//host/share.png": "is absolute",
    "double//slash.png": "has an empty segment",
    "C:/drive.png": "begins with a drive letter",
    "c:drive.png": "begins with a drive letter",
    "back\\slash.png": "holds a backslash",
    "..\\up.png": "holds a backslash",
    "new\nline.png": "holds a control character",
    "tab\there.png": "holds a control character",
    "esc\x1b[31m.png": "holds a control character",
    "delete\x7f.png": "holds a control character",
    "next\x85line.png": "holds a control character",
    "n" * 252 + ".png": "has a name longer than 255 bytes",
    "\N{SNOWMAN}" * 84 + ".png": "has a name longer than 255 bytes",
}
"""Paths that no folder is to hold, and why."""


@dataclass(frozen=True)
class Target:
    """Style 16 of a workspace, and what is around it."""

    place: Path
    bucket: Bucket

    @property
    def root(self) -> Path:
        """The workspace."""
        return self.place / "ws"

    @property
    def style(self) -> Path:
        """The style's folder."""
        return self.root / "styles" / "16"

    @property
    def outside(self) -> Path:
        """A folder beside the workspace."""
        return self.place / "outside"

    def run(self, *arguments: str, status: int = 0) -> Ran:
        """Run a command in the workspace, and hold it to its exit status and its manners."""
        ran = self.run_any(*arguments)
        assert ran.status == status, ran.out + ran.err
        return ran

    def run_any(self, *arguments: str) -> Ran:
        """Run a command whose exit status is not foretold, and hold it to its manners."""
        ran = here(self.root, *arguments)
        assert "Traceback" not in ran.err
        for text in (ran.out, ran.err):
            steering = [char for char in text if not char.isprintable() and char != "\n"]
            assert not steering, f"sent to the terminal: {steering!r}"
        return ran

    def write(self, files: dict[str, bytes]) -> None:
        """Write files of the style."""
        for path, data in files.items():
            (self.style / path).parent.mkdir(parents=True, exist_ok=True)
            (self.style / path).write_bytes(data)

    def tree(self) -> dict[str, bytes]:
        """Every file beside and in the workspace, but for what the tool keeps for itself."""
        return {
            str(path.relative_to(self.place)): path.read_bytes()
            for path in self.place.rglob("*")
            if path.is_file() and ".manifest-sync" not in path.parts
        }

    def files(self) -> dict[str, bytes]:
        """The style's files, without its manifest."""
        return {
            str(path.relative_to(self.style)): path.read_bytes()
            for path in self.style.rglob("*")
            if path.is_file() and path.name != "manifest.json"
        }

    def objects(self) -> dict[str, bytes]:
        """Every object of the bucket but the trash and the published manifest."""
        objects = self.bucket.objects()
        objects.pop(f"{PREFIX}manifest.json", None)
        return objects

    def sent(self) -> dict[str, bytes]:
        """The style's objects, by path."""
        found = self.objects()
        return {
            key.removeprefix(PREFIX): data for key, data in found.items() if key.startswith(PREFIX)
        }
