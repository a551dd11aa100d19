"""What a table is worth only together with: the day, the machine and the versions."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bench.peers import found

_VERSIONS = {
    "manifest-sync": ("--version",),
    "rclone": ("version",),
    "s5cmd": ("version",),
    "aws": ("--version",),
    "nginx": ("-v",),
}
"""How each program is asked for its version."""


def circumstances(runs: int) -> dict[str, str]:
    """By name, for the head of the table; programs that are not installed are left out."""
    versions = {tool: _first_line(tool, *asked) for tool, asked in _VERSIONS.items()}
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{len(os.sched_getaffinity(0))} cores, {_processor()}, {platform.system()}",
        "python": platform.python_version(),
        **{tool: version for tool, version in versions.items() if version},
        "counted runs": str(runs),
    }


def _processor() -> str:
    """The processor's name, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _first_line(tool: str, *asked: str) -> str:
    """What a program says of itself, on whichever stream; "" where it is not installed."""
    program = found(tool)
    if program is None:
        return ""
    said = subprocess.run([program, *asked], capture_output=True, text=True, check=False)
    return (said.stdout or said.stderr).strip().partition("\n")[0]
