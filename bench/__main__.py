"""`python -m bench`: every work with every tool, in turn, on the null S3; then a table."""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.machine import circumstances
from bench.measure import CommandFailed, Row, Run, figures, run_once
from bench.null_s3 import missing, null_s3
from bench.peers import is_here
from bench.table import line, table, verdicts
from bench.work import Work
from bench.works import WORKS

_RUNS, _QUICK_RUNS = 5, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line names, and print it."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # else server and data are left behind
    if lacking := missing():
        print(lacking, file=sys.stderr)
        return 1
    runs = options.runs or (_QUICK_RUNS if options.quick else _RUNS)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as folder:
        for work in _chosen(options):
            if lacking := work.needs():
                print(f"{work.name}: {lacking}", file=sys.stderr)
                continue
            files = work.quick_files if options.quick else work.files
            if options.hold:
                hold(work, files, Path(folder))
                continue
            for row in measured(work, files, runs, Path(folder), options.without):
                rows.append(row)
                print(line(row), file=sys.stderr, flush=True)
    if options.hold:
        return 0
    here = circumstances(runs)
    if options.json:
        judged = [asdict(verdict) for verdict in verdicts(rows)]
        document = {"here": here, "rows": [asdict(row) for row in rows], "aims": judged}
        print(json.dumps(document, indent=1))
    else:
        print("\n".join((*(f"{name}: {value}" for name, value in here.items()), *table(rows))))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [work.name for work in WORKS]
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "work", nargs="*", help=f"names of works; all where none is named: {', '.join(names)}"
    )
    parser.add_argument("--quick", action="store_true", help="less data, in under 3 minutes")
    parser.add_argument("--huge", action="store_true", help="a million files, too")
    parser.add_argument(
        "--runs", type=int, help="runs that are counted, after one; 5, and 2 where it is quick"
    )
    parser.add_argument(
        "--without", action="append", default=[], metavar="TOOL", help="leave a peer out, as aws"
    )
    parser.add_argument(
        "--hold", action="store_true", help="measure nothing: prepare it for a profiler, and wait"
    )
    parser.add_argument("--json", action="store_true", help="print it for a program")
    parser.add_argument("--folder", help="where its data goes meanwhile; /dev/shm is quick")
    options = parser.parse_args(arguments)
    if unknown := set(options.work) - set(names):
        parser.error(f"there is no work {', '.join(sorted(unknown))}")
    return options


def _chosen(options: argparse.Namespace) -> list[Work]:
    if options.work:
        return [work for work in WORKS if work.name in options.work]
    return [work for work in WORKS if options.huge or not work.is_huge]


def hold(work: Work, files: int, folder: Path) -> None:
    """Begin a work, say how to get to it from another shell, and wait for a line."""
    with null_s3(folder / "s3", delay=work.delay, distance=work.distance) as server:
        made = work.prepare(folder, server, work.name, files)
        work.reset(made)
        names = sorted(name for name in made.environ if name.startswith("AWS_"))
        print(f"cd {made.workspace}")
        print("export " + " ".join(f"{name}={made.environ[name]}" for name in names), flush=True)
        sys.stdin.readline()
        made.remove()


def measured(
    work: Work, files: int, runs: int, folder: Path, without: Sequence[str] = ()
) -> Iterator[Row]:
    """A row for each installed tool. Tools take turns, so that a slow minute is everybody's."""
    with null_s3(folder / "s3", delay=work.delay, distance=work.distance) as server:
        made = work.prepare(folder, server, work.name, files)
        tools = {
            tool: command(made)
            for tool, command in work.tools.items()
            if is_here(tool) and tool.split()[0] not in without
        }
        taken: dict[str, list[Run]] = {tool: [] for tool in tools}
        asked: dict[str, dict[str, int]] = {}
        failed: dict[str, str] = {}
        for turn in range(runs + 1):
            for tool in [tool for tool in tools if tool not in failed]:
                work.reset(made)
                server.requests()
                try:
                    run = run_once(tools[tool], made.workspace, made.environ)
                except CommandFailed as error:
                    failed[tool] = str(error)
                    continue
                asked[tool] = server.requests()
                if turn:  # the first warms the file system's cache up
                    taken[tool].append(run)
        for tool in tools:
            found = None if tool in failed else figures(taken[tool])
            yield Row(work.name, files, tool, found, asked.get(tool, {}), failed.get(tool, ""))
        made.remove()


if __name__ == "__main__":
    sys.exit(main())
