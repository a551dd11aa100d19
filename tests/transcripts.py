"""The sessions that documents show, run again: what a document says happens is what happens.

Every ```console block is run, command by command, in one continuing session. A line that is only
`…` stands for any lines. What differs from run to run (times, users, sizes of drawn images) is
taken as the document has it. `python -m tests.e2e.test_readme` writes what really happens.
"""

import io
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Self
from unittest.mock import patch

from manifest_sync.cli.app import run
from tests.commands import program

_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_PROMPT = "$ "
_ELISION = "…"
_SHELL = re.compile(r"[|<>;&*?#]|\$\(")
"""What only a shell understands; a command without it is run in this process."""
_ANSWER = re.compile(r"\[y/N\] (\w*)$", re.MULTILINE)
_ENDPOINT = re.compile(r"http://127\.0\.0\.1:\d+")
_DIFFERENT_EACH_TIME = (
    (re.compile(r"\b\d+\.\d s\b"), "N s"),
    (re.compile(r"\b[\d,]+\.\d [KM]B\b"), "N KB"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "DATE"),
    (re.compile(r"\([^()]+ on [^()]+\)$"), "(USER on HOST)"),
    (re.compile(r"(?<= by )\S+ on [^\s;]+"), "USER on HOST"),
    (re.compile(r"(?<=trash/)[0-9a-f]{8}-"), "WORKSPACE-"),
    (re.compile(r'"size": \d+, "md5": "[0-9a-f]{32}"'), "CONTENT"),
)


class Shown(NamedTuple):
    """A command, and the lines a document shows below it."""

    command: str
    output: tuple[str, ...]


class Session:
    """A person's shell: a folder, an environment and what they type; a context manager."""

    def __init__(self, home: Path, environ: Mapping[str, str] | None = None) -> None:
        """Begin in `home`, which documents call `/home/you`, with no settings but these."""
        ours = ("AWS_", "MANIFEST_SYNC_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self._environ = patch.dict(os.environ, {**kept, **(environ or {})}, clear=True)
        self._folder = home
        self.status = 0
        """The last command's exit status; a failure must be shown by `echo $?` below it."""
        self._background: list[subprocess.Popen[str]] = []
        self._real = {"/home/you": str(home)}
        """What a document calls a thing → what it is called in this run."""

    def __enter__(self) -> Self:
        self._environ.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._environ.stop()
        for process in self._background:
            process.send_signal(signal.SIGINT)
            rest, _none = process.communicate(timeout=30)
            assert kind or (process.returncode, rest) == (0, ""), "the server said more"

    def run(self, shown: Shown) -> str:
        """Run a command as it is shown, and return what it prints."""
        command = shown.command
        for name, real in self._real.items():
            command = command.replace(name, real)
        said = self._run(command, shown)
        for name, real in self._real.items():
            said = said.replace(real, name)
        return said

    def _run(self, command: str, shown: Shown) -> str:
        word, _, rest = command.partition(" ")
        if command == "echo $?":
            status, self.status = self.status, 0
            return f"{status}\n"
        assert self.status == 0, f"before “{command}”: status {self.status}, which is not shown"
        if word == "cd":
            self._folder = self._folder / Path(rest).expanduser()
        elif word == "export":
            os.environ.update(dict([rest.split("=", 1)]))
        elif word == "unset":
            for name in rest.split():
                os.environ.pop(name, None)
        elif command.startswith("manifest-sync sandbox"):
            return self._start(command, shown)
        elif word == "manifest-sync" and not _SHELL.search(command):
            answers = _ANSWER.findall("\n".join(shown.output))
            return self._ours(shlex.split(rest), answers)
        else:
            return self._others(command)
        return ""

    def _ours(self, arguments: list[str], answers: list[str]) -> str:
        """A command of ours, at a terminal where somebody answers its questions."""
        screen = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
        with (
            _Keys("".join(f"{answer}\n" for answer in answers)) as keys,
            chdir(self._folder),
            redirect_stdout(screen),
            redirect_stderr(screen),
            patch("sys.stdin", keys if answers else io.StringIO()),
        ):
            self.status = run(arguments).value
        screen.seek(0)
        return screen.read()

    def _others(self, command: str) -> str:
        """Anything else, in a shell of its own."""
        beside = Path(program()).parent
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self._folder,
            env={**os.environ, "PATH": f"{beside}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.status = done.returncode
        return done.stdout

    def _start(self, command: str, shown: Shown) -> str:
        """A server that goes on: read as much as is shown; more is noticed at the end."""
        process = subprocess.Popen(
            [program(), *shlex.split(command)[1:]],
            cwd=self._folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._background.append(process)
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in shown.output)
        [here, *_], [there, *_] = (_ENDPOINT.findall(t) for t in (said, "\n".join(shown.output)))
        self._real[there] = here
        return said


class _Keys(io.StringIO):
    """What a person types at a terminal, which echoes it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._ready = os.open(os.devnull, os.O_RDONLY)  # there is always something to read

    def close(self) -> None:
        if not self.closed:
            os.close(self._ready)
        super().close()

    def fileno(self) -> int:
        return self._ready

    def isatty(self) -> bool:
        return True

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # of typeshed's
        line = super().readline(size)
        sys.stderr.write(line)
        return line


def replayed(document: str, session: Session) -> str:
    """The document with what really happens now in its sessions; itself, where it is true."""
    real = _BLOCK.sub(lambda block: "".join(_replay(block[0], session)), document)
    assert session.status == 0, f"at the end: status {session.status}, which is not shown"
    return real


def _replay(block: str, session: Session) -> Iterator[str]:
    for shown in commands(block):
        said = tuple(session.run(shown).splitlines())
        yield f"{_PROMPT}{shown.command}\n"
        for line in shown.output if agree(shown.output, said) else said:
            yield f"{line}\n"


def commands(block: str) -> Iterator[Shown]:
    """The commands of a block, each with the lines below it."""
    lines = block.splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith(_PROMPT)]
    assert heads[:1] == [0], f"a session begins with a command, not with “{lines[0]}”"
    for head, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        yield Shown(lines[head].removeprefix(_PROMPT), tuple(lines[head + 1 : end]))


def agree(shown: tuple[str, ...], said: tuple[str, ...]) -> bool:
    """Whether the lines are those that are shown, but for what is different each time."""
    pieces = [
        ".*" if is_elision else re.escape("".join(f"{_normal(line)}\n" for line in lines))
        for is_elision, lines in groupby(shown, _ELISION.__eq__)
    ]
    text = "".join(f"{_normal(line)}\n" for line in said)
    return re.fullmatch("".join(pieces), text, re.DOTALL) is not None


def _normal(line: str) -> str:
    for pattern, name in _DIFFERENT_EACH_TIME:
        line = pattern.sub(name, line)
    return line.rstrip()
