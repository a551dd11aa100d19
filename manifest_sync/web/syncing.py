"""The runs that change something, as the API's answers tell them."""

from collections.abc import Sequence

from manifest_sync.core.content import Action, Side
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Options, StylePlan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.safety import refused_because
from manifest_sync.web.contract import DownloadAnswer, InConflict, RemoveAnswer, UploadAnswer
from manifest_sync.web.failures import Declined, Unresolved
from manifest_sync.web.opening import find_style
from manifest_sync.workspace.naming import PlannedNames, plan_push_of, plan_removal_of
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.turns import apply_in_turn
from manifest_sync.workspace.workspace import Workspace


def upload(
    workspace: Workspace, style_id: str, names: Sequence[str] | None, *, deletes: bool
) -> UploadAnswer:
    """Sync to S3: all of a style, or the named files and the deletions of the whole style."""
    with workspace.holding("push"):
        style, options = find_style(workspace, style_id), Options(delete=deletes)
        if names is None:
            named = PlannedNames(workspace.plan(style, Verb.PUSH, Side.S3, options), ())
        else:
            named = plan_push_of(workspace, style, names, options)
        outcomes, plan = _applied(workspace, named.planned, "push")
    uploaded = [outcome.change.path for outcome in outcomes if _has_brought(outcome)]
    return UploadAnswer(
        uploaded=len(uploaded),
        failed=_failed(outcomes) + len(named.unknown),
        deleted=_deleted(outcomes),
        uploaded_files=uploaded,
        conflicts=_conflicts(plan),
    )


def download(workspace: Workspace, style_id: str, *, deletes: bool) -> DownloadAnswer:
    """Sync from S3."""
    with workspace.holding("pull"):
        style, options = find_style(workspace, style_id), Options(delete=deletes)
        planned = workspace.plan(style, Verb.PULL, Side.LOCAL, options)
        outcomes, plan = _applied(workspace, planned, "pull")
    return DownloadAnswer(
        downloaded=sum(map(_has_brought, outcomes)),
        failed=_failed(outcomes),
        deleted=_deleted(outcomes),
        conflicts=_conflicts(plan),
    )


def remove(workspace: Workspace, style_id: str, names: Sequence[str]) -> RemoveAnswer:
    """Remove from S3, and keep the local files."""
    with workspace.holding("remove"):
        named = plan_removal_of(workspace, find_style(workspace, style_id), names)
        outcomes, _ = _applied(workspace, named.planned, "remove")
    return RemoveAnswer(removed=_deleted(outcomes), failed=_failed(outcomes) + len(named.unknown))


def _applied(
    workspace: Workspace, planned: Planned | None, command: str
) -> tuple[Sequence[Outcome], StylePlan | None]:
    """Apply a plan that nobody is asked about. Raises Declined where nothing of it is done."""
    if planned is None:
        return (), None
    plan = planned.plan
    if plan.refusals:
        raise Declined(refused_because(plan.refusals), plan.refusals, plan.conflicts)
    if plan.conflicts and not plan.changes:
        raise Unresolved(
            "Both sides changed every file that differs; nothing was done until you choose.",
            conflicts=plan.conflicts,
        )
    applied = apply_in_turn(workspace, planned, command, yes=True)
    return applied.outcomes, applied.plan


def _has_brought(outcome: Outcome) -> bool:
    return outcome.status is Status.DONE and outcome.change.action is not Action.DELETE


def _deleted(outcomes: Sequence[Outcome]) -> int:
    return sum(
        outcome.status is Status.DONE and outcome.change.action is Action.DELETE
        for outcome in outcomes
    )


def _failed(outcomes: Sequence[Outcome]) -> int:
    return sum(not outcome.status.holds for outcome in outcomes)


def _conflicts(plan: StylePlan | None) -> list[InConflict]:
    found = () if plan is None else plan.conflicts
    return [InConflict(filename=each.path, reason=each.reason) for each in found]
