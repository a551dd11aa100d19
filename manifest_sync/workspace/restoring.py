"""Undoing deletions: kept bytes come back to their side and path, by runs of their own."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from manifest_sync import __version__
from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Overtaken
from manifest_sync.core.history import Deletion
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Basis, Options, StylePlan, summarise
from manifest_sync.core.readmission import Readmission
from manifest_sync.core.recall import RESTORE
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.restore import Fate, settle_restored
from manifest_sync.core.settle import Settlement
from manifest_sync.core.survey import Survey
from manifest_sync.engine.readmitting import readmit
from manifest_sync.engine.restore import Undoer, Undoing
from manifest_sync.engine.site import Observation, Site
from manifest_sync.engine.watch import Watch
from manifest_sync.workspace.applying import Settle, apply_planned
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.runs import Applied, Planned
from manifest_sync.workspace.styles import Style

_VERBS = {Side.S3: Verb.PUSH, Side.LOCAL: Verb.PULL}
"""Restoring writes lines as these do, and says to the team what a push would say."""

_TURNS = 10
"""How often others may publish first before a run gives up."""


class Looked(msgspec.Struct, frozen=True):
    """A style as it was just found."""

    style: Style
    site: Site
    watch: Watch
    observation: Observation
    again: Callable[[], "PlannedRestore"]
    """Looks and plans anew, for the same deletions."""


class PlannedRestore(msgspec.Struct, frozen=True):
    """What restoring would do in one style."""

    style: Style
    undoings: tuple[Undoing, ...]
    planned: tuple[Planned, ...]
    """One for each side that something comes back to, or has come back to before."""
    readmission: Readmission
    """What `remove` had put out of scope, and comes into it again."""

    def having(self, fate: Fate) -> list[Undoing]:
        """The deletions with that fate."""
        return [undoing for undoing in self.undoings if undoing.fate is fate]


def plan_restore(
    resources: Resources, looked: Looked, deletions: Sequence[Deletion], *, overwrite: bool
) -> PlannedRestore:
    """Find out what can come back, given both sides as they are now. Changes nothing."""
    survey, style = looked.observation.survey, looked.style
    undoer = Undoer(looked.site, survey, resources.endpoint(style), overwrite)
    undoings = undoer.look_at(deletions, looked.watch)
    survey, readmission = readmit(survey, looked.site.folder, undoings)
    observation = msgspec.structs.replace(looked.observation, survey=survey)
    looked = msgspec.structs.replace(looked, observation=observation)
    sides = [
        (side, [each for each in undoings if each.change and each.deletion.side is side])
        for side in Side
    ]
    planned = tuple(_planned(resources, looked, side, mine) for side, mine in sides if mine)
    return PlannedRestore(style, undoings, planned, readmission)


def restore_planned(resources: Resources, restore: PlannedRestore) -> list[Applied]:
    """Bring back what the plan says, one side after the other.

    Raises Overtaken where others publish at the same time what makes it another plan.
    """
    back: list[Outcome] = []

    def settled(
        survey: Survey, _: Verb, outcomes: Iterable[Outcome], published: Manifest | None
    ) -> Settlement:
        # Both sides': what came back to one is not in the survey that the other goes by.
        back.extend(outcomes)
        return settle_restored(survey, back, published)

    return [_in_turn(resources, planned, settled) for planned in restore.planned]


def _in_turn(resources: Resources, planned: Planned, settled: Settle) -> Applied:
    """Apply; where others have published first, plan again, and go on if it is the same to do."""
    for _ in range(_TURNS):
        try:
            return apply_planned(resources, planned, RESTORE, settled=settled)
        except Overtaken:
            again = planned.again()
            if _what(again) != _what(planned):
                raise
            planned = again
    raise Overtaken("Others published first, again and again. Nothing was done; run it again.")


def _what(planned: Planned) -> list[tuple[str, Content | None, Content | None]]:
    """What a person has agreed to."""
    return [(change.path, change.before, change.after) for change in planned.plan.changes]


def _planned(
    resources: Resources, looked: Looked, side: Side, undoings: Iterable[Undoing]
) -> Planned:
    style, observation = looked.style, looked.observation
    made = [(each, each.change) for each in undoings if each.change is not None]
    changes = sorted(
        (change for each, change in made if each.fate is Fate.RESTORE),
        key=lambda change: change.path,
    )
    already = tuple(
        Outcome(change, Status.ALREADY, stamp=each.stamp)
        for each, change in made
        if each.fate is Fate.ALREADY
    )
    plan = StylePlan(
        style=style.id,
        folder=style.name,
        to=side,
        basis=Basis(
            verb=_VERBS[side],
            manifest=style.manifest_md5,
            serial=looked.site.serial,
            remote=style.manifest.remote,
            endpoint=resources.endpoint(style),
            options=Options(),
            tool=__version__,
            made_at=resources.when(),
            keeps=resources.keeps,
        ),
        changes=tuple(changes),
        summary=summarise(tuple(changes), 0, 0, 0),
    )
    # Only what has a line or is somewhere is announced to the team.
    announced = {change.path: change.after for _, change in made if change.after is not None}
    survey = observation.survey
    survey = msgspec.structs.replace(survey, lines={**announced, **survey.lines})
    observation = msgspec.structs.replace(observation, survey=survey)

    def again() -> Planned:
        for each in looked.again().planned:
            if each.plan.to is side:
                return each
        raise Overtaken("What was to come back cannot come back any more. Nothing was done.")

    return Planned(style, plan, observation, looked.site, looked.watch, again, already)
