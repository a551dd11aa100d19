"""Refusals: what a plan may look like only where a flag says that it is meant (§5)."""

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from manifest_sync.core.content import Side
from manifest_sync.core.delete_limit import DEFAULT_LIMIT, parse_limit
from manifest_sync.core.plan import Refusal, StylePlan
from manifest_sync.core.survey import Survey

_ENOUGH = 3
"""Fewer files of unchanged sizes are no sign of a damaged disk: somebody corrected a caption."""
_ON = {Side.S3: "on S3", Side.LOCAL: "in the folder"}


def refusals(survey: Survey, plan: StylePlan) -> tuple[Refusal, ...]:
    """Why the plan is not to be applied as it stands; empty where it may be.

    What empties a side is judged as that alone: it is always more than a limit allows.
    """
    if _empties(survey, plan):
        return () if plan.basis.options.allow_empty else (_emptied(survey, plan),)
    return tuple(
        refusal
        for found in (_too_many(survey, plan), _unrelated(survey, plan), _rewritten(survey, plan))
        for refusal in found
    )


def still_refused(survey: Survey, plan: StylePlan) -> tuple[Refusal, ...]:
    """The refusals of a saved plan, and those that the facts of now add to them.

    A file can be edited: that it has no refusal is not believed.
    """
    saved = {refusal.code for refusal in plan.refusals}
    added = (refusal for refusal in refusals(survey, plan) if refusal.code not in saved)
    return (*plan.refusals, *added)


def refused_because(found: Sequence[Refusal]) -> str:
    """Why a plan is not applied, and what would allow it; one sentence for all its refusals."""
    whys = "; ".join(refusal.message for refusal in found)
    flags = " ".join(refusal.flag for refusal in found)
    return f"Refused, and nothing was done: {whys}. If that is meant, add: {flags}"


def _empties(survey: Survey, plan: StylePlan) -> bool:
    """Whether the side has files, and the plan leaves it none."""
    held = len(survey.side(plan.to).entries)
    return 0 < held == len(plan.deletes) == len(plan.changes)


def _emptied(survey: Survey, plan: StylePlan) -> Refusal:
    held = len(survey.side(plan.to).entries)
    what = "the only file" if held == 1 else f"every one of the {held:,} files"
    return Refusal(
        "side_emptied",
        f"{what} {_ON[plan.to]} would be deleted",
        f"--allow-empty {shlex.quote(plan.style)}",
    )


def _too_many(survey: Survey, plan: StylePlan) -> Iterator[Refusal]:
    """More deletions than the limit. A file that only moves within the side is not counted."""
    chosen = plan.basis.options.max_delete
    limit = DEFAULT_LIMIT if chosen is None else parse_limit(chosen)
    deleted = Counter(change.before for change in plan.deletes)
    created = Counter(change.after for change in plan.changes if change.before is None)
    lost, held = (deleted - created).total(), len(survey.side(plan.to).entries)
    if lost and limit.is_exceeded(lost, held):
        yield Refusal(
            "max_delete",
            f"{lost:,} of {held:,} files {_ON[plan.to]} would be deleted, more than {limit}",
            f"--max-delete {lost}",
        )


def _unrelated(survey: Survey, plan: StylePlan) -> Iterator[Refusal]:
    """Deletions between two sides that never had and do not have a file in common."""
    if not plan.deletes or plan.basis.options.allow_unrelated:
        return
    bases = (memory.base is not None for memory in survey.memory.values())
    in_step = bool(survey.resting) or any(bases)
    if not in_step and not _share_a_file(survey):
        yield Refusal(
            "unrelated_sides",
            "the folder and S3 have no file in common and were never in step, as with the wrong "
            f"folder or the wrong remote, and files {_ON[plan.to]} would be deleted",
            f"--allow-unrelated {shlex.quote(plan.style)}",
        )


def _rewritten(survey: Survey, plan: StylePlan) -> Iterator[Refusal]:
    """Every file that both sides have gets other bytes of the same number.

    Bytes that both sides had before are no sign of damage: such a change takes damage back.
    """
    rewritten = sum(
        change.before is not None
        and change.after is not None
        and change.before.size == change.after.size
        and change.after != change.base
        for change in plan.changes
    )
    if rewritten < _ENOUGH or plan.basis.options.allow_rewrite:
        return
    on_both = survey.folder.moving.keys() & survey.bucket.moving.keys()
    if rewritten == len(survey.resting) + len(on_both):
        yield Refusal(
            "all_rewritten",
            f"all {rewritten:,} files that the folder and S3 both have would be replaced by other "
            "bytes of the same size, as after damage to a disk",
            f"--allow-rewrite {shlex.quote(plan.style)}",
        )


def _share_a_file(survey: Survey) -> bool:
    """Whether both sides hold the same at any path."""
    return any(
        survey.bucket.content(path) == entry.content
        for path, entry in survey.folder.entries.items()
    )
