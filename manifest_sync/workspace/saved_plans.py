"""Saved plans: whether they are this workspace's, and what is left of them to do."""

from collections.abc import Sequence

import msgspec

from manifest_sync.core.errors import StalePlan
from manifest_sync.core.freshness import check
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Change, StylePlan, summarise
from manifest_sync.core.planning import Kept
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.safety import still_refused
from manifest_sync.core.survey import Survey
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Chosen, Style

_NAMED = 10
"""Paths that a sentence names before it counts the rest."""


def style_of_plan(resources: Resources, plan: StylePlan, known: Chosen) -> Style:
    """The style that a plan is for. Raises StalePlan where it is not here, or lives elsewhere.

    A plan from somebody else can neither change where bytes go nor leave the folder.
    """
    style = next((style for style in known.styles if style.id == plan.style), None)
    if style is None:
        for broken in known.broken:
            if broken.name == plan.folder:
                raise broken.error
        raise StalePlan(f"The plan is for style “{shown(plan.style)}”, which is not here.")
    there = (plan.folder, plan.basis.remote, plan.basis.endpoint)
    here = (style.name, style.manifest.remote, resources.endpoint(style))
    if there != here:
        raise StalePlan(
            f"The plan for style “{shown(plan.style)}” is for {_where(there)}, but the style "
            f"is {_where(here)}."
        )
    return style


def left_to_do(
    plan: StylePlan, style: Style, survey: Survey, kept: Kept, *, keeps: bool
) -> tuple[StylePlan, tuple[Outcome, ...]]:
    """What of a plan is still to be made, and what holds already. Raises StalePlan.

    `kept` is what a new search has found of the bytes that the plan takes from a trash.
    """
    freshness = check(plan, survey, kept.sources)
    if freshness.pending and plan.basis.keeps and not keeps:
        raise StalePlan(
            f"The plan for style “{shown(plan.style)}” keeps what it replaces or deletes, but the "
            "trash is off by now. Make the plan again."
        )
    moved = sorted({*freshness.moved, *_undesired(freshness.pending, plan, survey)})
    if moved:
        raise StalePlan(
            f"The plan for style “{shown(plan.style)}” is stale; since it was made these "
            f"moved: {_some(moved)}. Make the plan again."
        )
    if freshness.pending and plan.basis.manifest != style.manifest_md5:
        raise StalePlan(
            f"The plan for style “{shown(plan.style)}” is stale: its manifest "
            f"({style.name}/manifest.json) moved since it was made. Make the plan again."
        )
    pending, whole = freshness.pending, plan.summary
    left = msgspec.structs.replace(
        plan,
        changes=pending,
        # Of now too: no delete is made beside a problem that hides content.
        problems=tuple(sorted({*plan.problems, *survey.problems})),
        summary=summarise(pending, whole.unchanged, whole.withheld, whole.taken_in),
    )
    left = msgspec.structs.replace(left, refusals=still_refused(survey, left))
    return left, freshness.already


def _undesired(pending: Sequence[Change], plan: StylePlan, survey: Survey) -> tuple[str, ...]:
    """The paths where the side that a push or pull goes by no longer says what the plan says."""
    if plan.basis.verb is Verb.APPLY:
        return ()
    giver = survey.side(plan.to.other)
    return tuple(c.path for c in pending if giver.content(c.path) != c.after)


def _some(paths: Sequence[str]) -> str:
    names = ", ".join(shown(path) for path in paths[:_NAMED])
    return names if len(paths) <= _NAMED else f"{names} and {len(paths) - _NAMED} more"


def _where(place: tuple[str, str, str]) -> str:
    folder, remote, endpoint = place
    return f"folder {shown(folder)} and {shown(remote)} at {shown(endpoint)}"
