"""Running a command as a whole process, and what it took."""

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_WATCH = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
ran = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     stderr=subprocess.PIPE)
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([ran.returncode, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss,
                  ran.stderr.decode(errors="replace")[-2000:]]))
"""
"""A small process between this one and the command: a child counts as its own the memory that the
process had which started it."""


@dataclass(frozen=True)
class Run:
    """One run: wall-clock and CPU seconds, and the most memory it had, in MiB."""

    seconds: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Figures:
    """Several runs of one command. Times in seconds, memory in MiB."""

    median: float
    least: float
    most: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Row:
    """One tool at one work: its figures, or why there are none."""

    work: str
    files: int
    tool: str
    figures: Figures | None
    requests: dict[str, int]
    """Of its last run, by kind."""
    trouble: str = ""


class CommandFailed(Exception):
    """A command that is measured ended with another status than 0."""


def run_once(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Run:
    """Run it to its end. Raises CommandFailed, with the end of what it said."""
    watched = subprocess.run(
        [sys.executable, "-c", _WATCH, *command],
        cwd=folder,
        env=dict(environ),
        stdout=subprocess.PIPE,
        check=True,
    )
    status, seconds, cpu, kib, said = json.loads(watched.stdout)
    if status != 0:
        raise CommandFailed(f"{' '.join(command)} ended with {status}: {said.strip()}")
    return Run(seconds, cpu, kib / 1024)


def figures(runs: Sequence[Run]) -> Figures:
    """The medians of several runs, and how far their times are spread."""
    times = [run.seconds for run in runs]
    return Figures(
        median=statistics.median(times),
        least=min(times),
        most=max(times),
        cpu=statistics.median(run.cpu for run in runs),
        memory=statistics.median(run.memory for run in runs),
    )
