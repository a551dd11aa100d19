"""How works begin: what is prepared once for each, and what is put back before every run."""

import os
import shutil
from pathlib import Path

from bench.null_s3 import NullS3
from bench.scenes import Scene
from bench.stage import Stage, stage

_SMALL, _MIDDLE, _PHOTO, _LARGE = 4 << 10, 32 << 10, 300_000, 25_000_000
_TINY = 16
"""Bytes of a million images; an empty object could be the marker of a folder."""
_HALVES = ("go/", "keep/")


def settled(base: Path, s3: NullS3, name: str, files: int, *, size: int = _SMALL) -> Stage:
    """Folder and S3 hold the same, and our state knows it."""
    made = stage(base, s3, Scene(files // 2, size), name=name, on_s3=True, here=True)
    _settle(made)
    return made


def settled_tiny(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """The same, of files of next to no bytes."""
    return settled(base, s3, name, files, size=_TINY)


def settled_edits(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """The same, but for ten captions that were changed, and recorded."""
    made = settled(base, s3, name, files)
    ten_changed(made)
    made.ours("record")
    made.keep()
    return made


def without_go(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """A versioned bucket that holds twice so many files, and a folder that lost half of them."""
    made = _halves(base, s3, name, files)
    shutil.rmtree(made.style / "go")
    return made


def go_renamed(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """The same, and the half is in a folder of another name."""
    made = _halves(base, s3, name, files)
    (made.style / "go").rename(made.style / "gone")
    return made


def _halves(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    scene = Scene(files, _SMALL, parts=_HALVES)
    made = stage(base, s3, scene, name=name, on_s3=True, here=True, versioned=True)
    _settle(made)
    return made


def _settle(made: Stage) -> None:
    """Have all of it remembered, a manifest published, and known what the server enforces.

    What publishes it is a caption that is changed. It is removed then, and so out of scope: the
    server, which keeps nothing, may go on listing what the caption was before.
    """
    made.ours("push", "--yes")
    caption = max(made.style.rglob("*.txt"))
    caption.unlink()  # it is a link to the scene's own file
    caption.write_bytes(b"Another caption.")
    made.ours("push", "--yes")
    made.ours("remove", "style", str(caption.relative_to(made.style)), "--yes")
    made.ours("push", "--yes")
    made.keep()


def unsent(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """A folder that is nowhere else yet."""
    return _one_sided(base, s3, name, Scene(files // 2, _MIDDLE), here=True)


def unfetched(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """An empty folder, and all of it on S3."""
    return _one_sided(base, s3, name, Scene(files // 2, _MIDDLE), here=False)


def photos_unsent(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """The same as `unsent`, of images as people train with."""
    return _one_sided(base, s3, name, Scene(files // 2, _PHOTO), here=True)


def photos_unfetched(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """The same as `unfetched`, of images as people train with."""
    return _one_sided(base, s3, name, Scene(files // 2, _PHOTO), here=False)


def large_unsent(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """The same as `unsent`, of large images."""
    return _one_sided(base, s3, name, Scene(files, _LARGE, captions=False), here=True)


def large_unfetched(base: Path, s3: NullS3, name: str, files: int) -> Stage:
    """The same as `unfetched`, of large images."""
    return _one_sided(base, s3, name, Scene(files, _LARGE, captions=False), here=False)


def _one_sided(base: Path, s3: NullS3, name: str, scene: Scene, *, here: bool) -> Stage:
    made = stage(base, s3, scene, name=name, on_s3=not here, here=here)
    made.keep()
    return made


def restored(made: Stage) -> None:
    """Our state is as it was when the stage was made."""
    made.restore()


def emptied(made: Stage) -> None:
    """The folder holds no file, as at the beginning."""
    shutil.rmtree(made.style)
    made.style.mkdir()
    made.restore()


def ten_changed(made: Stage) -> None:
    """Ten captions are a byte longer than before."""
    made.restore()
    for file in sorted(made.style.rglob("*.txt"))[:10]:
        text = file.read_bytes()
        file.unlink()  # it is a link to the scene's own file
        file.write_bytes(text + b".")


def touched(made: Stage) -> None:
    """Every file has another time, and the bytes it had."""
    made.restore()
    for file in made.style.rglob("*.*"):
        if file.name != "manifest.json":
            os.utime(file)


def forgotten(made: Stage) -> None:
    """Our cache is lost, so that every file has to be read."""
    made.restore()
    for file in (made.workspace / ".manifest-sync").glob("cache.db*"):
        file.unlink()
