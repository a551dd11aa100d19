"""The decision table: what becomes of one path, given what is desired, there, and remembered.

This is the table of docs/how-a-sync-is-decided.md, row by row, and nothing else.
"""

from enum import StrEnum

import msgspec

from manifest_sync.core.content import Content, Side


class Verb(StrEnum):
    """The command that decides; it says where "desired" comes from."""

    PUSH = "push"
    """Desired is the folder."""
    PULL = "pull"
    """Desired is S3."""
    APPLY = "apply"
    """Desired is the manifest."""


class Verdict(StrEnum):
    """What becomes of a path."""

    NOTHING = "nothing"
    CHANGE = "change"
    CONFLICT = "conflict"
    TAKEN_IN = "taken_in"
    """Others published it; this folder follows when it pulls."""
    WITHHELD = "withheld"
    """A deletion that was not asked for."""


class Reason(StrEnum):
    """Why a change or a conflict is there; stable names in JSON."""

    NEW = "new"
    MODIFIED = "modified"
    DELETED = "deleted"
    REVERTS_S3_CHANGE = "reverts_s3_change"
    DISCARDS_LOCAL_EDIT = "discards_local_edit"
    UNDOES_LOCAL_DELETE = "undoes_local_delete"
    CONTENT_BEATS_ABSENCE = "content_beats_absence"
    NO_BASE = "no_base"
    BOTH_CHANGED = "both_changed"
    DELETED_AND_CHANGED = "deleted_and_changed"
    PUBLISHED_BY_OTHERS = "published_by_others"
    OVERWRITE = "overwrite"
    TAKE = "take"
    REMOVED = "removed"
    """Not the table's: `remove` was told to."""
    RESTORED = "restored"
    """Not of the table: a person had kept bytes brought back."""


class Facts(msgspec.Struct, frozen=True, gc=False):
    """Everything the table asks about one path. None is absence."""

    path: str
    desired: Content | None
    target: Content | None
    """What the side that may change holds now."""
    base: Content | None
    """What folder and S3 last had in common."""
    unseen: bool = False
    """Whether another workspace published something here that this folder has not followed."""
    published: Content | None = None
    """The published line; only asked for where it is unseen."""


class Choices(msgspec.Struct, frozen=True):
    """What the person who runs the command has allowed or decided."""

    delete: bool = False
    overwrite: bool = False
    take: dict[str, Side] = {}
    """Path → the side whose content is to win, whatever the table says."""


class Ruling(msgspec.Struct, frozen=True, gc=False):
    """The table's answer: the row that fitted, the verdict, and why."""

    row: int
    verdict: Verdict
    reason: Reason | None = None


_EQUAL = Ruling(2, Verdict.NOTHING)
_PLAIN = {True: Reason.NEW, False: Reason.MODIFIED}


def rule(to: Side, verb: Verb, facts: Facts) -> Ruling:
    """Rows 2 to 10 of the table: the first that fits. Row 1, problems, never gets here."""
    desired, target, base = facts.desired, facts.target, facts.base
    if target == desired:
        return _EQUAL
    if to is Side.S3 and facts.unseen and desired == base:
        if verb is Verb.APPLY:
            return Ruling(3, Verdict.CONFLICT, Reason.PUBLISHED_BY_OTHERS)
        return Ruling(3, Verdict.TAKEN_IN, Reason.PUBLISHED_BY_OTHERS)
    if to is Side.S3 and facts.unseen and facts.published is not None:
        return Ruling(4, Verdict.CONFLICT, Reason.BOTH_CHANGED)
    if target == base:
        plain = Reason.DELETED if desired is None else _PLAIN[target is None]
        return Ruling(5, Verdict.CHANGE, plain)
    if desired == base:
        return Ruling(6, Verdict.CHANGE, _undoing(to, target))
    if target is None:
        return Ruling(7, Verdict.CHANGE, Reason.CONTENT_BEATS_ABSENCE)
    if desired is None:
        return Ruling(8, Verdict.CONFLICT, Reason.DELETED_AND_CHANGED)
    if base is None and not facts.unseen:
        return Ruling(9, Verdict.CHANGE, Reason.NO_BASE)
    return Ruling(10, Verdict.CONFLICT, Reason.BOTH_CHANGED)


def decide(to: Side, verb: Verb, facts: Facts, choices: Choices) -> Ruling:
    """The table's ruling, and what the person's choices make of it."""
    ruling = rule(to, verb, facts)
    if ruling.verdict is Verdict.NOTHING:
        return ruling
    if (winner := choices.take.get(facts.path)) is not None:
        verdict = Verdict.NOTHING if winner is to else Verdict.CHANGE
        return Ruling(ruling.row, verdict, Reason.TAKE)
    if ruling.verdict is Verdict.TAKEN_IN:
        return ruling
    if facts.desired is None and not choices.delete:
        return Ruling(ruling.row, Verdict.WITHHELD, ruling.reason)
    if ruling.verdict is Verdict.CONFLICT and choices.overwrite:
        return Ruling(ruling.row, Verdict.CHANGE, Reason.OVERWRITE)
    return ruling


def _undoing(to: Side, target: Content | None) -> Reason:
    """Row 6: only the target changed, and the direction takes that back."""
    if to is Side.S3:
        return Reason.REVERTS_S3_CHANGE
    return Reason.UNDOES_LOCAL_DELETE if target is None else Reason.DISCARDS_LOCAL_EDIT
