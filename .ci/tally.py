"""Count what a verification run did, from pytest's JUnit files and the list of steps.

tally.py --ran FILE   fails unless the file reports tests that were really run
tally.py FOLDER       prints the steps and, last, `N passed, N failed`; fails where any did
"""

# ruff: noqa: INP001, T201 - a script that prints, and no part of the package

import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET


class Count(NamedTuple):
    """Tests of one or more suites."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, other: "Count") -> "Count":
        """Both together."""
        return Count(*(mine + its for mine, its in zip(self, other, strict=True)))


def read(report: Path) -> Count:
    """Count one JUnit file; expected failures stand in it as skipped."""
    total = Count()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own file
        tests, failures, errors, skipped = (
            int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
        )
        failed = failures + errors
        total = total.plus(Count(max(tests - failed - skipped, 0), failed, skipped))
    return total


def require_run(report: Path) -> int:
    """0 where at least one test was neither skipped nor deselected."""
    count = read(report)
    print(f"{report.stem}: {count.passed} passed, {count.failed} failed, {count.skipped} skipped")
    return 0 if count.passed + count.failed > 0 else 1


def summarize(folder: Path) -> int:
    """Print every step, then the totals: tests, and the steps that are no suites, one each."""
    total = Count()
    for line in (folder / "steps").read_text().splitlines():
        name, status, seconds = line.split("\t")
        report = folder / f"{name.removesuffix('_suite')}.xml"
        count = read(report) if report.exists() else Count()
        if status != "0" and not count.failed:
            count = count.plus(Count(failed=1))
        elif not report.exists():
            count = Count(passed=1)
        print(f"{name:14} {'passed' if status == '0' else 'FAILED':7} {seconds:>4} s")
        total = total.plus(count)
    if total.skipped:
        print(f"{total.skipped} skipped or expected to fail")
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    if sys.argv[1] == "--ran":
        sys.exit(require_run(Path(sys.argv[2])))
    sys.exit(summarize(Path(sys.argv[1])))
