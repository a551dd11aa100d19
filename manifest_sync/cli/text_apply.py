"""What became of plans, as text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from manifest_sync.cli.output import Line, Styled
from manifest_sync.core.amounts import many, size
from manifest_sync.core.content import Action, Side
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Change
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.statistics import REQUEST_KINDS, Statistics
from manifest_sync.workspace.runs import Applied

IN_STEP = {
    Side.S3: "All files are already synced to S3!",
    Side.LOCAL: "All files are already synced from S3!",
}
_BY_NAME = 5
"""Changes that failed for the same reason and are told one by one."""
_REMOVED = "Removed from S3 (and ignored from now on): "
_DELETED = {
    Side.S3: "Deleted from S3 (not in local): ",
    Side.LOCAL: "Deleted local file (not in S3): ",
}


def deletion_lines(outcomes: Iterable[Outcome]) -> Iterator[Line]:
    """One line for each file that was deleted."""
    for outcome in outcomes:
        change = outcome.change
        if change.action is Action.DELETE and outcome.status is Status.DONE:
            removed = change.reason is Reason.REMOVED
            yield f"{_REMOVED if removed else _DELETED[change.side]}{shown(change.path)}"


def failure_lines(style: str, outcomes: Sequence[Outcome]) -> Iterator[Line]:
    """What was not done, and why: failures by name, what was not begun by the number.

    Where many fail for one reason, such as a server that is gone, they are told by the number.
    """
    skipped: Counter[str] = Counter()
    failed: dict[str, list[Change]] = {}
    for outcome in outcomes:
        if outcome.status is Status.SKIPPED:
            skipped[outcome.error or "not begun"] += 1
        elif not outcome.status.holds:
            failed.setdefault(outcome.error or "no reason was given", []).append(outcome.change)
    for reason, changes in failed.items():
        if len(changes) > _BY_NAME:
            what = f"Failed to make {many(len(changes), 'change')} of {shown(style)}"
            yield Styled(f"{what}: {shown(reason)}.", "red")
            continue
        for change in changes:
            what = f"Failed to {change.action} {shown(change.path)} ({shown(style)})"
            yield Styled(f"{what}: {shown(reason)}.", "red")
    for reason, count in skipped.items():
        yield Styled(f"{many(count, 'change')} of {shown(style)}: {shown(reason)}.", "yellow")


def statistics_lines(applied: Sequence[Applied]) -> Iterator[Line]:
    """A line for each style that something happened in, and the figures of all of them."""
    if len(applied) > 1:
        for each in applied:
            if each.outcomes:
                yield f"{shown(each.style.id)}: {_counts(each.statistics)}"
    figures = [each.statistics for each in applied]
    yield f"{_summed_counts(figures)} in {_seconds(figures)}"
    yield cost_line(figures)


def cost_line(figures: Sequence[Statistics]) -> Line:
    """`Hashed 0 files; requests: 1 list`."""
    hashed = sum(each.cost.hashed for each in figures)
    requests: Counter[str] = Counter()
    for each in figures:
        requests.update(each.cost.requests)
    made = ", ".join(f"{requests[kind]:,} {kind}" for kind in REQUEST_KINDS if requests[kind])
    retries = sum(each.cost.retries for each in figures)
    again = f"; {many(retries, 'retry', 'retries')}" if retries else ""
    return f"Hashed {many(hashed, 'file')}; requests: {made or 'none'}{again}"


def _counts(statistics: Statistics) -> str:
    return _summed_counts([statistics])


def _summed_counts(figures: Sequence[Statistics]) -> str:
    """`3 created, 1 updated, 0 deleted, 12 unchanged; 205.1 KB`."""
    parts = [
        f"{sum(each.created for each in figures):,} created",
        f"{sum(each.updated for each in figures):,} updated",
        f"{sum(each.deleted for each in figures):,} deleted",
        f"{sum(each.unchanged for each in figures):,} unchanged",
    ]
    failed, skipped = sum(each.failed for each in figures), sum(each.skipped for each in figures)
    parts += [f"{failed:,} failed"] * bool(failed) + [f"{skipped:,} skipped"] * bool(skipped)
    return f"{', '.join(parts)}; {size(sum(each.bytes for each in figures))}"


def _seconds(figures: Sequence[Statistics]) -> str:
    return f"{sum(each.cost.seconds for each in figures):.1f} s"
