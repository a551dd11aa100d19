"""The rows of what is shown to be agreed to: any number of them, sent a part at a time."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from manifest_sync.core.content import Action, Content
from manifest_sync.core.listing import Problem
from manifest_sync.core.plan import StylePlan
from manifest_sync.core.scope import Role, Scope
from manifest_sync.web.words import why

AT_A_TIME = 200
"""Rows of one kind that are sent at a time; the last one asks for more when it comes into sight."""


class Kind(StrEnum):
    """What the rows of one list have in common."""

    CONFLICTS = "conflicts"
    DELETED = "deleted"
    CREATED = "created"
    REPLACED = "replaced"
    RESTORED = "restored"
    WITHHELD = "withheld"
    TAKEN_IN = "taken_in"
    PROBLEMS = "problems"
    NOTICES = "notices"


class Row(msgspec.Struct, frozen=True, gc=False):
    """One file, with what is said of it."""

    path: str
    size: int | None = None
    """Bytes, where they are of interest."""
    said: str = ""
    md5: str = ""
    """Of the picture that is shown with it; empty for none."""


Rows = Mapping[Kind, Sequence[Row]]


class Part(msgspec.Struct, frozen=True):
    """Some of the rows of one kind."""

    kind: Kind
    rows: Sequence[Row]
    following: int | None
    """Where the next part begins; None for the last one."""


def part(rows: Rows, kind: Kind, begin: int = 0) -> Part:
    """The rows of that kind from a number on."""
    found = rows.get(kind, ())
    end = begin + AT_A_TIME
    return Part(kind, found[begin:end], end if end < len(found) else None)


def rows_of(plan: StylePlan, scope: Scope) -> Rows:
    """All rows of a plan, kind by kind, each sorted by path."""
    changes = {action: _changes(plan, action, scope) for action in Action}
    return {
        Kind.CONFLICTS: [Row(each.path) for each in plan.conflicts],
        Kind.DELETED: changes[Action.DELETE],
        Kind.CREATED: changes[Action.CREATE],
        Kind.REPLACED: changes[Action.UPDATE],
        Kind.WITHHELD: [Row(path) for path in plan.withheld],
        Kind.TAKEN_IN: [Row(path) for path in plan.taken_in],
        Kind.PROBLEMS: _told(plan.problems),
        Kind.NOTICES: _told(plan.notices),
    }


def row_of(path: str, content: Content | None, scope: Scope, said: str) -> Row:
    """A file's row, with its picture where it is an image."""
    if content is None:
        return Row(path, said=said)
    return Row(path, content.size, said, content.md5 if scope.role(path) is Role.IMAGE else "")


def _changes(plan: StylePlan, action: Action, scope: Scope) -> list[Row]:
    return [
        row_of(change.path, change.after or change.before, scope, why(change))
        for change in plan.changes
        if change.action is action
    ]


def _told(problems: Iterable[Problem]) -> list[Row]:
    return [Row(problem.path, said=problem.message) for problem in problems]
