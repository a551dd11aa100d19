"""What was measured, as a table."""

from collections.abc import Iterator, Sequence

from bench.aims import OURS, Verdict
from bench.measure import Row
from bench.works import WORKS


def verdicts(rows: Sequence[Row]) -> list[Verdict]:
    """Which aims were reached; those left out that these rows cannot tell of."""
    measured = {(row.work, row.tool): row for row in rows}
    judged = (
        aim.judge(ours, measured)
        for work in WORKS
        if (ours := measured.get((work.name, OURS))) is not None
        for aim in work.aims
    )
    return [verdict for verdict in judged if verdict is not None]


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Rows by work, with how many times as long each peer takes as we do; then the aims."""
    yield ""
    yield (
        f"{'work':15} {'files':>9} {'tool':20} {'median':>8} {'spread':>15} {'cpu':>8} "
        f"{'MiB':>6} {'ratio':>6} requests"
    )
    bases = {row.work: row for row in rows if row.tool == OURS}
    for row in rows:
        yield line(row, bases.get(row.work))
    yield ""
    yield f"{'work':15} {'aim':62} {'reached':>12} met"
    for verdict in verdicts(rows):
        is_met = "yes" if verdict.is_met else "no"
        yield f"{verdict.work:15} {verdict.aim:62} {verdict.reached:>12} {is_met}"


def line(row: Row, base: Row | None = None) -> str:
    """One row; its ratio to ours where that is known."""
    head = f"{row.work:15} {row.files:>9,} {row.tool:20}"
    if row.figures is None:
        return f"{head} failed: {row.trouble}"
    found = row.figures
    ratio = f"{found.median / base.figures.median:6.2f}" if base and base.figures else " " * 6
    asked = ", ".join(f"{count:,} {kind}" for kind, count in row.requests.items())
    return (
        f"{head} {found.median:7.2f}s {found.least:6.2f}–{found.most:6.2f}s "
        f"{found.cpu:7.2f}s {found.memory:6.0f} {ratio} {asked}"
    )
