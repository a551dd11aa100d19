"""What was measured, as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.measure import Figures
from bench.works import WORKS, Aim


@dataclass(frozen=True)
class Row:
    """One tool at one work: its figures, or why there are none."""

    work: str
    files: int
    tool: str
    figures: Figures | None
    requests: dict[str, int]
    """Of its last run, by method."""
    trouble: str = ""


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Rows by work, with how many times as long each peer takes as we do, and the aims."""
    yield (
        f"{'work':12} {'files':>8} {'tool':22} "
        f"{'median':>8} {'spread':>15} {'cpu':>7} {'MiB':>6} {'ratio':>6}"
    )
    for work in WORKS:
        here = {row.tool: row for row in rows if row.work == work.name}
        base = here.get("manifest-sync")
        for row in here.values():
            yield line(row, base)
        yield from filter(None, (_reached(aim, here) for aim in work.aims))


def _reached(aim: Aim, here: Mapping[str, Row]) -> str | None:
    """Whether this run reached it; None where it lacks the figures to tell."""
    base = here.get("manifest-sync")
    others = [row.figures.median for tool in aim.beside if (row := here.get(tool)) and row.figures]
    if base is None or base.figures is None or not others:
        return None
    reached = min(others) / base.figures.median
    verdict = "met" if reached >= aim.ratio else "not met"
    beside = ", ".join(aim.beside)
    return f"  aim: {aim.ratio:.2f} × the speed of {beside}: {reached:.2f}, {verdict}"


def line(row: Row, base: Row | None = None) -> str:
    """One row; its ratio to ours where that is known."""
    head = f"{row.work:12} {row.files:>8,} {row.tool:22}"
    if row.figures is None:
        return f"{head} failed: {row.trouble}"
    found = row.figures
    ratio = f"{found.median / base.figures.median:6.2f}" if base and base.figures else " " * 6
    asked = ", ".join(f"{count:,} {method}" for method, count in sorted(row.requests.items()))
    return (
        f"{head} {found.median:7.2f}s {found.least:6.2f}–{found.most:6.2f}s "
        f"{found.cpu:6.2f}s {found.memory:6.0f} {ratio} {asked}"
    )
