"""What is measured: each work with its data, its tools, and what it aims at."""

import os
import subprocess
from functools import cache

from bench import beginnings as at_first
from bench import tools
from bench.aims import Faster, NoLonger, Silent, Smaller, Within
from bench.stage import OURS
from bench.work import Work

_BY_STAMP = ("rclone --size-only", "s5cmd sync")
_BY_CONTENT = ("rclone --checksum", "aws s3 sync")
_COPIES = ("s5cmd cp", "rclone copy")


@cache
def _no_refresh() -> str | None:
    """Looked up in the help: a version without it is measured without it."""
    wide = {**os.environ, "COLUMNS": "200"}
    said = subprocess.run(
        [OURS, "plan", "--help"], env=wide, capture_output=True, text=True, check=True
    )
    return None if "--no-refresh" in said.stdout else "This version has no plan --no-refresh."


WORKS = (
    Work(
        "unchanged", 100_000, 2_000, at_first.settled, tools.CHECKS, at_first.restored,
        aims=(Faster(3, _BY_STAMP), Faster(10, _BY_CONTENT), Smaller(150)),
    ),
    Work(
        "million", 1_000_000, 20_000, at_first.settled_tiny, tools.push(), at_first.restored,
        aims=(NoLonger(1.2, "unchanged"), Smaller(1000)), is_huge=True,
    ),
    Work(
        "ten-changed", 100_000, 2_000, at_first.settled, tools.CHECKS, at_first.ten_changed,
        aims=(NoLonger(1.3, "unchanged"),),
    ),
    Work(
        "no-refresh", 100_000, 2_000, at_first.settled_edits,
        tools.ours_only("plan", "--to", "s3", "--no-refresh"), at_first.restored,
        aims=(Silent(), NoLonger(1, "unchanged")), needs=_no_refresh,
    ),
    Work(
        "slow-lists", 100_000, 10_000, at_first.settled, tools.CHECKS, at_first.restored,
        aims=(Faster(5, (*_BY_STAMP, *_BY_CONTENT)),), delay=0.06,
    ),
    Work(
        "first-push", 10_000, 500, at_first.unsent, tools.SENDS, at_first.restored,
        aims=(Faster(1.3, ("s5cmd cp",)),),
    ),
    Work(
        "first-pull", 10_000, 500, at_first.unfetched, tools.FETCHES, at_first.emptied,
        aims=(Faster(1.2, ("s5cmd cp",)),),
    ),
    Work(
        "far-push", 2_000, 500, at_first.photos_unsent, tools.SENDS, at_first.restored,
        aims=(Faster(1, _COPIES), Smaller(300)), delay=0.05, distance=0.05,
    ),
    Work(
        "far-pull", 2_000, 500, at_first.photos_unfetched, tools.FETCHES, at_first.emptied,
        aims=(Faster(1, _COPIES), Smaller(300)), delay=0.05, distance=0.05,
    ),
    Work(
        "large-push", 200, 8, at_first.large_unsent, tools.SENDS, at_first.restored,
        aims=(Faster(0.95, _COPIES), Smaller(300)),
    ),
    Work(
        "large-pull", 200, 8, at_first.large_unfetched, tools.FETCHES, at_first.emptied,
        aims=(Faster(0.95, _COPIES), Smaller(300)),
    ),
    Work(
        "delete", 10_000, 500, at_first.without_go, tools.DELETES, at_first.restored,
        aims=(Faster(1, ("s5cmd rm",)),),
    ),
    Work(
        "rename", 10_000, 500, at_first.go_renamed, tools.RENAMES, at_first.restored,
        aims=(Faster(1, ("s5cmd mv",)),),
    ),
    Work(
        "touched", 100_000, 2_000, at_first.settled, tools.reading("cat"), at_first.touched,
        aims=(Faster(1 / 1.5, ("xargs -P2 cat",)),),
    ),
    Work(
        "forgotten", 100_000, 2_000, at_first.settled, tools.reading("md5sum"), at_first.forgotten,
        aims=(Faster(1 / 1.2, ("xargs -P2 md5sum",)),),
    ),
    Work(
        "forgotten-large", 200, 8, at_first.large_unsent, tools.reading("md5sum"),
        at_first.forgotten, aims=(Faster(1 / 1.2, ("xargs -P2 md5sum",)),),
    ),
    Work(
        "version", 10, 10, at_first.settled, tools.ours_only("--version"), at_first.restored,
        aims=(Within(0.1),),
    ),
    Work(
        "help", 10, 10, at_first.settled, tools.ours_only("--help"), at_first.restored,
        aims=(Within(0.1),),
    ),
    Work(
        "plan-of-50", 50, 50, at_first.settled, tools.ours_only("plan", "--to", "s3"),
        at_first.restored, aims=(Within(0.35),),
    ),
)  # fmt: skip
