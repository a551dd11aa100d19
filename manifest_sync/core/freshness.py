"""Whether a saved plan still fits: every path of it is looked at again before any is touched."""

from collections.abc import Mapping

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Listing, Shadow
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change, Source, StylePlan
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.scope import Scope
from manifest_sync.core.sources import NONE_KEPT
from manifest_sync.core.stamps import ABSENT
from manifest_sync.core.survey import Survey


class Freshness(msgspec.Struct, frozen=True):
    """What a saved plan comes to, given the facts of now."""

    pending: tuple[Change, ...]
    """Still to be made; their stamps are those of now, their contents those of the plan."""
    already: tuple[Outcome, ...]
    """Their result holds already."""
    moved: tuple[str, ...]
    """Paths that are neither as the plan saw them nor as it leaves them: the plan is stale."""


def check(
    plan: StylePlan, survey: Survey, kept: Mapping[Content, KeptSource] = NONE_KEPT
) -> Freshness:
    """Compare a plan with the facts; content decides, so a touched file has not moved.

    `kept` is where contents are now that neither side holds.
    """
    target = survey.side(plan.to)
    shadow = Shadow(survey.problems)
    pending: list[Change] = []
    already: list[Outcome] = []
    moved: list[str] = []
    for change in plan.changes:
        now = target.content(change.path)
        entry = target.entries.get(change.path)
        stamp = entry.stamp if entry is not None else ABSENT
        gone = shadow.over(change.path) or not _in_scope(survey.scope, change)
        if gone or _spoken_of(change, survey):
            moved.append(change.path)
        elif now == change.after:
            already.append(Outcome(change, Status.ALREADY, stamp=stamp))
        elif now != change.before:
            moved.append(change.path)
        elif change.source is None:
            pending.append(msgspec.structs.replace(change, precondition=stamp))
        elif (source := _renewed(change, survey, kept)) is None:
            moved.append(change.source.path)
        else:
            pending.append(msgspec.structs.replace(change, precondition=stamp, source=source))
    return Freshness(tuple(pending), tuple(already), tuple(moved))


def moved_lines(plan: StylePlan, survey: Survey) -> tuple[str, ...]:
    """The plan's paths whose line is no longer what the plan makes of them."""
    return tuple(
        change.path for change in plan.changes if survey.lines.get(change.path) != change.after
    )


def _spoken_of(change: Change, survey: Survey) -> bool:
    """Whether somebody else has published something at the path since the plan was made."""
    if change.side is not Side.S3 or survey.published is None:
        return False
    return survey.published.lines.get(change.path) not in (change.published, change.after)


def to_search(plan: StylePlan, survey: Survey) -> dict[str, Content]:
    """What the plan takes from a trash and has not been done yet: content by path."""
    target = survey.side(plan.to)
    return {
        change.path: change.after
        for change in plan.changes
        if change.after is not None
        and isinstance(change.source, KeptSource)
        and target.content(change.path) != change.after
    }


def _in_scope(scope: Scope, change: Change) -> bool:
    source = change.source
    if source is None or isinstance(source, KeptSource):
        return scope.holds(change.path)
    return scope.holds(change.path) and scope.holds(source.path)


def _renewed(change: Change, survey: Survey, kept: Mapping[Content, KeptSource]) -> Source | None:
    """The source as it is now; None where it no longer holds the bytes."""
    source = change.source
    if source is None or change.after is None:
        return None
    if isinstance(source, KeptSource):
        return kept.get(change.after)
    listing: Listing = survey.side(source.side)
    entry = listing.entries.get(source.path)
    if entry is None or entry.content != change.after:
        return None
    return Source(source.side, source.path, entry.stamp)
