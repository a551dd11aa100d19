"""A plan: what apply is to do to one side of one style, as plain data that can be saved.

What is read back from a saved plan refuses unknown fields: a field that only a newer version
knows may change what the others mean.
"""

import msgspec

from manifest_sync.core.abilities import LARGEST_SINGLE, Unguarded
from manifest_sync.core.content import Action, Content, Side, action_between
from manifest_sync.core.delete_limit import MaxDelete
from manifest_sync.core.listing import Problem
from manifest_sync.core.publication import Publication
from manifest_sync.core.reconcile import Reason, Verb
from manifest_sync.core.scope import Role
from manifest_sync.core.stamps import Present, Stamp


class Source(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Where a change takes its bytes from: a file of the folder, or an object of the prefix."""

    side: Side
    path: str
    stamp: Present
    """The state of it that holds the bytes; any other state is not used."""


class Change(msgspec.Struct, frozen=True):
    """One path of one side is to go from one content to another. The action is derived."""

    side: Side
    path: str
    before: Content | None
    after: Content | None
    reason: Reason
    precondition: Stamp
    """What must still be at the path when the change is made; else it is not made."""
    source: Source | None = None
    """None exactly where nothing is to be there afterwards."""
    base: Content | None = None
    """What folder and S3 last had in common here, for the reader."""
    published: Content | None = None
    """The published line that the plan saw here."""

    def __post_init__(self) -> None:
        """Refuse what would contradict itself."""
        action_between(self.before, self.after)
        if (self.source is None) != (self.after is None):
            raise ValueError(f"{self.path}: a change needs a source exactly where it leaves bytes")

    @property
    def action(self) -> Action:
        """Create, update or delete."""
        return action_between(self.before, self.after)

    @property
    def kind(self) -> Unguarded:
        """Which condition would guard it on S3."""
        if self.source is None or self.after is None:
            return Unguarded.DELETE
        if self.source.side is self.side:
            return Unguarded.COPY
        if self.after.size > LARGEST_SINGLE:
            return Unguarded.PARTS
        return Unguarded.CREATE if self.before is None else Unguarded.UPDATE


class Conflict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both sides have their say about a path; nothing is done until a person chooses."""

    path: str
    reason: Reason
    desired: Content | None
    target: Content | None
    base: Content | None
    published: Content | None = None


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The flags a plan was made with."""

    delete: bool = False
    overwrite: bool = False
    only: Role | None = None
    take: dict[str, Side] = {}
    max_delete: MaxDelete | None = None
    """None means the default; see `core/delete_limit.py`."""
    allow_empty: bool = False
    """To delete every file of a side."""
    allow_unrelated: bool = False
    """To delete where the sides have no file in common and were never in step."""
    allow_rewrite: bool = False
    """To replace every file by another of the same size."""
    refresh: bool = True
    """Whether S3 was listed; else the plan goes by what this workspace remembers of it."""


class Basis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan was made from; where it no longer fits, the plan is stale."""

    verb: Verb
    manifest: str
    """MD5 of the canonical manifest the plan saw on disk."""
    serial: int
    """How often this workspace's memory of the style had been folded."""
    remote: str
    endpoint: str
    """Scheme, host and port, never credentials."""
    options: Options
    tool: str
    made_at: str
    """RFC 3339, UTC."""
    keeps: bool = True
    """Whether what it replaces or deletes is kept; where the trash is off only by a bucket's own
    versions."""
    unguarded: tuple[Unguarded, ...] | None = None
    """What S3 changes without a condition: looked at first, changed then. None where that is not
    known yet; the first apply finds it out."""

    def leaves_unguarded(self, change: Change) -> bool | None:
        """Whether S3 makes this change without a condition; None where that is not known yet."""
        return None if self.unguarded is None else change.kind in self.unguarded


class Summary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The plan in figures. Files, captions included."""

    create: int = 0
    update: int = 0
    delete: int = 0
    unchanged: int = 0
    withheld: int = 0
    """Deletions that would need --delete."""
    taken_in: int = 0
    """Published by others; a pull brings them."""
    bytes: int = 0
    """That travel between the sides."""
    copied_bytes: int = 0
    """That S3 copies by itself."""


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a plan is not applied as it stands, and the flag that would allow it."""

    code: str
    message: str
    """What would happen, as a sentence without capital and full stop."""
    flag: str
    """As it is typed on a command line, with its value."""


class StylePlan(msgspec.Struct, frozen=True):
    """The whole instruction for one style: apply looks at nothing else to decide what to do."""

    style: str
    folder: str
    """Relative to the workspace."""
    to: Side
    basis: Basis
    changes: tuple[Change, ...] = ()
    """Sorted by path."""
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    withheld: tuple[str, ...] = ()
    taken_in: tuple[str, ...] = ()
    unrecorded: tuple[str, ...] = ()
    """Where the folder differs from the manifest that an apply goes by: "run record"."""
    publication: Publication | None = None
    """When and by whom the manifest was last published that the plan saw; None where none is."""
    summary: Summary = Summary()

    @property
    def deletes(self) -> tuple[Change, ...]:
        """The changes that leave nothing at their path."""
        return tuple(change for change in self.changes if change.after is None)

    @property
    def hides_content(self) -> bool:
        """Whether files may exist that the plan could not see."""
        return any(problem.hides_content for problem in self.problems)


def summarise(changes: tuple[Change, ...], unchanged: int, withheld: int, taken_in: int) -> Summary:
    """Count a plan's changes and bytes."""
    actions = [change.action for change in changes]
    sized = [
        (change.source.side is change.side, change.after.size)
        for change in changes
        if change.source is not None and change.after is not None
    ]
    return Summary(
        create=actions.count(Action.CREATE),
        update=actions.count(Action.UPDATE),
        delete=actions.count(Action.DELETE),
        unchanged=unchanged,
        withheld=withheld,
        taken_in=taken_in,
        bytes=sum(size for stays, size in sized if not stays),
        copied_bytes=sum(size for stays, size in sized if stays),
    )
