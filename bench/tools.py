"""The tools of each work, each with the flags that it is fastest with there."""

from bench.peers import aws, rclone, s5cmd
from bench.stage import OURS, Stage
from bench.work import Tools


def _there(stage: Stage, path: str = "style") -> str:
    """A place in the bucket, as rclone names it."""
    return f":s3:{stage.bucket}/{path}"


def ours_only(*arguments: str) -> Tools:
    """Our command alone."""
    return {"manifest-sync": lambda _: (OURS, *arguments)}


def push(*options: str) -> Tools:
    """Our push, that never asks."""
    return ours_only("push", "--yes", "--quiet", *options)


CHECKS: Tools = {
    **push(),
    "rclone --size-only": lambda at: rclone(
        at, "sync", "--size-only", "--fast-list", "--s3-no-head", "style", _there(at)
    ),
    "rclone --checksum": lambda at: rclone(
        at, "sync", "--checksum", "--fast-list", "--s3-no-head", "style", _there(at)
    ),
    "s5cmd sync": lambda at: s5cmd(at, "sync", "--size-only", "style/", at.remote),
    "aws s3 sync": lambda at: aws(at, "sync", "--only-show-errors", "style", at.remote),
}

SENDS: Tools = {
    **push(),
    "rclone copy": lambda at: rclone(
        at, "copy", "--s3-no-head", "--no-check-dest", "--no-traverse", "style", _there(at)
    ),
    "s5cmd cp": lambda at: s5cmd(at, "cp", "style/", at.remote),
}

FETCHES: Tools = {
    **ours_only("pull", "--yes", "--quiet"),
    "rclone copy": lambda at: rclone(
        at, "copy", "--no-check-dest", "--fast-list", _there(at), "style"
    ),
    "s5cmd cp": lambda at: s5cmd(at, "cp", f"{at.remote}*", "style/"),
}

DELETES: Tools = {
    **push("--delete", "--max-delete", "60%"),
    "rclone delete": lambda at: rclone(at, "delete", "--fast-list", _there(at, "style/go")),
    "s5cmd rm": lambda at: s5cmd(at, "rm", f"{at.remote}go/*"),
}

RENAMES: Tools = {
    **push("--delete"),
    "rclone moveto": lambda at: rclone(
        at, "moveto", "--fast-list", "--s3-no-head", "--no-check-dest",
        _there(at, "style/go"), _there(at, "style/gone"),
    ),
    "s5cmd mv": lambda at: s5cmd(at, "mv", f"{at.remote}go/*", f"{at.remote}gone/"),
}  # fmt: skip


def reading(reader: str) -> Tools:
    """Our record, and a program that does nothing but read the same files, two at a time."""
    every = f"find style -type f -print0 | xargs -0 -P2 -n500 {reader} >/dev/null"
    return {**ours_only("record", "--quiet"), f"xargs -P2 {reader}": lambda _: ("sh", "-c", every)}
