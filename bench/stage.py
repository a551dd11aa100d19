"""A workspace of ours to be measured in: the same at the beginning of every run."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.null_s3 import NullS3
from bench.scenes import PREFIX, Scene, make_bucket, make_empty_bucket, make_folder

OURS = str(Path(sys.executable).with_name("manifest-sync"))

_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
    "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
}


@dataclass(frozen=True)
class Stage:
    """Where runs of one work take place."""

    base: Path
    s3: NullS3
    bucket: str

    @property
    def workspace(self) -> Path:
        """Our workspace; its one style is in `style`."""
        return self.base / "workspace"

    @property
    def style(self) -> Path:
        """The folder that all tools sync."""
        return self.workspace / "style"

    @property
    def remote(self) -> str:
        """Where it is synced to."""
        return f"s3://{self.bucket}/{PREFIX}"

    @property
    def environ(self) -> dict[str, str]:
        """The environment of every tool."""
        clean = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
        clean.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled once
        return clean | _CREDENTIALS | {"AWS_ENDPOINT_URL_S3": self.s3.endpoint}

    def ours(self, *arguments: str) -> None:
        """Run our command while preparing, not measured."""
        subprocess.run(
            [OURS, *arguments, "--quiet"],
            cwd=self.workspace,
            env=self.environ,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def keep(self) -> None:
        """Remember the workspace as it is now, but for the files of the style."""
        shutil.rmtree(self.base / "kept", ignore_errors=True)
        shutil.copytree(self.workspace, self.base / "kept", ignore=_files_of_the_style)
        kept = self.s3.root / self.bucket / "kept"
        shutil.rmtree(self.base / "published", ignore_errors=True)
        shutil.copytree(kept, self.base / "published")

    def restore(self) -> None:
        """Bring back what `keep` remembered."""
        shutil.rmtree(self.workspace / ".manifest-sync", ignore_errors=True)
        shutil.copytree(self.base / "kept", self.workspace, dirs_exist_ok=True)
        kept = self.s3.root / self.bucket / "kept"
        shutil.rmtree(kept)
        shutil.copytree(self.base / "published", kept)

    def remove(self) -> None:
        """Take all of it away but the scene's files."""
        shutil.rmtree(self.base)
        shutil.rmtree(self.s3.root / self.bucket)


def _files_of_the_style(folder: str, names: list[str]) -> list[str]:
    if Path(folder).name == "style":
        return [name for name in names if name != "manifest.json"]
    return []


def stage(
    base: Path,
    s3: NullS3,
    scene: Scene,
    *,
    name: str,
    on_s3: bool,
    here: bool,
    versioned: bool = False,
) -> Stage:
    """A new workspace whose style is bound to a bucket.

    `on_s3` says whether the bucket holds the scene, `here` whether the folder does, `versioned`
    whether the bucket keeps versions.
    """
    folder = base / "data" / scene.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    make_folder(scene, folder)
    made = Stage(base / name, s3, name)
    shutil.rmtree(made.base, ignore_errors=True)
    made.workspace.mkdir(parents=True)
    if on_s3:
        make_bucket(scene, folder, s3.root / name, versioned=versioned)
    else:
        make_empty_bucket(s3.root / name)
    if here:
        _link(folder, made.style)
    else:
        made.style.mkdir()
    (made.workspace / "manifest-sync.toml").touch()
    made.ours("init", "style", "--remote", made.remote, "--yes")
    return made


def _link(source: Path, target: Path) -> None:
    """The same files in another folder, without a second copy of their bytes."""
    for folder, _, names in os.walk(source):
        there = target / os.path.relpath(folder, source)
        there.mkdir(parents=True)
        for name in names:
            os.link(f"{folder}/{name}", f"{there}/{name}")  # a million of them: no Path for each
