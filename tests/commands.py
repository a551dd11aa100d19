"""Running commands as a user does: in this process where that is enough, else in one of its own."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from manifest_sync.cli.app import run
from manifest_sync.formats.schemas import schema


@cache
def _validator(name: str) -> Draft202012Validator:
    """Made once: to check the schema itself is for other tests, and slow."""
    return Draft202012Validator(schema(name))


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    status: int
    out: str
    err: str

    def document(self) -> dict[str, Any]:
        """The one document on stdout, checked against its schema."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        name = found["format"].removeprefix("manifest-sync/")
        _validator(name).validate(found)
        return found


Command = Callable[..., Ran]
"""`command(folder, "push", "--yes")`."""


def here(folder: Path, *arguments: str) -> Ran:
    """Run a command in this process, with nobody at the terminal."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        status = run(arguments)
    texts = []
    for stream in (out, err):
        stream.flush()
        buffer = stream.detach()
        assert isinstance(buffer, io.BytesIO)
        texts.append(buffer.getvalue().decode())
    return Ran(status, *texts)


def program() -> str:
    """The installed command, beside this interpreter."""
    return str(Path(sys.executable).with_name("manifest-sync"))


def without_privileges() -> tuple[str, ...]:
    """What a command is run through so that it may do no more than its user: root may do all."""
    if os.geteuid() != 0:
        return ()
    return ("setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search")


def installed(
    folder: Path,
    *arguments: str,
    environ: Mapping[str, str] | None = None,
    timeout: float = 120,
    through: Sequence[str] = (),
) -> Ran:
    """Run the installed command in a process of its own, with nobody at the terminal.

    `through` is another command that runs it.
    """
    done = subprocess.run(
        [*through, program(), *arguments],
        cwd=folder,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
