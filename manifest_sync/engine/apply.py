"""Making a plan's changes: in order, journalled, stopping short of deletes after any failure."""

import time
from collections.abc import Callable, Iterable, Sequence

import msgspec

from manifest_sync.core.events import ApplyBegan, ApplyEnded, ChangeEnded
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change, StylePlan
from manifest_sync.engine.making import is_stopped, make
from manifest_sync.engine.transfer import Sides, Transferred
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest

_BATCH = 2000
_BATCH_SECONDS = 1.0
"""Outcomes are made durable and journalled in batches of so many, or after so long."""


class Notebook(msgspec.Struct, frozen=True):
    """Where an apply writes down what becomes of its changes, as it happens.

    Numbers are the journal's: the position of a change in the plan, from 1.
    """

    outcomes: Callable[[Sequence[tuple[int, Outcome]]], None]
    digests: Callable[[Sequence[tuple[str, Digest]]], None]


def apply_plan(
    plan: StylePlan,
    sides: Sides,
    notebook: Notebook,
    is_caption: Callable[[str], bool],
    watch: Watch,
) -> tuple[Outcome, ...]:
    """Make every change of a plan and return what became of each, in plan order.

    Captions come before images, so that nobody finds a new image with an old caption; deletes
    come last, and not at all after a failure or beside a problem that hides content.
    """
    numbered = list(enumerate(plan.changes, start=1))
    writes = [job for job in numbered if job[1].after is not None]
    deletes = [job for job in numbered if job[1].after is None]
    phases = (
        [job for job in writes if is_caption(job[1].path)],
        [job for job in writes if not is_caption(job[1].path)],
    )
    watch.tell(ApplyBegan(plan.style, plan.to, len(numbered), plan.summary.bytes))
    outcomes: dict[int, Outcome] = {}
    for phase in phases:
        _make_all(phase, sides, notebook, watch, outcomes)
    why_not = _why_no_deletes(plan, outcomes.values(), watch)
    if why_not is None:
        _make_all(deletes, sides, notebook, watch, outcomes)
    else:
        _skip_all(deletes, why_not, notebook, watch, outcomes)
    rest = [job for job in numbered if job[0] not in outcomes]
    _skip_all(rest, _why_stopped(watch), notebook, watch, outcomes)
    watch.tell(ApplyEnded(plan.style))
    return tuple(outcomes[number] for number, _ in numbered)


def _why_no_deletes(plan: StylePlan, outcomes: Iterable[Outcome], watch: Watch) -> str | None:
    """Absence needs positive evidence, and any failure before the deletes means no deletes."""
    if is_stopped(watch):
        return _why_stopped(watch)
    if not all(outcome.status.holds for outcome in outcomes):
        return "not deleted, because another change of this style failed"
    if plan.hides_content:
        return "not deleted, because a problem hides files of this style"
    return None


def _why_stopped(watch: Watch) -> str:
    if watch.stopped() or watch.pace.over is None:
        return "interrupted before it was begun"
    return f"not begun, because {watch.pace.over}"


def _make_all(
    jobs: Sequence[tuple[int, Change]],
    sides: Sides,
    notebook: Notebook,
    watch: Watch,
    outcomes: dict[int, Outcome],
) -> None:
    """Make changes at the same time, writing down their outcomes batch by batch."""
    target = sides.store(jobs[0][1].side) if jobs else None
    if target is None:
        return
    batch: list[tuple[int, Transferred]] = []
    last = time.monotonic()

    def write_down() -> None:
        # Durable first, recorded second: a row never speaks of bytes that a power cut takes back.
        target.flush()
        # What is not known stays open, and the next run finds it out.
        notebook.outcomes([(number, m.outcome) for number, m in batch if not m.outcome.unknown])
        notebook.digests(
            [(made.outcome.change.path, made.digest) for _, made in batch if made.digest]
        )
        batch.clear()

    try:
        for number, made in make(jobs, sides, watch):
            outcomes[number] = made.outcome
            batch.append((number, made))
            watch.tell(ChangeEnded(watch.style, made.outcome))
            if len(batch) >= _BATCH or time.monotonic() - last > _BATCH_SECONDS:
                write_down()
                last = time.monotonic()
    finally:
        if batch:
            write_down()


def _skip_all(
    jobs: Sequence[tuple[int, Change]],
    why: str,
    notebook: Notebook,
    watch: Watch,
    outcomes: dict[int, Outcome],
) -> None:
    """Write down changes that are not begun."""
    skipped = [(number, Outcome(change, Status.SKIPPED, why)) for number, change in jobs]
    if not skipped:
        return
    outcomes.update(skipped)
    notebook.outcomes(skipped)
    for _, outcome in skipped:
        watch.tell(ChangeEnded(watch.style, outcome))
