"""What is measured: each work with its data, its tools, and what it aims at."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.null_s3 import NullS3
from bench.peers import aws, found, ours, rclone, s5cmd
from bench.scenes import Scene
from bench.stage import OURS, Stage, stage

Command = tuple[str, ...]
Prepare = Callable[[Path, NullS3, str, int], Stage]
"""From a folder, a server, the work's name and its number of files to a stage."""


@dataclass(frozen=True)
class Aim:
    """That ours is at least so many times as fast as these tools' fastest."""

    ratio: float
    beside: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """One row group of the table."""

    name: str
    files: int
    quick_files: int
    prepare: Prepare
    tools: Mapping[str, Callable[[Stage], Command]]
    reset: Callable[[Stage], None]
    aims: tuple[Aim, ...] = ()
    delay: float = 0.0
    """Seconds that each listed page takes."""


def _settled(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """Folder and S3 hold the same, and our state knows it."""
    made = stage(base, s3, Scene(files // 2, 4096), name=name, on_s3=True, here=True)
    made.ours("push", "--yes")
    made.keep()
    return made


def _unsent(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """A folder that is nowhere else yet."""
    made = stage(base, s3, Scene(files // 2, 32 << 10), name=name, on_s3=False, here=True)
    made.keep()
    return made


def _unfetched(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """An empty folder, and all of it on S3."""
    made = stage(base, s3, Scene(files // 2, 32 << 10), name=name, on_s3=True, here=False)
    made.keep()
    return made


def _large_unsent(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    scene = Scene(files, 25_000_000, captions=False)
    made = stage(base, s3, scene, name=name, on_s3=False, here=True)
    made.keep()
    return made


def _large_unfetched(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    scene = Scene(files, 25_000_000, captions=False)
    made = stage(base, s3, scene, name=name, on_s3=True, here=False)
    made.keep()
    return made


def _restored(made: Stage) -> None:
    made.restore()


def _emptied(made: Stage) -> None:
    shutil.rmtree(made.style)
    made.style.mkdir()
    made.restore()


def _ten_changed(made: Stage) -> None:
    made.restore()
    for file in sorted(made.style.rglob("*.txt"))[:10]:
        text = file.read_bytes()
        file.unlink()  # it is a link to the scene's own file
        file.write_bytes(text + b".")


def _touched(made: Stage) -> None:
    made.restore()
    for file in made.style.rglob("*.*"):
        if file.name != "manifest.json":
            os.utime(file)


def _forgotten(made: Stage) -> None:
    made.restore()
    for file in (made.workspace / ".manifest-sync").glob("cache.db*"):
        file.unlink()


_CHECKS: dict[str, Callable[[Stage], Command]] = {
    "manifest-sync": lambda at: ours(at, "push", "--yes"),
    "rclone --size-only": lambda at: rclone(
        at, "sync", "--size-only", "--fast-list", "--s3-no-head", "style", f":s3:{at.bucket}/style"
    ),
    "rclone --checksum": lambda at: rclone(
        at, "sync", "--checksum", "--fast-list", "--s3-no-head", "style", f":s3:{at.bucket}/style"
    ),
    "s5cmd sync": lambda at: s5cmd(at, "sync", "--size-only", "style/", at.remote),
    "aws s3 sync": lambda at: aws(at, "sync", "--only-show-errors", "style", at.remote),
}

_SENDS: dict[str, Callable[[Stage], Command]] = {
    "manifest-sync": lambda at: ours(at, "push", "--yes"),
    "rclone copy": lambda at: rclone(
        at, "copy", "--s3-no-head", "--no-check-dest", "--no-traverse", "style",
        f":s3:{at.bucket}/style",
    ),
    "s5cmd cp": lambda at: s5cmd(at, "cp", "style/", at.remote),
}  # fmt: skip

_FETCHES: dict[str, Callable[[Stage], Command]] = {
    "manifest-sync": lambda at: ours(at, "pull", "--yes"),
    "rclone copy": lambda at: rclone(
        at, "copy", "--no-check-dest", "--fast-list", f":s3:{at.bucket}/style", "style"
    ),
    "s5cmd cp": lambda at: s5cmd(at, "cp", f"{at.remote}*", "style/"),
}


_VERSION: dict[str, Callable[[Stage], Command]] = {"manifest-sync": lambda _at: (OURS, "--version")}


def _ours_only(*arguments: str) -> dict[str, Callable[[Stage], Command]]:
    return {"manifest-sync": lambda at: ours(at, *arguments)}


def _beside_reading(reader: str) -> dict[str, Callable[[Stage], Command]]:
    return {
        **_ours_only("record"),
        f"xargs -P2 {reader}": lambda _at: (
            "sh", "-c", f"find style -type f -print0 | xargs -0 -P2 -n500 {reader} >/dev/null",
        ),
    }  # fmt: skip


WORKS = (
    Work(
        "unchanged", 100_000, 5_000, _settled, _CHECKS, _restored,
        aims=(
            Aim(3.0, ("rclone --size-only", "s5cmd sync")),
            Aim(10.0, ("rclone --checksum", "aws s3 sync")),
        ),
    ),
    Work("ten-changed", 100_000, 5_000, _settled, _CHECKS, _ten_changed),
    Work(
        "slow-lists", 100_000, 5_000, _settled, _CHECKS, _restored, delay=0.06,
        aims=(Aim(5.0, ("rclone --size-only", "s5cmd sync", "aws s3 sync")),),
    ),
    Work(
        "first-push", 10_000, 1_000, _unsent, _SENDS, _restored, aims=(Aim(1.3, ("s5cmd cp",)),)
    ),
    Work(
        "first-pull", 10_000, 1_000, _unfetched, _FETCHES, _emptied, aims=(Aim(1.2, ("s5cmd cp",)),)
    ),
    Work(
        "large-push", 200, 8, _large_unsent, _SENDS, _restored,
        aims=(Aim(0.95, ("s5cmd cp", "rclone copy")),),
    ),
    Work(
        "large-pull", 200, 8, _large_unfetched, _FETCHES, _emptied,
        aims=(Aim(0.95, ("s5cmd cp", "rclone copy")),),
    ),
    Work(
        "touched", 100_000, 5_000, _settled, _beside_reading("cat"), _touched,
        aims=(Aim(1 / 1.5, ("xargs -P2 cat",)),),
    ),
    Work(
        "forgotten", 100_000, 5_000, _settled, _beside_reading("md5sum"), _forgotten,
        aims=(Aim(1 / 1.2, ("xargs -P2 md5sum",)),),
    ),
    Work("version", 10, 10, _settled, _VERSION, _restored),
    Work("plan-of-50", 50, 50, _settled, _ours_only("plan", "--to", "s3"), _restored),
)  # fmt: skip


def is_here(tool: str) -> bool:
    """Whether the program of this row of the table is installed."""
    return found(tool.split(maxsplit=1)[0]) is not None
