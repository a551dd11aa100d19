"""Planning for the files that a caller names, as front ends do, and for no others."""

from collections.abc import Sequence

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.listing import Shadow
from manifest_sync.core.naming import Meant, meant_files
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.selection import Selection
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.styles import Style
from manifest_sync.workspace.workspace import Workspace


class PlannedNames(msgspec.Struct, frozen=True):
    """A plan for named files; None where none of them is there."""

    planned: Planned | None
    unknown: tuple[str, ...]
    """The names that no file has, or about which nothing can be decided."""


def plan_push_of(
    workspace: Workspace, style: Style, names: Sequence[str], options: Options
) -> PlannedNames:
    """A push of the named files of the folder, with the captions of images.

    Deletions, where the options ask for them, are those of the whole style.
    """
    whole = workspace.plan(style, Verb.PUSH, Side.S3, options)
    survey = whole.observation.survey
    meant = _undoubted(
        meant_files(survey.scope, names, survey.folder.entries), Shadow(survey.problems)
    )
    gone = {change.path for change in whole.plan.deletes}
    gone |= {each.path for each in whole.plan.conflicts if each.desired is None}
    selection = Selection(paths=meant.paths | gone)
    return PlannedNames(
        workspace.plan(style, Verb.PUSH, Side.S3, options, selection), meant.unknown
    )


def plan_removal_of(workspace: Workspace, style: Style, names: Sequence[str]) -> PlannedNames:
    """The removal of the named files that are on S3, ignored ones too, with their captions."""
    bucket = workspace.compare(style).bucket
    held = {*bucket.entries, *bucket.ignored}
    shadow = Shadow(bucket.problems)
    named = dict.fromkeys(names)
    known = [name for name in named if name in held and not shadow.over(name)]
    unknown = tuple(sorted(named.keys() - set(known)))
    if not known:
        return PlannedNames(None, unknown)
    return PlannedNames(workspace.plan_removal(style, known, captions=True), unknown)


def _undoubted(meant: Meant, shadow: Shadow) -> Meant:
    """Without what is under a problem: nothing is done about it."""
    doubtful = {path for path in meant.paths if shadow.over(path)}
    return Meant(meant.paths - doubtful, tuple(sorted({*meant.unknown, *doubtful})))
