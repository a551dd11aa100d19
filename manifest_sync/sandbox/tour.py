"""The tour: the whole story of two workspaces and a bucket, told by real commands in a minute."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

from manifest_sync.sandbox.command_line import CommandFailed, CommandLine, Echo
from manifest_sync.sandbox.folder import TOUR_MARK, claim
from manifest_sync.sandbox.samples import (
    PIXEL_ART,
    STYLES,
    Sample,
    make_sample,
    make_samples,
)
from manifest_sync.sandbox.server import BUCKET, sealed, start_server

DEFAULT_FOLDER: Final = Path("manifest-sync-demo")

_WORKSTATION = "workstation"
_TRAINER = "trainer"
_NEW = Sample("10_subject/harbour.png", "a harbour town at night, 16-colour pixel art")
_EDITED = PIXEL_ART.samples[0]
_DELETED = PIXEL_ART.samples[3]
_LONGER_CAPTION = "a castle at night with lit windows and a yellow moon, 16-colour pixel art\n"
_GOOD_END = "The tour is over and everything was as it should be. Its folder can be deleted."
_BAD_END = "The tour is over, and the two workspaces differ: that is a bug, please report it."


def run_tour(folder: Path, echo: Echo) -> int:
    """Play the story in a folder of its own; 0 where it ended as it should, else 1.

    A folder that is neither empty nor an earlier tour's is refused (`core.errors.Refused`).
    """
    folder = folder.absolute()
    _prepare(folder)
    try:
        with start_server() as server:
            commands = CommandLine(sealed(os.environ, server), echo)
            return _Tour(folder, commands, echo).play(server.endpoint_url)
    except CommandFailed as failure:
        echo("")
        echo(f"The tour stopped: {failure}")
        return 1


def _prepare(folder: Path) -> None:
    """Make room for the two workspaces; of an earlier tour only they are deleted."""
    claim(folder, TOUR_MARK)
    for name in (_WORKSTATION, _TRAINER):
        if (folder / name).exists():
            shutil.rmtree(folder / name)
        (folder / name).mkdir()


class _Tour:
    """One telling of the story."""

    def __init__(self, folder: Path, commands: CommandLine, echo: Echo) -> None:
        self._workstation = folder / _WORKSTATION
        self._trainer = folder / _TRAINER
        self._commands = commands
        self._echo = echo
        self._steps = 0

    def play(self, endpoint_url: str) -> int:
        """Every step in order; the verdict."""
        self._begin(endpoint_url)
        self._first_push()
        self._change()
        self._second_push()
        self._other_workspace()
        same = self._compare()
        self._step("What was deleted or replaced is on record, and its bytes are kept")
        self._on_workstation("history", "--deletions")
        self._echo("")
        self._echo(_GOOD_END if same else _BAD_END)
        return 0 if same else 1

    def _begin(self, endpoint_url: str) -> None:
        self._step("An S3 server of our own, on this machine only")
        self._echo(f"It listens on {endpoint_url} and has one empty bucket, s3://{BUCKET}/.")
        self._step("A workspace with two styles: images with a caption beside each")
        make_samples(self._workstation)
        for style in STYLES:
            captions = sum(sample.caption is not None for sample in style.samples)
            self._echo(
                f"{_WORKSTATION}/{style.folder}: {len(style.samples)} images, {captions} captions"
            )

    def _first_push(self) -> None:
        self._step("Say where on S3 each style belongs")
        for style in STYLES:
            self._on_workstation("init", style.folder, "--remote", _remote(style.folder), "--yes")
        self._step("Record what the folders hold in their manifests")
        self._on_workstation("record")
        self._step("Sync to S3")
        self._on_workstation("push", "--yes")
        self._step("Again: nothing is left to do, and no file is read")
        self._on_workstation("push", "--yes")

    def _change(self) -> None:
        self._step("Work on style 16: edit a caption, add an image, delete an image")
        folder = self._workstation / PIXEL_ART.folder
        (folder / _EDITED.caption_path).write_text(_LONGER_CAPTION, encoding="utf-8")
        self._echo(f"edited   {_EDITED.caption_path}")
        make_sample(self._workstation, PIXEL_ART, _NEW)
        self._echo(f"added    {_NEW.image} and {_NEW.caption_path}")
        (folder / _DELETED.image).unlink()
        (folder / _DELETED.caption_path).unlink()
        self._echo(f"deleted  {_DELETED.image} and {_DELETED.caption_path}")

    def _second_push(self) -> None:
        self._step("Record the new state, and read the plan before anything happens")
        self._on_workstation("record")
        self._on_workstation("plan", PIXEL_ART.style, "--to", "s3", "--delete")
        self._step("Sync to S3, deletions included")
        self._on_workstation("push", PIXEL_ART.style, "--delete", "--yes")

    def _other_workspace(self) -> None:
        self._step("Another machine, an empty workspace: fetch both styles from S3")
        for style in STYLES:
            self._on_trainer("clone", _remote(style.folder), style.folder)
        self._step("Sync from S3 there: it is up to date already")
        self._on_trainer("pull", "--yes")

    def _compare(self) -> bool:
        """Whether both workspaces hold the same files, by digests made here and now."""
        self._step("Are both workspaces identical?")
        same = True
        for style in STYLES:
            here = _digests(self._workstation / style.folder)
            there = _digests(self._trainer / style.folder)
            unlike = sorted(
                path for path in here.keys() | there.keys() if here.get(path) != there.get(path)
            )
            if unlike or not here:
                self._echo(f"{style.folder}: NOT identical: {', '.join(unlike) or 'no files'}")
                same = False
            else:
                self._echo(f"{style.folder}: identical, {len(here)} files by SHA-256")
        return same

    def _step(self, heading: str) -> None:
        self._steps += 1
        self._echo("")
        self._echo(f"── {self._steps}. {heading} ──")

    def _on_workstation(self, *arguments: str) -> None:
        self._commands.run(self._workstation, *arguments)

    def _on_trainer(self, *arguments: str) -> None:
        self._commands.run(self._trainer, *arguments)


def _remote(folder: str) -> str:
    return f"s3://{BUCKET}/{folder}/"


def _digests(folder: Path) -> dict[str, str]:
    """Path → SHA-256 of every file of a style, its manifest included."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
