"""Folders of files to measure with, and the buckets of the null S3 that hold the same."""

import hashlib
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

PAGE = 1000
"""Keys of a listed page, as on S3."""

PREFIX = "style/"

_MADE = 1_750_000_000
"""Seconds: when every file was last changed, and the time of its object, which is served from it.
Tools that compare times take them for the same."""

_UPLOADED = "2025-06-15T15:06:40.000Z"


@dataclass(frozen=True)
class Scene:
    """So many images of that size, half of the files, each with a caption beside it."""

    images: int
    size: int
    captions: bool = True
    parts: tuple[str, ...] = ("",)
    """Folders above those of the subjects, each with its share of the files."""

    @property
    def name(self) -> str:
        """Names its folder."""
        return f"{self.images}x{self.size}{'c' if self.captions else ''}{len(self.parts)}"

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every path with its bytes, the same each time."""
        chance = random.Random(self.images)  # noqa: S311  # data, not secrets
        block = chance.randbytes(self.size)
        for number in range(self.images):
            part = self.parts[number % len(self.parts)]
            stem = f"{part}{number // len(self.parts) % 100:02}_subject/{number:07}"
            yield f"{stem}.jpg", number.to_bytes(8, "big") + block[8:]
            if self.captions:
                yield f"{stem}.txt", f"a photo of subject {number}, studio light".encode()


def make_folder(scene: Scene, folder: Path) -> None:
    """Write the files, once; a folder that is there is whole."""
    if folder.exists():
        return
    making = folder.with_name(folder.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    for path, data in scene.files():
        file = making / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, (_MADE, _MADE))
    making.rename(folder)


def make_bucket(scene: Scene, folder: Path, bucket: Path, *, versioned: bool = False) -> None:
    """A bucket that holds what the folder holds, below PREFIX."""
    _empty(bucket)
    rows = sorted(
        (PREFIX + path, len(data), hashlib.md5(data, usedforsecurity=False).hexdigest())
        for path, data in scene.files()
    )
    (bucket / "etags").write_text("".join(f"{key}\t{md5}\t{size}\n" for key, size, md5 in rows))
    firsts = []
    for number, start in enumerate(range(0, len(rows), PAGE)):
        page = rows[start : start + PAGE]
        firsts.append(page[0][0])
        (bucket / f"listing.{number}").write_text("".join(map(_contents, page)))
    (bucket / "listing.firsts").write_text("".join(f"{first}\n" for first in firsts))
    (bucket / "data").mkdir()
    (bucket / "data" / PREFIX.rstrip("/")).symlink_to(folder)
    if versioned:
        (bucket / "versioned").touch()


def make_empty_bucket(bucket: Path) -> None:
    """A bucket with nothing in it."""
    _empty(bucket)
    (bucket / "listing.firsts").touch()


def _empty(bucket: Path) -> None:
    shutil.rmtree(bucket, ignore_errors=True)
    (bucket / "kept" / PREFIX).mkdir(parents=True)


def _contents(row: tuple[str, int, str]) -> str:
    key, size, md5 = row
    return (
        f"<Contents><Key>{escape(key)}</Key><LastModified>{_UPLOADED}</LastModified>"
        f"<ETag>&quot;{md5}&quot;</ETag><Size>{size}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )
