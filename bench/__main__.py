"""`python -m bench`: every work with every tool, in turn, on the null S3; then a table."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.measure import CommandFailed, Run, figures, run_once
from bench.null_s3 import missing, null_s3
from bench.table import Row, line, table
from bench.works import WORKS, Work, is_here


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line names, and print it."""
    options = _options(arguments)
    if lacking := missing():
        print(lacking, file=sys.stderr)
        return 1
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as folder:
        for work in WORKS:
            if options.work and work.name not in options.work:
                continue
            files = work.quick_files if options.quick else work.files
            for row in measured(work, files, options.runs, Path(folder)):
                rows.append(row)
                print(line(row), file=sys.stderr)
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        print("\n".join(table(rows)))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("work", nargs="*", help="names of works; all where none is named")
    parser.add_argument("--quick", action="store_true", help="less data, in under 3 minutes")
    parser.add_argument("--runs", type=int, default=5, help="runs that are counted, after one")
    parser.add_argument("--json", action="store_true", help="print rows for a program")
    parser.add_argument("--folder", help="where its data goes meanwhile; /dev/shm is quick")
    return parser.parse_args(arguments)


def measured(work: Work, files: int, runs: int, folder: Path) -> Iterator[Row]:
    """A row for each installed tool. Tools take turns, so that a slow minute is everybody's."""
    root = folder / "s3"
    with null_s3(root, delay=work.delay) as server:
        made = work.prepare(folder, server, work.name, files)
        tools = {tool: command(made) for tool, command in work.tools.items() if is_here(tool)}
        taken: dict[str, list[Run]] = {tool: [] for tool in tools}
        asked: dict[str, dict[str, int]] = {}
        failed: dict[str, str] = {}
        for turn in range(runs + 1):
            for tool, command in tools.items():
                if tool in failed:
                    continue
                work.reset(made)
                server.requests()
                try:
                    run = run_once(command, made.workspace, made.environ)
                except CommandFailed as error:
                    failed[tool] = str(error)
                    continue
                asked[tool] = dict(server.requests())
                if turn:  # the first warms the file system's cache up
                    taken[tool].append(run)
        for tool in tools:
            found = None if tool in failed else figures(taken[tool])
            yield Row(work.name, files, tool, found, asked.get(tool, {}), failed.get(tool, ""))


if __name__ == "__main__":
    sys.exit(main())
