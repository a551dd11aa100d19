"""What the façade returns, as the documents that --json prints."""

from collections.abc import Iterable

from manifest_sync.cli.advice import advice
from manifest_sync.core.content import Side
from manifest_sync.core.history import Apply, Deletion, Prune
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.plan import StylePlan
from manifest_sync.core.sentences import sentence
from manifest_sync.core.statistics import REQUEST_KINDS, Statistics
from manifest_sync.formats.documents import (
    ApplyDocument,
    ApplyRow,
    DeletionRow,
    HistoryDocument,
    OutcomeRow,
    PruneRow,
    RecordDocument,
    StatusDocument,
    StatusNames,
    StyleApplied,
    StyleFailure,
    StyleRecorded,
    StyleStatus,
)
from manifest_sync.workspace.runs import Applied, Failed, Planned, Recorded, Stands


def apply_document(
    applied: Iterable[Applied], failed: Iterable[Failed], left: Iterable[Planned], to: Side
) -> ApplyDocument:
    """The document of push, pull, apply and clone; `left` are the plans that were not begun."""
    rows = [
        *map(_applied, applied),
        *(_failed(failure, to) for failure in failed),
        *map(_left, left),
    ]
    return ApplyDocument("manifest-sync/apply", 1, tuple(sorted(rows, key=lambda row: row.style)))


def record_document(
    recorded: Iterable[Recorded], failed: Iterable[Failed], *, written: bool
) -> RecordDocument:
    """The document of `record`."""
    rows = tuple(
        StyleRecorded(
            style=each.style.id,
            folder=each.style.name,
            added=each.added,
            changed=each.changed,
            removed=each.removed,
            unchanged=each.unchanged,
            hashed=each.hashed,
            problems=each.problems,
        )
        for each in recorded
    )
    return RecordDocument("manifest-sync/record", 1, written, rows, failures(failed))


def status_document(stands: Iterable[Stands], failed: Iterable[Failed]) -> StatusDocument:
    """The document of `status`."""
    return StatusDocument("manifest-sync/status", 1, tuple(map(_stands, stands)), failures(failed))


def history_document(
    applies: Iterable[Apply], deletions: Iterable[Deletion], prunes: Iterable[Prune]
) -> HistoryDocument:
    """The document of `history`."""
    return HistoryDocument(
        format="manifest-sync/history",
        version=1,
        applies=tuple(map(_apply, applies)),
        deletions=tuple(map(deletion_row, deletions)),
        prunes=tuple(
            PruneRow(
                when=each.when,
                user=each.who.user,
                host=each.who.host,
                before=each.before,
                files=each.files,
                bytes=each.size,
                complete=each.complete,
            )
            for each in prunes
        ),
    )


def failures(failed: Iterable[Failed]) -> tuple[StyleFailure, ...]:
    """The styles that could not be worked on."""
    return tuple(StyleFailure(each.style, each.error.code, sentence(each.error)) for each in failed)


def _applied(applied: Applied) -> StyleApplied:
    figures, plan = applied.statistics, applied.plan
    return StyleApplied(
        style=plan.style,
        to=plan.to,
        created=figures.created,
        updated=figures.updated,
        deleted=figures.deleted,
        unchanged=figures.unchanged,
        failed=figures.failed,
        skipped=figures.skipped,
        withheld=plan.summary.withheld,
        taken_in=plan.summary.taken_in,
        bytes=figures.bytes,
        hashed=figures.cost.hashed,
        requests=dict.fromkeys(REQUEST_KINDS, 0) | dict(figures.cost.requests),
        seconds=figures.cost.seconds,
        retries=figures.cost.retries,
        outcomes=tuple(map(_outcome, applied.outcomes)),
        conflicts=plan.conflicts,
        problems=plan.problems,
        refusals=plan.refusals,
        publication=plan.publication,
    )


def _failed(failed: Failed, to: Side) -> StyleApplied:
    return _undone(failed.style, to, sentence(failed.error), failed.plan)


def _left(planned: Planned) -> StyleApplied:
    return _undone(planned.plan.style, planned.plan.to, "Interrupted before it was begun.")


def _undone(style: str, to: Side, error: str, plan: StylePlan | None = None) -> StyleApplied:
    """A style in which nothing is known to have been done; its plan, where there was one."""
    return StyleApplied(
        style=style,
        to=to,
        created=0,
        updated=0,
        deleted=0,
        unchanged=0,
        failed=0,
        skipped=0,
        withheld=0,
        taken_in=0,
        bytes=0,
        hashed=0,
        requests=dict.fromkeys(REQUEST_KINDS, 0),
        seconds=0.0,
        retries=0,
        outcomes=(),
        conflicts=plan.conflicts if plan is not None else (),
        problems=plan.problems if plan is not None else (),
        refusals=plan.refusals if plan is not None else (),
        publication=plan.publication if plan is not None else None,
        error=error,
    )


def _outcome(outcome: Outcome) -> OutcomeRow:
    change = outcome.change
    return OutcomeRow(
        change.side, change.path, change.action, outcome.status, outcome.error, outcome.kept_at
    )


def _stands(stands: Stands) -> StyleStatus:
    style, standing = stands.style, stands.standing
    names = StatusNames(
        images=standing.images,
        captions=standing.captions,
        uncaptioned=standing.uncaptioned,
        orphan_captions=standing.orphan_captions,
        unrecorded=standing.unrecorded,
        ahead=standing.ahead,
        behind=standing.behind,
        different=standing.different,
        conflicts=standing.conflicts,
        not_downloaded=standing.not_downloaded,
        ignored=standing.ignored,
        twins=standing.twins,
    )
    return StyleStatus(
        style=style.id,
        folder=style.name,
        remote=style.manifest.remote,
        in_step=standing.in_step,
        images=len(names.images),
        captions=len(names.captions),
        uncaptioned=len(names.uncaptioned),
        orphan_captions=len(names.orphan_captions),
        unrecorded=len(names.unrecorded),
        ahead=len(names.ahead),
        behind=len(names.behind),
        different=len(names.different),
        conflicts=len(names.conflicts),
        not_downloaded=len(names.not_downloaded),
        ignored=len(names.ignored),
        problems=len(standing.problems),
        names=names,
        problem_list=standing.problems,
        notices=standing.notices,
        caption_troubles=standing.caption_troubles,
        next=advice(standing),
    )


def _apply(apply: Apply) -> ApplyRow:
    figures = apply.statistics or Statistics()
    return ApplyRow(
        id=apply.id,
        when=apply.when,
        command=apply.command,
        user=apply.user,
        host=apply.host,
        style=apply.style,
        to=apply.to,
        created=figures.created,
        updated=figures.updated,
        deleted=figures.deleted,
        unchanged=figures.unchanged,
        failed=figures.failed,
        skipped=figures.skipped,
        bytes=figures.bytes,
        seconds=figures.cost.seconds,
        complete=apply.statistics is not None,
    )


def deletion_row(deletion: Deletion) -> DeletionRow:
    """One line of the history."""
    return DeletionRow(
        id=deletion.id,
        when=deletion.when,
        user=deletion.who.user,
        host=deletion.who.host,
        style=deletion.style,
        side=deletion.side,
        path=deletion.path,
        size=deletion.content.size,
        md5=deletion.content.md5,
        replaced=deletion.replaced,
        reason=deletion.reason,
        apply=deletion.apply,
        plan=deletion.plan,
        kept_at=deletion.kept_at,
        restorable=deletion.is_kept,
        restored=deletion.restored,
        pruned=deletion.pruned,
    )
